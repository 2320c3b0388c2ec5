"""What each queue promises: how soon, for how long a case is somebody's, where it goes, and what is not told in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings

from fraud.review.models import Queue

CLAIM: Final = timedelta(minutes=20)
"""A case that was opened belongs to one person for so long; every act on it begins that anew."""
UNDO: Final = timedelta(seconds=10)
"""A decision may be taken back for so long; only then does it act."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One queue."""

    sla: timedelta
    """From opening to decision, the time that the customer takes to answer not counted."""
    escalates_to: Queue | None
    is_blind: bool
    """Whether score, rules, lists, reasons, outcome and earlier decisions are withheld."""


_PROMISES: Final = {
    Queue.REVIEW: Promise(timedelta(hours=1), Queue.ESCALATED, is_blind=False),
    Queue.ESCALATED: Promise(timedelta(hours=4), None, is_blind=False),
    Queue.SAMPLE: Promise(timedelta(days=1), None, is_blind=True),
    Queue.QUALITY: Promise(timedelta(days=3), None, is_blind=True),
}


def promise_of(queue: int) -> Promise:
    """What a queue promises; `settings.FRAUD_QUEUE_SLA_SECONDS` may say another time, by the name in lower case."""
    known = Queue(queue)
    promise = _PROMISES[known]
    seconds = settings.FRAUD_QUEUE_SLA_SECONDS.get(known.name.lower())
    return promise if seconds is None else Promise(timedelta(seconds=seconds), promise.escalates_to, promise.is_blind)
