"""The switchboard of review: a decision wakes what lets it leave, once it may; a lost wake-up is swept by beat."""

from __future__ import annotations

from typing import Any

from celery import current_app
from django.dispatch import receiver

from fraud.review.queues import UNDO
from fraud.review.signals import decided


@receiver(decided, dispatch_uid="fraud.review.leave")
def wake_leaving(**_: Any) -> None:
    """Let it leave when nobody can take it back any more."""
    current_app.send_task("fraud.review.tasks.let_leave", countdown=UNDO.seconds + 1, expires=60)
