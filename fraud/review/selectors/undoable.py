"""What a person may still take back, and how much waits: the lines of Today and the bar above every page of review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Min, Q
from django.utils import timezone

from fraud.review.models import Case, CaseState, Decision, DecisionState, Queue
from fraud.review.selectors.queue import names_of

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@dataclass(frozen=True, slots=True)
class Undoable:
    """The last decision of a person, as long as it has not left."""

    decision_id: int
    case_id: int
    verdict: int
    name: str
    """Whom the case is about."""
    leaves_at: datetime


def undoable(*, by: AbstractBaseUser) -> Undoable | None:
    """The newest decision that this person took or seconded and may take back; two or three queries."""
    own = Q(decided_by=by.pk) | Q(second_by=by.pk)
    pending = Decision.objects.filter(own, state=DecisionState.PENDING, leaves_at__gt=timezone.now())
    row = pending.select_related("case").order_by("-leaves_at").first()
    if row is None:
        return None
    return Undoable(row.pk, row.case_id, row.verdict, names_of([row.case]).get(row.case_id, ""), row.leaves_at)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many open cases wait in the queues for people, and since when the oldest."""

    count: int
    oldest_at: datetime | None
    second_count: int
    """Decided ones that wait for the word of a second person other than who decided."""


def backlog(*, by: AbstractBaseUser) -> Backlog:
    """Of review and escalated cases; two questions."""
    found = Case.objects.filter(state=CaseState.OPEN, queue__in=[Queue.REVIEW, Queue.ESCALATED]).aggregate(
        count=Count("pk"), oldest_at=Min("opened_at")
    )
    seconds = Decision.objects.filter(state=DecisionState.AWAITING_SECOND).exclude(decided_by=by.pk)
    return Backlog(found["count"], found["oldest_at"], seconds.count())
