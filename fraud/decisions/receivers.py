"""The switchboard of decisions: a hold that is due at once wakes whoever ends holds; beat finds it otherwise."""

from __future__ import annotations

from typing import Any

from celery import current_app
from django.core.cache import cache
from django.dispatch import receiver

from fraud.decisions.signals import holds_due

COALESCED_SECONDS = 1


@receiver(holds_due, dispatch_uid="fraud.decisions.settle")
def wake_settling(**_: Any) -> None:
    """End holds soon: one wake-up serves all that are due within a second."""
    if cache.add("fraud.decisions.settle", 1, timeout=COALESCED_SECONDS):
        current_app.send_task("fraud.decisions.tasks.settle_overdue_holds", countdown=COALESCED_SECONDS, expires=60)
