"""The bell rope of the inbox: each task finds its work in the database and calls one service."""

from __future__ import annotations

from celery import shared_task

from payments.intake.services import idempotency
from payments.intake.services.drain import drain
from payments.intake.services.reading_back import read_back

DRAIN_TASK = "payments.intake.tasks.drain_inbox"
READ_BACK_TASK = "payments.intake.tasks.read_back_deliveries"


@shared_task(name=DRAIN_TASK)
def drain_inbox() -> None:
    """Empty the inbox; what must be read back first is left to its own task, which may wait for a network."""
    if drain().must_read_back:
        read_back_deliveries.apply_async(expires=60)


@shared_task(name=READ_BACK_TASK)
def read_back_deliveries() -> None:
    """Ask providers about what they did not sign."""
    read_back()


@shared_task(name="payments.intake.tasks.sweep_idempotent_writes")
def sweep_idempotent_writes() -> None:
    """Forget what was answered to repeated writes more than seven days ago."""
    idempotency.sweep()
