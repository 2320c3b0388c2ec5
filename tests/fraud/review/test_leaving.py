"""Decisions take effect after their ten seconds: holds end, money goes back, labels are told, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from config.staff.models import User
from fraud.decisions.services.deadlines import settle_overdue
from fraud.features.reference import reference_amount
from fraud.labels.models import Label
from fraud.labels.services import telling
from fraud.review.models import Case, CaseEvent, CaseState, Decision, DecisionState, Queue, Verdict
from fraud.review.ordering import rank
from fraud.review.selectors.outcomes import told_of
from fraud.review.services import deciding
from fraud.review.services.deciding import Choice
from fraud.review.services.leaving import let_leave
from payments.acts.models import ActKind, ActState, PaymentAct, PaymentHold
from payments.ledger.models import Payment
from payments.notices.models import WebhookEndpoint, WebhookMessage
from payments.records.models import AuditEvent
from tests.fraud.review.cases import analyst, assessed, case_of, held, payment
from tests.payments.acts.stories import authorized, captured, stripe
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limits(settings: Any) -> None:
    settings.FRAUD_SECOND_ABOVE = {}


def decided(
    case: Case, verdict: int = Verdict.REJECT, reason: str = "stolen_card", *, by: User | None = None
) -> Decision:
    """A decision whose ten seconds are over."""
    made = deciding.decide(case, Choice(verdict, reason, UUID(int=case.pk)), by=by or analyst())
    Decision.objects.filter(pk=made.pk).update(leaves_at=timezone.now() - timedelta(seconds=1))
    return made


def test_nothing_leaves_before_its_time_nor_after_it_was_taken_back() -> None:
    ann = analyst()
    made = deciding.decide(case_of(payment()), Choice(1, "explained", UUID(int=1)), by=ann)
    assert let_leave() == 0
    Decision.objects.update(leaves_at=timezone.now())
    deciding.undo(made, by=ann)
    assert let_leave() == 0
    assert (Label.objects.count(), AuditEvent.objects.filter(verb="case.decided").count()) == (0, 0)


def test_an_approved_payment_is_released_and_the_reviewer_says_it_is_no_fraud() -> None:
    ann = analyst()
    one, two = payment("A-1"), payment("A-2")
    hold = held(one)
    case = case_of(one, two)
    made = decided(case, Verdict.APPROVE, "known_customer", by=ann)
    assert (let_leave(), let_leave()) == (1, 0)
    for each in (made, case, hold):
        each.refresh_from_db()
    assert (hold.ending, hold.ended_by, hold.is_ended_by_clock) == ("released", ann, False)
    assert made.outcome == [{"payment": "A-1", "hold": "released"}, {"payment": "A-2"}]
    assert (made.state, case.state, case.closed_at is not None) == (DecisionState.DONE, CaseState.CLOSED, True)
    labels = Label.objects.order_by("payment_id").values_list(
        "payment_id", "source", "is_fraud", "observed_at", "reference"
    )
    assert list(labels) == [(each.pk, 4, False, made.decided_at, f"decision/{made.pk}") for each in (one, two)]
    trail = AuditEvent.objects.get(verb="case.decided")
    assert (trail.actor_id, trail.subject_id, trail.detail["outcome"]) == (ann.pk, str(case.pk), made.outcome)
    assert list(CaseEvent.objects.filter(case=case).values_list("verb", flat=True)) == ["decided", "left"]


def test_a_rejected_payment_is_released_at_the_provider_or_given_back() -> None:
    ann = analyst()
    stripe()
    promised, taken = authorized(10_000, "A-1"), captured(7_000, "A-2")
    hold = held(promised)  # of A-2 nobody had a hold: it was drawn by chance, say
    made = decided(case_of(promised, taken), by=ann)
    assert let_leave() == 1
    acts = PaymentAct.objects.order_by("payment_id").values_list("kind", "amount", "state", "requested_by")
    assert list(acts) == [
        (ActKind.VOID, 10_000, ActState.QUEUED, ann.pk),
        (ActKind.REFUND, 7_000, ActState.QUEUED, ann.pk),
    ]
    hold.refresh_from_db()
    made.refresh_from_db()
    assert hold.ending == "cancelled"
    assert made.outcome == [
        {"payment": "A-1", "act": "void", "amount": 10_000, "currency": "KRW"},
        {"payment": "A-2", "act": "refund", "amount": 7_000, "currency": "KRW"},
    ]
    assert set(Label.objects.values_list("is_fraud", flat=True)) == {True}


def test_what_cannot_be_done_is_said_and_the_hold_stands() -> None:
    row(WebhookEndpoint)
    one, free = payment(), payment("A-2")  # at no provider of ours
    hold = held(one, at_deadline="released")
    made = decided(case_of(one, free))
    assert let_leave() == 1
    hold.refresh_from_db()
    made.refresh_from_db()
    assert (hold.ended_at, made.state, PaymentAct.objects.count()) == (None, DecisionState.DONE, 0)
    assert made.outcome == [
        {"payment": "A-1", "refusal": "wrong_state", "is_held": True},
        {"payment": "A-2", "refusal": "wrong_state", "is_held": False},
    ]
    words = told_of({"outcome": made.outcome})
    assert "A-1 stays held: " in words
    assert "A-2: nothing could be done: " in words

    # What a person rejected is never released by the clock, whatever was to happen at the deadline.
    assert (hold.at_deadline, AuditEvent.objects.filter(verb="hold.rejected").count()) == ("cancelled", 1)
    (told,) = WebhookMessage.objects.filter(kind="payment.held").values_list("payload", flat=True)
    assert told["at_deadline"] == "cancelled"
    PaymentHold.objects.update(until=timezone.now())
    assert settle_overdue() == 0
    hold.refresh_from_db()
    assert hold.ended_at is None


@pytest.mark.parametrize("reason", ["not_verified", "customer_cancelled", "against_terms"])
def test_who_rejects_for_something_else_says_nothing_of_fraud(reason: str) -> None:
    decided(case_of(payment(status="voided", captured=0, authorized=0)), reason=reason)
    assert let_leave() == 1
    assert Label.objects.count() == 0


def test_a_case_that_more_came_into_is_open_again() -> None:
    case = case_of(payment("A-1", amount=900_000), rank=10**6)
    decided(case, Verdict.APPROVE, "explained")
    late = payment("A-2")
    assessed(late)
    from fraud.review.services.raising import raise_alerts

    assert raise_alerts() == 1
    assert let_leave() == 1
    case.refresh_from_db()
    assert (case.state, case.closed_at) == (CaseState.OPEN, None)
    # Its time and place are those of what is left, not of what was decided.
    assert abs(case.due_at - timezone.now() - timedelta(hours=1)) < timedelta(seconds=5)
    assert case.rank == rank(reference_amount(late.amount // 2, "KRW"), case.due_at)
    assert list(case.alerts.filter(settled_by=None).values_list("payment_id", flat=True)) == [late.pk]
    assert not Label.objects.filter(payment_id=late.pk).exists()


def test_a_second_look_acts_on_nothing_and_tells_nothing() -> None:
    one = payment()
    hold = held(one)
    first = case_of(payment("B-1", of=""), state=6, closed_at=timezone.now())
    case = case_of(one, queue=Queue.QUALITY, looks_again_at=first)
    decided(case)
    assert let_leave() == 1
    hold.refresh_from_db()
    case.refresh_from_db()
    assert (hold.ended_at, case.state, Label.objects.count(), PaymentAct.objects.count()) == (None, 6, 0, 0)


def test_one_that_cannot_leave_does_not_keep_the_others(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    ann = analyst()
    bad, good = case_of(payment("A-1")), case_of(payment("B-1", of="c-2"))
    stuck = decided(bad, Verdict.APPROVE, "explained", by=ann)
    decided(good, Verdict.APPROVE, "explained", by=ann)
    honest = telling.tell

    def tell(labels: Any, **more: Any) -> int:
        if labels[0].reference == f"decision/{stuck.pk}":
            raise RuntimeError("the disk is full")
        return honest(labels, **more)

    monkeypatch.setattr(telling, "tell", tell)
    assert let_leave() == 1
    states = dict(Decision.objects.values_list("case_id", "state"))
    assert states == {bad.pk: DecisionState.PENDING, good.pk: DecisionState.DONE}
    monkeypatch.undo()
    assert let_leave() == 1
    assert Label.objects.count() == 2
    assert (Payment.objects.count(), PaymentHold.objects.count()) == (2, 0)
