"""The queue on its page: what comes first, who has what, and the lists beside it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from config.staff.roles import Role
from fraud.review.models import Case, CaseState, Decision
from fraud.review.services import claiming, deciding
from fraud.review.services.leaving import let_leave
from payments.acts.models import PaymentHold
from tests.cast import person
from tests.fraud.review.cases import NOON, analyst, case_of, held, lead, payment

pytestmark = pytest.mark.django_db


def cases(count: int) -> list[Case]:
    """Cases of one payment each, the most urgent first."""
    return [case_of(payment(f"A-{n}", of=f"c-{n}"), rank=1000 - n) for n in range(count)]


def test_the_most_urgent_stand_first_page_by_page(client: Client) -> None:
    client.force_login(analyst())
    made = cases(53)

    first = client.get("/fraud/")
    assert [row.shown.case_id for row in first.context["rows"]] == [case.pk for case in made[:50]]
    second = client.get(f"/fraud/?queue=1&after={first.context['page'].next_key}")
    assert [row.shown.case_id for row in second.context["rows"]] == [case.pk for case in made[50:]]
    assert second.context["page"].next_key == ""
    assert [tab.count for tab in first.context["tabs"]] == [53, 0, 0, 0, None, None, None]


def test_only_a_free_case_can_be_taken_from_the_list(client: Client) -> None:
    ann, bob = analyst(), analyst("bob")
    free, taken, _own = cases(3)
    claiming.claim(taken, by=bob)
    claiming.claim(_own, by=ann)
    client.force_login(ann)

    said = client.get("/fraud/").content.decode()

    assert f'formaction="/fraud/cases/{free.pk}/claim/"' in said
    assert f'formaction="/fraud/cases/{taken.pk}/claim/"' not in said
    assert f'href="/fraud/cases/{taken.pk}/"' in said
    mine = client.get("/fraud/?list=mine").context["rows"]
    assert [row.shown.case_id for row in mine] == [_own.pk]


def test_a_reader_gets_links_and_no_buttons(client: Client) -> None:
    (case,) = cases(1)
    client.force_login(person(Role.AUDITOR))
    page = client.get("/fraud/")
    said = page.content.decode()
    assert f'href="/fraud/cases/{case.pk}/"' in said
    assert "Next case</button>" not in said
    assert "data-choose-all" not in said
    assert [str(tab.label) for tab in page.context["tabs"]][4:] == ["Resting", "Rejected, still held"]
    # A list that is not theirs is the first queue.
    assert client.get("/fraud/?list=second").context["side"] == ""


def test_many_are_chosen_by_leads_alone(client: Client) -> None:
    cases(1)
    client.force_login(analyst())
    assert "data-choose-all" not in client.get("/fraud/").content.decode()
    client.force_login(lead())
    assert "data-choose-all" in client.get("/fraud/").content.decode()
    assert "data-choose-all" not in client.get("/fraud/?queue=3").content.decode()


def test_what_rests_is_found_again(client: Client) -> None:
    (case,) = cases(1)
    Case.objects.filter(pk=case.pk).update(state=CaseState.SNOOZED, wakes_at=NOON)
    client.force_login(analyst())
    assert client.get("/fraud/").context["rows"] == []
    assert [row.shown.case_id for row in client.get("/fraud/?list=resting").context["rows"]] == [case.pk]


@pytest.mark.parametrize("address", ["/fraud/", "/fraud/?queue=9&after=nothing&list=nothing", "/fraud/?queue=4"])
def test_an_empty_queue_says_so(client: Client, address: str) -> None:
    client.force_login(lead())
    assert "No case waits" in client.get(address).content.decode()


@pytest.mark.parametrize("count", [2, 30])
def test_the_number_of_queries_does_not_grow(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cases(count)
    client.force_login(lead())
    client.get("/fraud/")
    with django_assert_num_queries(10):
        client.get("/fraud/")


def test_today_tells_how_many_wait_and_since_when(client: Client) -> None:
    made = cases(3)
    Case.objects.filter(pk=made[2].pk).update(state=CaseState.CLOSED, closed_at=NOON)
    client.force_login(analyst())
    (line,) = client.get("/").context["waiting"]
    oldest = Case.objects.order_by("opened_at")[0].opened_at
    assert (str(line.label), line.count, line.url, line.oldest_at) == ("Review cases", 2, "/fraud/", oldest)
    client.force_login(person(Role.FINANCE))
    assert client.get("/").context["waiting"] == ()


def test_what_was_rejected_and_could_not_be_given_back_is_a_list_until_it_is(client: Client) -> None:
    ann = analyst()
    client.force_login(ann)
    stays, free = payment("A-1", amount=7_000), payment("A-2")
    hold, case = held(stays), case_of(stays, free)
    deciding.decide(case, deciding.Choice(2, "stolen_card", uuid4()), by=ann)
    assert [tile.label for tile in client.get("/").context["waiting"]] == []
    Decision.objects.update(leaves_at=timezone.now())
    assert let_leave() == 1  # at no provider of ours
    (row,) = client.get("/fraud/?list=stuck").context["rows"]
    assert (row.shown.case_id, row.shown.amounts) == (case.pk, ((7_000, "KRW"),))
    (tile,) = client.get("/").context["waiting"]
    assert (str(tile.label), tile.count, tile.url) == ("Rejected, still held", 1, "/fraud/?list=stuck")
    PaymentHold.objects.filter(pk=hold.pk).update(ended_at=timezone.now(), ending="cancelled")
    assert client.get("/fraud/?list=stuck").context["rows"] == []
    assert client.get("/").context["waiting"] == ()
