"""What people do in the queue: one page after the other, every refusal in words, nothing done twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from config.staff.models import User
from fraud.review.models import Case, CaseEvent, CaseState, Decision, DecisionState, Queue
from fraud.review.services import claiming, deciding
from payments.ledger.models import Payment
from tests.fraud.review.cases import analyst, case_of, held, lead, payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(client: Client) -> User:
    """An analyst who is signed in."""
    someone = analyst()
    client.force_login(someone)
    return someone


def three(of: str = "abc") -> list[Case]:
    """Cases of one payment each, the most urgent first."""
    return [case_of(payment(name, of=name), rank=10 - number) for number, name in enumerate(of)]


def sent(case: Case, **changes: Any) -> dict[str, Any]:
    """What the form of a decision sends."""
    ids = [alert.payment_id for alert in case.alerts.all()]
    return {"verdict": 1, "reason_code": "known_customer", "ticket": uuid4(), "payment": ids} | changes


def decide(client: Client, case: Case, **changes: Any) -> HttpResponse:
    """Send the form of a decision."""
    response: HttpResponse = client.post(f"/fraud/cases/{case.pk}/decide/", sent(case, **changes))  # type: ignore[assignment]
    return response


def said(client: Client, response: Any) -> list[str]:
    """The messages on the page that a redirect leads to."""
    return [str(each) for each in client.get(response["Location"]).context["messages"]]


def test_next_takes_the_most_urgent_and_a_decision_leads_to_the_one_after(client: Client, ann: User) -> None:
    first, then, last = three()

    assert client.post("/fraud/cases/next/")["Location"] == f"/fraud/cases/{first.pk}/"
    assert decide(client, first)["Location"] == f"/fraud/cases/{then.pk}/"
    assert decide(client, then, verdict=2, reason_code="stolen_card")["Location"] == f"/fraud/cases/{last.pk}/"
    assert decide(client, last)["Location"] == "/fraud/?queue=1"

    kept = Decision.objects.order_by("pk").values_list("case", "verdict", "reason_code", "state", "decided_by")
    assert list(kept) == [
        (first.pk, 1, "known_customer", DecisionState.PENDING, ann.pk),
        (then.pk, 2, "stolen_card", DecisionState.PENDING, ann.pk),
        (last.pk, 1, "known_customer", DecisionState.PENDING, ann.pk),
    ]


def test_a_form_sent_twice_decides_once(client: Client, ann: User) -> None:
    (case,) = three("a")
    form = sent(case)
    client.post(f"/fraud/cases/{case.pk}/decide/", form)
    client.post(f"/fraud/cases/{case.pk}/decide/", form)
    assert Decision.objects.count() == 1


def test_a_decision_needs_its_reason(client: Client, ann: User) -> None:
    (case,) = three("a")
    client.post("/fraud/cases/next/")
    for wrong in ({"reason_code": ""}, {"verdict": 2}, {"note": "4111 1111 1111 1111"}):
        assert decide(client, case, **wrong).status_code == 422
    assert not Decision.objects.exists()


def test_what_came_after_the_page_was_shown_is_not_decided(client: Client, ann: User) -> None:
    (case,) = three("a")
    refused = decide(client, case, payment=[999])
    assert said(client, refused) == ["Everything you saw was decided meanwhile."]
    assert not Decision.objects.exists()


def test_the_last_decision_may_be_undone_from_the_next_page(client: Client, ann: User) -> None:
    first, then = three("ab")
    client.post("/fraud/cases/next/")
    decide(client, first)

    shown = client.get(f"/fraud/cases/{then.pk}/")
    decision = Decision.objects.get()
    assert f'action="/fraud/decisions/{decision.pk}/undo/"' in shown.content.decode()
    assert shown.context["undo"].name == "a"

    assert client.post(f"/fraud/decisions/{decision.pk}/undo/")["Location"] == f"/fraud/cases/{first.pk}/"
    decision.refresh_from_db()
    assert decision.state == DecisionState.UNDONE
    assert client.get(f"/fraud/cases/{first.pk}/").context["case"].is_mine
    assert client.get("/fraud/").context["undo"] is None


def test_nobody_undoes_what_another_decided_or_what_has_left(client: Client, ann: User) -> None:
    (case,) = three("a")
    decide(client, case)
    decision = Decision.objects.get()
    client.force_login(analyst("bob"))
    assert said(client, client.post(f"/fraud/decisions/{decision.pk}/undo/")) == ["Only who decided takes it back."]

    Decision.objects.update(leaves_at=timezone.now() - timedelta(seconds=1))
    client.force_login(ann)
    assert client.get("/fraud/").context["undo"] is None


def test_two_people_never_have_the_same_case(client: Client, ann: User) -> None:
    (case,) = three("a")
    claiming.claim(case, by=analyst("bob"))
    for path in ("escalate", "snooze", "ask", "decide"):
        form = sent(case) | ({"until": "1"} if path == "snooze" else {"note": "why"})
        refused = client.post(f"/fraud/cases/{case.pk}/{path}/", form)
        written = [] if path == "snooze" else ["You wrote: why"]
        assert said(client, refused) == ["Somebody else took this case meanwhile.", *written]
    assert client.post("/fraud/cases/next/")["Location"] == "/fraud/?queue=1"


def test_a_case_left_aside_is_free_and_the_next_is_below_it(client: Client, ann: User) -> None:
    first, then = three("ab")
    client.post("/fraud/cases/next/")
    assert client.post("/fraud/cases/next/", {"after": first.pk})["Location"] == f"/fraud/cases/{then.pk}/"
    assert Case.objects.get(pk=first.pk).claimed_by is None
    left = client.post("/fraud/cases/next/", {"after": then.pk})
    assert said(client, left) == ["No free case below that one. The queue begins anew here."]


def test_put_off_escalate_and_ask_lead_on(client: Client, ann: User) -> None:
    first, then, last = three()
    assert client.post(f"/fraud/cases/{first.pk}/snooze/", {"until": "4"})["Location"] == f"/fraud/cases/{then.pk}/"
    told = {"note": "a lawyer called"}
    assert client.post(f"/fraud/cases/{then.pk}/escalate/", told)["Location"] == f"/fraud/cases/{last.pk}/"
    asked = {"note": "Did you order this?"}
    assert client.post(f"/fraud/cases/{last.pk}/ask/", asked)["Location"] == "/fraud/?queue=1"

    now = [Case.objects.get(pk=case.pk) for case in (first, then, last)]
    assert [case.state for case in now] == [CaseState.SNOOZED, CaseState.OPEN, CaseState.WAITING]
    assert now[1].queue == Queue.ESCALATED
    assert now[0].wakes_at is not None
    assert timedelta(hours=3, minutes=59) < now[0].wakes_at - timezone.now() <= timedelta(hours=4)


def test_nothing_rests_longer_than_its_hold(client: Client, ann: User) -> None:
    (case,) = three("a")
    held(Payment.objects.get(), until=timezone.now() + timedelta(hours=2))
    (words,) = said(client, client.post(f"/fraud/cases/{case.pk}/snooze/", {"until": "4"}))
    assert words.startswith("No longer than until ")
    assert Case.objects.get().state == CaseState.OPEN


def test_words_are_needed_where_somebody_else_reads_them(client: Client, ann: User) -> None:
    (case,) = three("a")
    for path in ("escalate", "ask", "note"):
        assert client.post(f"/fraud/cases/{case.pk}/{path}/", {"note": ""}).status_code == 422
    assert client.post(f"/fraud/cases/{case.pk}/snooze/", {"until": "a year"}).status_code == 422
    client.post(f"/fraud/cases/{case.pk}/note/", {"note": "called the shop"})
    assert [event.note for event in CaseEvent.objects.filter(verb="noted")] == ["called the shop"]


def test_a_case_can_be_given_back(client: Client, ann: User) -> None:
    (case,) = three("a")
    client.post("/fraud/cases/next/")
    assert client.post(f"/fraud/cases/{case.pk}/release/")["Location"] == "/fraud/?queue=1"
    assert Case.objects.get().claimed_by is None


def test_many_are_decided_at_once_by_a_lead_alone(client: Client, ann: User, settings: Any) -> None:
    settings.FRAUD_SECOND_ABOVE = {"KRW": 10_000}
    cases = [*three(), case_of(payment("big", of="big", amount=20_000))]
    claiming.claim(cases[0], by=ann)
    form = {"case": [case.pk for case in cases], "choice": "2:card_testing", "ticket": uuid4(), "note": "one burst"}
    assert client.post("/fraud/cases/bulk/", form).status_code == 403

    client.force_login(lead())
    done = client.post("/fraud/cases/bulk/", form)

    assert said(client, done) == [
        "2 cases are decided.",
        "1 case waits for a second person.",
        "1 case was left as it is: somebody else has it, or it is not open any more.",
    ]
    kept = set(Decision.objects.values_list("case", "verdict", "reason_code", "is_in_bulk"))
    assert kept == {(case.pk, 2, "card_testing", True) for case in cases[1:]}
    nothing = client.post("/fraud/cases/bulk/", {"choice": "2:card_testing", "ticket": uuid4()})
    assert [str(each) for each in nothing.context["messages"]] == ["Choose cases and a reason first."]


def test_many_that_could_not_be_decided_stay_chosen_with_what_was_written(client: Client) -> None:
    client.force_login(lead())
    first, then, _last = three()
    form = {"case": [first.pk, then.pk], "choice": "", "ticket": uuid4(), "note": "one burst"}
    shown = client.post("/fraud/cases/bulk/", form)
    page = shown.content.decode()
    assert shown.status_code == 422
    assert page.count(' checked form="bulk"') == 2
    assert 'value="one burst"' in page
    # Nothing is chosen beforehand, so nobody approves a hundred cases by a list they did not open.
    assert '<option value="" selected>' in client.get("/fraud/").content.decode()
    assert not Decision.objects.exists()


def test_who_agrees_as_second_person_is_led_to_the_next_and_who_refuses_is_not(client: Client, settings: Any) -> None:
    settings.FRAUD_SECOND_ABOVE = {"KRW": 1}
    ann = analyst()
    first, then, last = three()
    for case in (first, then, last):
        deciding.decide(case, deciding.Choice(1, "explained", uuid4()), by=ann)
    client.force_login(lead())
    ways = []
    for case, agrees in ((first, "yes"), (then, "no"), (last, "yes")):
        ways.append(client.post(f"/fraud/cases/{case.pk}/second/", {"agrees": agrees})["Location"])
    assert ways == [f"/fraud/cases/{then.pk}/", f"/fraud/cases/{then.pk}/", "/fraud/?list=second"]
