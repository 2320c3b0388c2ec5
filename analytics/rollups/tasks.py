"""The bell ropes of the rollups: one call each, and the database says what there is to do."""

from __future__ import annotations

from celery import shared_task

from analytics.rollups.services.computing import keep_quick_current, keep_slow_current


@shared_task(name="analytics.rollups.tasks.compute_rollups")
def compute_rollups() -> None:
    """Count what changed since the last time."""
    keep_quick_current(workers=2)


@shared_task(name="analytics.rollups.tasks.compute_slow_rollups")
def compute_slow_rollups() -> None:
    """Count what changed of buyers, statements and people."""
    keep_slow_current()
