"""The bell rope of features: merges sums by the clock."""

from __future__ import annotations

from celery import shared_task

from fraud.features.services.merging import merge_hours


@shared_task(name="fraud.features.tasks.merge_key_hours")
def merge_key_hours() -> None:
    """Merge the sums that were appended."""
    merge_hours()
