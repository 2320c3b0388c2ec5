"""The switchboard of notices: a message that was written wakes the sender; a lost wake-up is swept by beat."""

from __future__ import annotations

from typing import Any

from celery import current_app
from django.core.cache import cache
from django.dispatch import receiver

from payments.notices.signals import messages_written

COALESCED_SECONDS = 2


@receiver(messages_written, dispatch_uid="payments.notices.deliver")
def wake_delivery(**_: Any) -> None:
    """Deliver soon: one wake-up serves all messages written within two seconds."""
    if cache.add("payments.notices.deliver", 1, timeout=COALESCED_SECONDS):
        current_app.send_task("payments.notices.tasks.deliver_messages", countdown=COALESCED_SECONDS, expires=60)
