"""Cases that nobody decided in time: handed on or marked, told once, whatever happens twice or at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from fraud.review.models import Case, CaseEvent, CaseState, Queue
from fraud.review.services import claiming, escalating
from fraud.review.services.lateness import tell_late
from payments.ledger.models import Payment
from payments.notices.models import WebhookEndpoint, WebhookMessage
from payments.records.models import AuditEvent
from tests.fraud.review.cases import analyst, case_of, held, payment
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def late_case(reference: str = "A-1", of: str = "c-1", **values: Any) -> Case:
    return case_of(payment(reference, of=of), **{"due_at": timezone.now() - HOUR, "queue": Queue.REVIEW} | values)


def verbs(case: Case) -> list[str]:
    return list(CaseEvent.objects.filter(case=case).order_by("pk").values_list("verb", flat=True))


def test_a_late_case_of_the_first_queue_is_handed_on_and_told_once() -> None:
    row(WebhookEndpoint, is_enabled=True)
    case = late_case()
    due_at = case.due_at
    assert (tell_late(), tell_late()) == (1, 0)
    case.refresh_from_db()
    assert (case.queue, case.state, case.breached_at) == (Queue.ESCALATED, CaseState.OPEN, None)
    assert timedelta(hours=3) < case.due_at - timezone.now() <= timedelta(hours=4)
    assert verbs(case) == ["late", "escalated"]
    told = {"case": case.pk, "queue": "review", "due_at": due_at.isoformat(), "action": "escalated"}
    event = AuditEvent.objects.get(verb="case.late")
    assert (event.actor_id, event.detail) == (None, told)
    assert [each.payload["action"] for each in WebhookMessage.objects.filter(kind="case.late")] == ["escalated"]


def test_where_nothing_is_handed_on_it_is_marked_once() -> None:
    for number, queue in enumerate((Queue.ESCALATED, Queue.SAMPLE)):
        late_case(f"A-{number}", of=f"c-{number}", queue=queue)
    waiting = late_case("B-1", of="bob", state=CaseState.AWAITING_SECOND)
    assert (tell_late(), tell_late()) == (3, 0)
    waiting.refresh_from_db()
    assert (waiting.queue, waiting.state) == (Queue.REVIEW, CaseState.AWAITING_SECOND)
    assert not Case.objects.filter(breached_at=None).exists()
    assert set(CaseEvent.objects.values_list("verb", flat=True)) == {"late"}


def test_what_becomes_of_it_is_configured(settings: Any) -> None:
    settings.FRAUD_QUEUE_WHEN_LATE = {"review": "mark"}
    case = late_case()
    assert tell_late() == 1
    case.refresh_from_db()
    assert (case.queue, verbs(case)) == (Queue.REVIEW, ["late"])


def test_whoever_has_it_in_hand_may_finish_it() -> None:
    case = late_case()
    claiming.claim(case, by=analyst())
    assert tell_late() == 0
    Case.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert tell_late() == 1


def test_what_rests_waits_for_its_customer_or_is_not_late_is_left() -> None:
    late_case(due_at=timezone.now() + HOUR)
    late_case("B-1", of="bob", state=CaseState.WAITING, wakes_at=timezone.now() + HOUR)
    late_case("C-1", of="cai", state=CaseState.DECIDED)
    put_off = late_case("D-1", of="dan", state=CaseState.SNOOZED, wakes_at=timezone.now() + HOUR)
    assert tell_late() == 1
    put_off.refresh_from_db()
    assert (put_off.queue, put_off.state, put_off.wakes_at) == (Queue.ESCALATED, CaseState.OPEN, None)


def test_a_hold_that_ended_meanwhile_does_not_make_it_late_again() -> None:
    case = late_case()
    held(payment_of(case), until=timezone.now() - HOUR)
    assert (tell_late(), tell_late()) == (1, 0)
    case.refresh_from_db()
    assert case.queue == Queue.ESCALATED
    assert case.breached_at is not None


def test_a_marked_case_that_somebody_hands_on_may_be_late_anew(settings: Any) -> None:
    settings.FRAUD_QUEUE_WHEN_LATE = {"review": "mark"}
    case = late_case()
    tell_late()
    escalating.escalate(case, "too hard", by=analyst())
    case.refresh_from_db()
    assert case.breached_at is None
    Case.objects.update(due_at=timezone.now() - HOUR)
    assert tell_late() == 1


def payment_of(case: Case) -> Any:
    return Payment.objects.get(pk=case.alerts.get().payment_id)
