"""The bell rope of labels: finds by the clock what a step of the pipeline left out."""

from __future__ import annotations

from celery import shared_task

from fraud.labels.services import sweeping


@shared_task(name="fraud.labels.tasks.sweep_labels")
def sweep_labels() -> None:
    """Keep the labels of disputes and warnings that have none."""
    sweeping.sweep()
