"""The heartbeat of the worker: proof that scheduler, broker, worker and database work together."""

from __future__ import annotations

from celery import shared_task

from config.health.services import WORKER, record_beat


@shared_task(name="config.health.tasks.record_heartbeat")
def record_heartbeat() -> None:
    """Note that a message of the scheduler arrived and was worked on."""
    record_beat(WORKER)
