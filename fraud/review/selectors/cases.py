"""The cases that a payment is or was in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fraud.review.models import Alert, AlertKind, CaseState, Queue


@dataclass(frozen=True, slots=True)
class CaseOfPayment:
    """One case, and why the payment is in it."""

    case_id: int
    queue: int
    state: int
    opened_at: datetime
    kind: AlertKind
    is_open: bool
    """Whether people still have to decide about the payment in it."""


def cases_of(payment_id: int) -> list[CaseOfPayment]:
    """The newest first, without blind second looks, which nobody is to find; one query."""
    alerts = Alert.objects.filter(payment_id=payment_id).exclude(kind=AlertKind.SECOND_LOOK)
    return [
        CaseOfPayment(
            each.case_id, each.case.queue, each.case.state, each.case.opened_at, AlertKind(each.kind),
            is_open=each.case.state != CaseState.CLOSED and each.case.queue in (Queue.REVIEW, Queue.ESCALATED),
        )
        for each in alerts.select_related("case").order_by("-pk")
    ]  # fmt: skip
