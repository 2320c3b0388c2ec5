"""The shop passes on what a customer answered: once, in the timeline, ending the wait, and a denial is a label."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from fraud.features.models import KeyHour, KeyKind
from fraud.labels.models import Label, LabelSource
from fraud.review.models import Case, CaseEvent, CaseState
from fraud.review.selectors.case_page import case_shown
from fraud.review.services import claiming, resting
from payments.intake.scopes import Scope
from payments.ledger.models import Payment
from payments.notices.models import WebhookEndpoint, WebhookMessage
from payments.records.models import AuditEvent
from tests.fraud.review.cases import analyst, case_of, payment, seen
from tests.payments.intake.api.asking import Machine, at_once, refusals
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
SAID_AT = "2026-07-02T12:00:00+09:00"
DENIED: dict[str, Any] = {
    "answer": "denied", "text": "I ordered nothing.", "answered_at": SAID_AT, "reference": "ticket-1",
}  # fmt: skip
CONFIRMED = DENIED | {"answer": "confirmed", "text": "", "reference": "ticket-2"}


@pytest.fixture
def machine() -> Machine:
    return Machine(Scope.PAYMENTS_WRITE)


def asked(*payments: Payment) -> Case:
    """A case of which the customer was asked, an hour of its time being left."""
    case = case_of(*payments, due_at=timezone.now() + timedelta(hours=1))
    return resting.ask_customer(case, by=analyst(), note="Was it you?")


def labels() -> list[tuple[int, bool | None]]:
    rows = Label.objects.filter(source=LabelSource.CUSTOMER).order_by("pk")
    return list(rows.values_list("payment_id", "is_fraud"))


def test_a_denial_ends_the_wait_and_is_a_label_of_the_customer(machine: Machine) -> None:
    row(WebhookEndpoint)
    one, two = payment("A-1"), payment("A-2")
    seen(one, shop=5)
    asked(one, two)
    case_id = WebhookMessage.objects.get().payload["case"]
    CaseEvent.objects.filter(verb="asked").get()
    answers = [machine.post(f"cases/{case_id}/answers", DENIED) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json() == {
        "case": case_id, "answer": "denied", "answered_at": "2026-07-02T03:00:00Z", "reference": "ticket-1",
    }  # fmt: skip

    case = Case.objects.get()
    assert (case.state, case.wakes_at) == (CaseState.OPEN, None)
    assert timedelta(minutes=59) < case.due_at - timezone.now() <= timedelta(hours=1)
    assert labels() == [(one.pk, True), (two.pk, True)]
    assert Label.objects.values_list("observed_at", flat=True).distinct().get() == parse_datetime(SAID_AT)
    assert KeyHour.objects.filter(kind=KeyKind.SHOP).values_list("frauds", "disputes").get() == (1, 0)
    told = case_shown(case.pk, by=analyst("bob")).moments
    assert [(str(each.words), each.note, each.detail) for each in told][1:] == [
        ("The customer denied it", "I ordered nothing.", "A-1, A-2"), ("Open again", "", ""),
    ]  # fmt: skip
    assert AuditEvent.objects.get(verb="case.answered").detail["key"] == machine.key.prefix


def test_who_confirms_is_no_label_but_takes_a_denial_back(machine: Machine) -> None:
    case = asked(one := payment("A-1"), two := payment("A-2"))
    path = f"cases/{case.pk}/answers"
    assert machine.post(path, CONFIRMED | {"merchant_references": ["A-1"]}).status_code == 201
    assert labels() == []
    assert machine.post(path, DENIED | {"merchant_references": ["A-2"]}).status_code == 201
    later = CONFIRMED | {"reference": "ticket-3", "answered_at": "2026-07-03T12:00:00+09:00"}
    assert machine.post(path, later | {"merchant_references": ["A-2"]}).status_code == 201
    assert labels() == [(two.pk, True), (two.pk, False)]
    assert one.pk not in dict(labels())


def test_an_answer_that_comes_late_is_kept_and_disturbs_nobody(machine: Machine) -> None:
    case, ann = asked(payment("A-1")), analyst("bob")
    claimed = claiming.claim(case, by=ann)
    assert machine.post(f"cases/{case.pk}/answers", DENIED).status_code == 201
    case.refresh_from_db()
    assert (case.state, case.claimed_by, case.due_at) == (CaseState.OPEN, ann, claimed.due_at)
    assert [verb for (verb,) in CaseEvent.objects.order_by("pk").values_list("verb")] == [
        "asked", "woken", "claimed", "denied",
    ]  # fmt: skip
    Case.objects.update(state=CaseState.CLOSED, closed_at=timezone.now(), claimed_by=None, claimed_until=None)
    assert machine.post(f"cases/{case.pk}/answers", CONFIRMED).status_code == 201
    assert Case.objects.get().state == CaseState.CLOSED
    assert [is_fraud for _payment, is_fraud in labels()] == [True, False]


def test_what_cannot_be_an_answer_is_refused(machine: Machine) -> None:
    case, unasked = asked(payment("A-1")), case_of(payment("B-1", of="c-2"))
    path = f"cases/{case.pk}/answers"
    for body, expected in (
        (DENIED | {"answer": "perhaps"}, ("invalid_choice", "answer")),
        (DENIED | {"text": "it was 4242 4242 4242 4242"}, ("card_number", "text")),
        (DENIED | {"answered_at": "2099-01-01T00:00:00Z"}, ("future", "answered_at")),
        (DENIED | {"merchant_references": ["B-1"]}, ("unknown", "merchant_references")),
        (DENIED | {"merchant_references": [""]}, ("blank", "merchant_references.0")),
        ({name: value for name, value in DENIED.items() if name != "reference"}, ("required", "reference")),
    ):
        answer = machine.post(path, body)
        assert (answer.status_code, refusals(answer)) == (422, [expected])
    refused = machine.post(f"cases/{unasked.pk}/answers", DENIED)
    assert (refused.status_code, refusals(refused)) == (422, [("not_asked", None)])
    assert machine.post("cases/999999/answers", DENIED).status_code == 404
    assert Machine(Scope.ASSESSMENTS_WRITE).post(path, DENIED).status_code == 403
    assert (Label.objects.count(), Case.objects.get(pk=case.pk).state) == (0, CaseState.WAITING)
    assert machine.post(path, DENIED).status_code == 201
    assert machine.post(path, DENIED | {"answer": "confirmed"}).status_code == 409
    assert labels() == [(case.alerts.get().payment_id, True)]


def test_a_question_of_before_its_payments_were_kept_is_about_all(machine: Machine) -> None:
    case = case_of(payment("A-1"), payment("A-2"))
    row(CaseEvent, case=case, verb="asked", detail={"until": SAID_AT})
    assert machine.post(f"cases/{case.pk}/answers", DENIED).status_code == 201
    assert len(labels()) == 2


@pytest.mark.django_db(transaction=True)
def test_one_answer_that_arrives_several_times_at_once_is_one() -> None:
    case = asked(payment("A-1"))
    machines = [Machine(Scope.PAYMENTS_WRITE) for _ in range(4)]
    answers = at_once(4, lambda number: machines[number].post(f"cases/{case.pk}/answers", DENIED).status_code)
    assert sorted(answers) == [200, 200, 200, 201]
    assert (len(labels()), CaseEvent.objects.filter(verb="denied").count()) == (1, 1)
