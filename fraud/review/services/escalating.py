"""Hands a case on to those who decide what a reviewer cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from fraud.review.models import Case, CaseState, Queue
from fraud.review.queues import promise_of
from fraud.review.services.writing import WordsMissing, checked, happened, in_hand, let_go, placed
from fraud.review.verbs import CaseVerb

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class NowhereToGo(Exception):
    """Cases of this queue are not handed on."""


@transaction.atomic
def escalate(case: Case, note: str, *, by: AbstractBaseUser) -> Case:
    """Move a case to the queue for the hard ones, with its alerts, holds and history.

    Raises:
        WordsMissing: it does not say why.
        NowhereToGo: the queue hands nothing on.
        CaseNotOpen, CaseTaken, OwnSecondLook, CardDataTold.
    """
    if not (words := checked(note)):
        raise WordsMissing
    row = in_hand(case, by)
    to = promise_of(row.queue).escalates_to
    if to is None:
        raise NowhereToGo
    hand_on(row, to)
    happened(row, CaseVerb.ESCALATED, by=by, note=words)
    return row


def hand_on(row: Case, to: Queue) -> None:
    """Move a locked case to another queue, in nobody's hands and with that queue's time."""
    row.queue, row.state, row.wakes_at = to, CaseState.OPEN, None
    let_go(row)
    placed(row, promise_of(to).due_at(timezone.now()))
    row.save(
        update_fields=["queue", "state", "wakes_at", "due_at", "rank", "breached_at", "claimed_by", "claimed_until"]
    )
