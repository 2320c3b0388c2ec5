"""The bell rope of scoring: each task finds its work in the database and calls one service."""

from __future__ import annotations

from celery import shared_task

from fraud.scoring.services import reasons


@shared_task(name="fraud.scoring.tasks.explain_due")
def explain_due() -> None:
    """Work out why payments that were not allowed have the score that they have."""
    reasons.explain_due()
