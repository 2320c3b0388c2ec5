"""The bell rope of notices: finds what is due in the database and calls one service."""

from __future__ import annotations

from celery import shared_task

from payments.notices.services.delivering import deliver, prune


@shared_task(name="payments.notices.tasks.deliver_messages")
def deliver_messages() -> None:
    """Deliver every message that is due."""
    deliver()


@shared_task(name="payments.notices.tasks.forget_messages")
def forget_messages() -> None:
    """Forget what everybody was told long ago."""
    prune()
