"""The bell rope of lists: finds its work in the database and calls one service."""

from __future__ import annotations

from celery import shared_task

from fraud.lists.services.counting import count_hits


@shared_task(name="fraud.lists.tasks.count_list_hits")
def count_list_hits() -> None:
    """Count how often entries were met."""
    count_hits()
