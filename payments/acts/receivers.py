"""The switchboard of acts: a queued act wakes the sender; a lost wake-up is swept by beat."""

from __future__ import annotations

from typing import Any

from celery import current_app
from django.core.cache import cache
from django.dispatch import receiver

from payments.acts.signals import acts_queued

COALESCED_SECONDS = 1


@receiver(acts_queued, dispatch_uid="payments.acts.send")
def wake_sending(**_: Any) -> None:
    """Send soon: one wake-up serves all acts queued within a second."""
    if cache.add("payments.acts.send", 1, timeout=COALESCED_SECONDS):
        current_app.send_task("payments.acts.tasks.send_acts", countdown=COALESCED_SECONDS, expires=60)
