"""What each queue promises: how soon, for how long a case is somebody's, where it goes, and what is not told in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from fraud.review.hours import BusinessHours, after, between
from fraud.review.models import Queue

CLAIM: Final = timedelta(minutes=20)
"""A case that was opened belongs to one person for so long; every act on it begins that anew."""
UNDO: Final = timedelta(seconds=10)
"""A decision may be taken back for so long; only then does it act."""


ESCALATE: Final = "escalate"
MARK: Final = "mark"


@dataclass(frozen=True, slots=True)
class Promise:
    """One queue."""

    sla: timedelta
    """From opening to decision, the time that the customer takes to answer not counted."""
    escalates_to: Queue | None
    when_late: str
    """`escalate`, where there is somewhere to go, or `mark`: what becomes of a case that nobody decided in time."""
    is_blind: bool
    """Whether score, rules, lists, reasons, outcome and earlier decisions are withheld."""
    hours: BusinessHours | None = None
    """The hours that count; None: all of them."""

    def due_at(self, since: datetime) -> datetime:
        """When a case should be decided that the queue has since an instant."""
        return after(since, self.sla, self.hours)

    def put_off(self, due_at: datetime, since: datetime, until: datetime) -> datetime:
        """The deadline of a case whose promise waited from one instant to another: what was left of it then."""
        if due_at <= since:  # it was late before it waited, and stays so by as much
            return due_at + (until - since)
        return after(until, between(since, due_at, self.hours), self.hours)


_PROMISES: Final = {
    Queue.REVIEW: Promise(timedelta(hours=1), Queue.ESCALATED, ESCALATE, is_blind=False),
    Queue.ESCALATED: Promise(timedelta(hours=4), None, MARK, is_blind=False),
    Queue.SAMPLE: Promise(timedelta(days=1), None, MARK, is_blind=True),
    Queue.QUALITY: Promise(timedelta(days=3), None, MARK, is_blind=True),
}


def promise_of(queue: int) -> Promise:
    """What a queue promises, by its name in lower case: `settings.FRAUD_QUEUE_SLA_SECONDS` may say another time,
    `FRAUD_QUEUE_BUSINESS_HOURS` which hours count, and `FRAUD_QUEUE_WHEN_LATE` what else becomes of late cases."""
    known = Queue(queue)
    promise = _PROMISES[known]
    name = known.name.lower()
    seconds = settings.FRAUD_QUEUE_SLA_SECONDS.get(name)
    hours = settings.FRAUD_QUEUE_BUSINESS_HOURS.get(name)
    return replace(
        promise,
        sla=promise.sla if seconds is None else timedelta(seconds=seconds),
        when_late=settings.FRAUD_QUEUE_WHEN_LATE.get(name, promise.when_late),
        hours=BusinessHours.of(hours) if hours else None,
    )
