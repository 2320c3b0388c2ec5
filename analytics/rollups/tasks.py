"""The bell rope of the rollups: one call, and the database says what there is to do."""

from __future__ import annotations

from celery import shared_task

from analytics.rollups.services.computing import compute_dirty


@shared_task(name="analytics.rollups.tasks.compute_rollups")
def compute_rollups() -> None:
    """Compute what changed since the last time."""
    compute_dirty()
