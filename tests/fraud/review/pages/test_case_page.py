"""One case on its page: what is said, what is offered to whom, and what a blind look withholds."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from config.staff.models import User
from config.staff.roles import Role
from fraud.review.models import Case, CaseState, Decision, Queue
from fraud.review.services import claiming, deciding
from payments.acts.models import HoldEffect, HoldEnding
from tests.cast import person
from tests.fraud.review.cases import analyst, case_of, held, lead, payment, seen
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(client: Client) -> User:
    """An analyst who is signed in."""
    someone = analyst()
    client.force_login(someone)
    return someone


def page(client: Client, case: Case) -> str:
    """What the page of a case says."""
    response = client.get(f"/fraud/cases/{case.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def test_a_free_case_is_offered_and_a_taken_one_decided(client: Client, ann: User) -> None:
    case = case_of(payment())
    assert "Take this case" in page(client, case)
    assert 'data-key="r"' not in page(client, case)

    response = client.post(f"/fraud/cases/{case.pk}/claim/")

    assert response["Location"] == f"/fraud/cases/{case.pk}/"
    said = page(client, case)
    assert "In your hands until" in said
    for key in ("a", "r", "h", "e", "n"):
        assert f'data-key="{key}"' in said


def test_it_says_score_loss_hold_and_customer(client: Client, ann: User) -> None:
    paid = payment("A-1", amount=64_000)
    held(paid, effect=HoldEffect.SHIPPING_FLAGGED, at_deadline=HoldEnding.CANCELLED)
    case = case_of(paid)

    said = page(client, case)

    assert "50 %" in said
    assert '<span class="code">KRW</span> 32,000' in said
    assert "the shop was told not to ship. At the deadline it is refunded." in said
    assert "c-1" in said


def test_linked_payments_are_drawn_and_listed(client: Client, ann: User) -> None:
    own, other = payment("A-1"), payment("B-1", of="c-2")
    seen(own, attempt_id=1, instrument=77)
    seen(other, attempt_id=2, instrument=77)
    case = case_of(own)

    said = page(client, case)

    assert said.count("<circle") == 2
    assert said.count("<line ") == 2
    assert said.index('<svg class="graph"') < said.index("Card or account</td>")
    assert f'href="/payments/id/{other.pk}/"' in said or f"/payments/{other.pk}" in said


def test_a_blind_look_is_told_nothing_of_the_first(client: Client, ann: User) -> None:
    first = case_of(payment("A-1"), state=CaseState.CLOSED, closed_at=timezone.now())
    row(
        Decision,
        case=first,
        verdict=2,
        reason_code="stolen_card",
        decided_by=lead(),
        state=3,
        settled_at=timezone.now(),
    )
    blind = case_of(payment("B-1", of=""), queue=Queue.QUALITY, looks_again_at=first)

    said = page(client, blind)

    assert "B-1" in said
    assert "You look without knowing what was thought before" in said
    for word in (
        "Probability of fraud",
        "Expected loss",
        "Stolen card",
        "Earlier decisions",
        "Not settled",
        "No dispute",
    ):
        assert word not in said


def test_a_reader_is_offered_nothing(client: Client) -> None:
    client.force_login(person(Role.AUDITOR))
    case = case_of(payment())

    said = page(client, case)

    assert "<form" not in said.split('id="main"')[1]
    for path in ("claim", "decide", "escalate", "snooze", "ask", "note", "release"):
        assert client.post(f"/fraud/cases/{case.pk}/{path}/").status_code == 403
    assert client.post("/fraud/cases/next/").status_code == 403


def test_a_second_person_sees_what_the_first_decided(client: Client, settings: Any) -> None:
    settings.FRAUD_SECOND_ABOVE = {"KRW": 1}
    case = case_of(payment())
    first = lead("first")
    claiming.claim(case, by=first)
    choice = deciding.Choice(2, "stolen_card", uuid4(), "the bank said so")
    deciding.decide(case, choice, by=first)

    client.force_login(first)
    assert "Agree" not in page(client, case)
    client.force_login(lead("other"))
    said = page(client, case)

    assert "Agree" in said
    assert "the bank said so" in said
    client.post(f"/fraud/cases/{case.pk}/second/", {"agrees": "yes"})
    assert Case.objects.get(pk=case.pk).state == CaseState.DECIDED


@pytest.mark.parametrize("count", [1, 12])
def test_the_number_of_queries_does_not_grow(
    client: Client, ann: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    payments = [payment(f"A-{number}") for number in range(count)]
    for number, each in enumerate(payments):
        seen(each, attempt_id=number + 1, instrument=77)
    other = payment("B-1", of="c-2")
    seen(other, attempt_id=count + 1, instrument=77)
    case = case_of(*payments)
    client.get(f"/fraud/cases/{case.pk}/")

    with django_assert_num_queries(27):
        client.get(f"/fraud/cases/{case.pk}/")


def test_what_is_not_there_is_not_found(client: Client, ann: User) -> None:
    assert client.get("/fraud/cases/999999/").status_code == 404
    assert client.post("/fraud/cases/999999/claim/").status_code == 404
