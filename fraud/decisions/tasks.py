"""The bell rope of decisions: each task finds its work in the database and calls one service."""

from __future__ import annotations

from celery import shared_task

from fraud.decisions.services import assessing, deadlines


@shared_task(name="fraud.decisions.tasks.assess_due")
def assess_due() -> None:
    """Assess what the step of the pipeline left."""
    assessing.sweep()


@shared_task(name="fraud.decisions.tasks.settle_overdue_holds")
def settle_overdue_holds() -> None:
    """End every hold whose deadline has passed."""
    deadlines.settle_overdue()
