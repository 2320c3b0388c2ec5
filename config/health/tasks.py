"""The heartbeat: proof that beat, broker, worker and database work together."""

from __future__ import annotations

from celery import shared_task

from config.health.services import record_beat


@shared_task(name="config.health.tasks.record_heartbeat", expires=60)
def record_heartbeat() -> None:
    """Note that the scheduler's message arrived."""
    record_beat()
