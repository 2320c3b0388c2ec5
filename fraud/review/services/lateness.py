"""Sees to cases that nobody decided in time: handed on or marked, as is configured, told once and never in silence."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from fraud.review.models import Alert, Case, CaseState, Queue
from fraud.review.queues import ESCALATE, promise_of
from fraud.review.services.escalating import hand_on
from fraud.review.services.writing import happened, undecided
from fraud.review.verbs import CaseVerb
from payments.notices.services import messages
from payments.records.services import audit

AT_ONCE: Final = 200


def tell_late() -> int:
    """See to every case whose deadline has passed, each in a transaction of its own; how many.

    Two at once see to each case once. Who has a case in hand at this instant may finish it; it comes when they let go.
    """
    count = 0
    while count < AT_ONCE and _tell_one():
        count += 1
    return count


@transaction.atomic
def _tell_one() -> bool:
    now = timezone.now()
    states = [CaseState.OPEN, CaseState.SNOOZED, CaseState.AWAITING_SECOND]
    late = Case.objects.filter(due_at__lte=now, breached_at=None, state__in=states)
    free = late.filter(Q(claimed_until=None) | Q(claimed_until__lte=now))
    row = free.select_for_update(skip_locked=True).order_by("due_at", "pk").first()
    if row is None:
        return False
    due_at, queue = row.due_at, Queue(row.queue)
    promise = promise_of(queue)
    # A decision that waits for its second person is not taken from them.
    is_handed_on = promise.when_late == ESCALATE and promise.escalates_to and row.state != CaseState.AWAITING_SECOND
    row.breached_at = now
    if is_handed_on and promise.escalates_to is not None:
        hand_on(row, promise.escalates_to)
    else:
        row.save(update_fields=["breached_at"])
    detail = {
        "case": row.pk, "queue": queue.name.lower(), "due_at": due_at.isoformat(),
        "action": "escalated" if is_handed_on else "marked",
    }  # fmt: skip
    happened(row, CaseVerb.LATE, by=None, detail=detail)
    if is_handed_on:
        happened(row, CaseVerb.ESCALATED, by=None)
    audit.record("case.late", by=None, about=("fraud_case", row.pk), detail=detail)
    payments = Alert.objects.filter(undecided(row)).count()
    messages.write([messages.Told("case.late", (str(row.pk), due_at.isoformat()), detail | {"payments": payments})])
    return True
