"""The switchboard of review: what is to be looked at, and what was decided, wakes its job; beat sweeps what is lost."""

from __future__ import annotations

from typing import Any, Final

from celery import current_app
from django.core.cache import cache
from django.dispatch import receiver

from fraud.decisions.signals import assessed, hold_ended
from fraud.review.queues import UNDO
from fraud.review.services.hearing import note_hold_ended
from fraud.review.signals import decided

COALESCED_SECONDS: Final = 1


@receiver(assessed, dispatch_uid="fraud.review.raise")
def wake_raising(**_: Any) -> None:
    """Raise alerts soon: one wake-up serves all that was assessed within a second."""
    if cache.add("fraud.review.raise", 1, timeout=COALESCED_SECONDS):
        current_app.send_task("fraud.review.tasks.raise_alerts", countdown=COALESCED_SECONDS, expires=60)


@receiver(decided, dispatch_uid="fraud.review.leave")
def wake_leaving(**_: Any) -> None:
    """Let it leave when nobody can take it back any more."""
    current_app.send_task("fraud.review.tasks.let_leave", countdown=UNDO.seconds + 1, expires=60)


@receiver(hold_ended, dispatch_uid="fraud.review.hold_ended")
def hear_of_hold(*, hold: int, **_: Any) -> None:
    """Say so in the history of the cases."""
    note_hold_ended(hold)
