"""Lets decisions leave when nobody can take them back any more: holds end, money goes back, labels are told.

All of one decision is one transaction. A worker that dies in it leaves the decision as it was, for the next one; what
is asked of providers are rows of `payments.acts`, kept in the same transaction and sent after it.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid5

import structlog
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from fraud.labels.models import LabelSource
from fraud.labels.services import telling
from fraud.review.models import Alert, Case, CaseState, Decision, DecisionState, Verdict
from fraud.review.queues import promise_of
from fraud.review.reasons import says_fraud
from fraud.review.services.writing import happened, placed, undecided
from fraud.review.verbs import CaseVerb
from payments.acts.models import ActKind, PaymentAct, PaymentHold
from payments.acts.selectors import room_of
from payments.acts.services import holds, wishes
from payments.acts.services.refusals import ActRefused
from payments.acts.services.wishes import Author, Wish
from payments.ledger.models import Payment
from payments.ledger.services.homes import lock_payments
from payments.records.services import audit

AT_ONCE: Final = 200
REASON: Final = "rejected in review"
"""Of acts on payments that no hold says more of."""

logger = structlog.get_logger(__name__)


def let_leave(limit: int = AT_ONCE) -> int:
    """Put every decision into effect whose ten seconds are over; how many were."""
    tried: list[int] = []
    failed = 0
    while len(tried) < limit:
        try:
            pk = _let_one_leave(tried)
        except _Failed as problem:
            # One that cannot leave must not keep the others; it stays due, and is tried again by the next run.
            logger.exception("decision_did_not_leave", decision=problem.decision_id)
            pk, failed = problem.decision_id, failed + 1
        if pk is None:
            break
        tried.append(pk)
    return len(tried) - failed


class _Failed(Exception):
    """One decision could not leave; nothing of it was written."""

    def __init__(self, decision_id: int) -> None:
        super().__init__(decision_id)
        self.decision_id = decision_id


@transaction.atomic
def _let_one_leave(tried: list[int]) -> int | None:
    """The next decision in effect, by id; None when nothing is due. Case and decision are locked by this statement or
    passed over: nobody who holds one of them is waited for."""
    due = Decision.objects.filter(state=DecisionState.PENDING, leaves_at__lte=timezone.now()).exclude(pk__in=tried)
    taken = due.select_for_update(skip_locked=True, of=("self", "case")).select_related("case", "decided_by")
    decision = taken.order_by("leaves_at", "pk").first()
    if decision is None:
        return None
    try:
        _take_effect(decision)
    except Exception as problem:
        raise _Failed(decision.pk) from problem
    return decision.pk


def _take_effect(decision: Decision) -> None:
    alerts = Alert.objects.filter(settled_by=decision).values_list("payment_id", flat=True)
    payments = list(Payment.objects.filter(pk__in=alerts).order_by("pk"))
    if not decision.is_blind:
        # All at once and in the order of `record`, so that neither waits for the other in a circle.
        lock_payments([payment.merchant_reference for payment in payments])
        decision.outcome = [_effect(decision, payment) for payment in payments]
        _tell_labels(decision, payments)
    decision.state, decision.settled_at = DecisionState.DONE, timezone.now()
    decision.save(update_fields=["state", "settled_at", "outcome"])
    _leave_case(decision.case)
    happened(decision.case, CaseVerb.LEFT, by=None, detail={"decision": decision.pk, "outcome": decision.outcome})
    audit.record(
        "case.decided", by=decision.decided_by, about=("fraud_case", decision.case_id), reason=decision.note,
        detail={
            "decision": decision.pk, "verdict": decision.verdict, "reason_code": decision.reason_code,
            "second_by": decision.second_by_id, "is_in_bulk": decision.is_in_bulk, "is_blind": decision.is_blind,
            "outcome": decision.outcome,
        },
    )  # fmt: skip


def _effect(decision: Decision, payment: Payment) -> dict[str, Any]:
    """Do to one payment what was decided; what became of it."""
    told: dict[str, Any] = {"payment": payment.merchant_reference}
    hold = PaymentHold.objects.filter(payment=payment, ended_at=None).select_related("payment").first()
    if decision.verdict == Verdict.APPROVE:
        return told | ({"hold": holds.release(hold, by=decision.decided_by).ending} if hold else {})
    try:
        with transaction.atomic():
            act = _against(decision, payment, hold)
    except ActRefused as refused:
        # The hold stands, and the clock may not release what a person rejected; the case's history says why.
        if hold:
            holds.reject(hold, by=decision.decided_by)
        return told | {"refusal": refused.code.value, "is_held": hold is not None}
    return told | ({"act": act.kind, "amount": act.amount, "currency": act.currency} if act else {})


def _against(decision: Decision, payment: Payment, hold: PaymentHold | None) -> PaymentAct | None:
    """Void what is authorized or give back what was taken; None when there is nothing left of either."""
    author = Author(user=decision.decided_by)
    ticket = uuid5(decision.ticket, payment.merchant_reference)
    if hold is not None:
        return holds.cancel(hold, by=author, ticket=ticket)
    room = room_of(payment)
    kind, amount = (ActKind.VOID, room.void) if room.void else (ActKind.REFUND, room.refund)
    if not amount:
        return None
    return wishes.request(payment, kind, Wish(amount, REASON, ticket=ticket), by=author)


def _tell_labels(decision: Decision, payments: list[Payment]) -> None:
    is_fraud = says_fraud(decision.verdict, decision.reason_code)
    if is_fraud is None:
        return
    reference = f"decision/{decision.pk}"
    telling.tell(
        [
            telling.Told(payment.pk, LabelSource.REVIEWER, is_fraud, decision.decided_at, reference)
            for payment in payments
        ],
        by=decision.decided_by,
    )


def _leave_case(case: Case) -> None:
    """Close a case; one that more came into meanwhile is open again: nothing is decided unseen."""
    since = Alert.objects.filter(undecided(case)).aggregate(first=Min("raised_at"))["first"]
    if since is None:
        case.state, case.closed_at = CaseState.CLOSED, timezone.now()
    else:
        # What was decided is no part of its place any more, nor are the holds that ended with it.
        case.state = CaseState.OPEN
        placed(case, promise_of(case.queue).due_at(since))
    case.save(update_fields=["state", "closed_at", "due_at", "rank", "breached_at"])
