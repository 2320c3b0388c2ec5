"""The switchboard: what happens after facts are posted. Receivers only wake a task; a lost wake-up is swept by beat."""

from __future__ import annotations

from typing import Any

from celery import current_app
from django.core.cache import cache
from django.dispatch import receiver

from payments.settlement.signals import facts_posted

COALESCED_SECONDS = 5
"""One wake-up serves all files posted within this time: it runs only after it."""


@receiver(facts_posted, dispatch_uid="payments.settlement.reconcile")
def wake_reconciliation(**_: Any) -> None:
    """Reconcile soon."""
    if cache.add("payments.settlement.reconcile", 1, timeout=COALESCED_SECONDS):
        current_app.send_task("payments.settlement.tasks.reconcile_everything", countdown=COALESCED_SECONDS)
