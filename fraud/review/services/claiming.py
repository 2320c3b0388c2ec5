"""Who has a case in hand: one person at a time, until they act, give it back or the time is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from fraud.review.models import Case, CaseEvent, CaseState, Decision, DecisionState, Queue
from fraud.review.queues import CLAIM
from fraud.review.services.resting import wake
from fraud.review.services.writing import happened, in_hand, let_go, locked
from fraud.review.verbs import CaseVerb

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

_CLAIM = ["claimed_by", "claimed_until"]


@transaction.atomic
def claim(case: Case, *, by: AbstractBaseUser) -> Case:
    """Take a case for 20 minutes; one that rests is awake by that. Whoever has it already begins the time anew.

    Raises:
        CaseNotOpen: it is decided or closed.
        CaseTaken: somebody else has it.
        OwnSecondLook: it is about this person's own decision.
    """
    row = locked(case)
    if row.state in (CaseState.SNOOZED, CaseState.WAITING):
        wake(row, by=by)
    was_theirs = row.claimed_by_id == by.pk
    row = in_hand(row, by)
    row.save(update_fields=_CLAIM)
    if not was_theirs:
        happened(row, CaseVerb.CLAIMED, by=by)
    return row


@transaction.atomic
def claim_next(queue: int, *, by: AbstractBaseUser, after: Case | None = None) -> Case | None:
    """Take the most urgent case that nobody has; None when there is none left. What this person has in hand comes
    first: a form sent twice, or an undone decision, leaves no case unseen in their hands.

    `after` is the case that somebody leaves aside: it is given back, and the search begins below it. What this person
    gave back within the time of a claim comes after all others: whoever passes one over is not led to it again at once.
    """
    if after is not None:
        release(after, by=by)
    row = _in_hand_already(queue, by, after)
    is_new = row is None
    row = row or _free(queue, by, after)
    if row is None:
        return None
    row.claimed_by_id, row.claimed_until = by.pk, timezone.now() + CLAIM
    row.save(update_fields=_CLAIM)
    if is_new:
        happened(row, CaseVerb.CLAIMED, by=by)
    return row


def _in_hand_already(queue: int, by: AbstractBaseUser, after: Case | None) -> Case | None:
    found = Case.objects.filter(
        queue=queue, state=CaseState.OPEN, claimed_by=by.pk, claimed_until__gt=timezone.now()
    ).exclude(pk=after.pk if after else 0)
    return found.select_for_update(of=("self",)).order_by("-rank", "pk").first()


def _free(queue: int, by: AbstractBaseUser, after: Case | None) -> Case | None:
    now = timezone.now()
    free = Case.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        Q(claimed_until=None) | Q(claimed_until__lte=now), queue=queue, state=CaseState.OPEN
    )
    if after is not None:
        free = free.filter(rank__lte=after.rank).exclude(rank=after.rank, pk__lte=after.pk)
    if queue == Queue.QUALITY:
        own = Decision.objects.filter(Q(decided_by=by.pk) | Q(second_by=by.pk), state=DecisionState.DONE)
        free = free.filter(~Exists(own.filter(case=OuterRef("looks_again_at"))))
    given_back = CaseEvent.objects.filter(case=OuterRef("pk"), verb=CaseVerb.RELEASED, by=by.pk, at__gt=now - CLAIM)
    ordered = free.order_by("-rank", "pk")
    return ordered.filter(~Exists(given_back)).first() or (ordered.first() if after is None else None)


@transaction.atomic
def renew(case: Case, *, by: AbstractBaseUser) -> Case:
    """Begin the time of a claim anew, as while somebody reads.

    Raises:
        CaseNotOpen, CaseTaken, OwnSecondLook: it cannot be theirs any more.
    """
    row = in_hand(case, by)
    row.save(update_fields=_CLAIM)
    return row


@transaction.atomic
def release(case: Case, *, by: AbstractBaseUser) -> Case:
    """Give a case back; one that is not this person's stays as it is."""
    row = locked(case)
    if row.claimed_by_id == by.pk and row.state == CaseState.OPEN:
        let_go(row)
        row.save(update_fields=_CLAIM)
        happened(row, CaseVerb.RELEASED, by=by)
    return row
