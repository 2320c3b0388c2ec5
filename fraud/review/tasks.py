"""The bell rope of review: each task finds its work in the database and calls one service."""

from __future__ import annotations

from celery import shared_task

from fraud.review.services import lateness, leaving, raising, resting, sampling


@shared_task(name="fraud.review.tasks.raise_alerts")
def raise_alerts() -> None:
    """Put what should be looked at into cases."""
    raising.raise_alerts()


@shared_task(name="fraud.review.tasks.let_leave")
def let_leave() -> None:
    """Put decisions into effect that nobody can take back any more."""
    leaving.let_leave()


@shared_task(name="fraud.review.tasks.wake_due")
def wake_due() -> None:
    """Open cases that have rested long enough."""
    resting.wake_due()


@shared_task(name="fraud.review.tasks.tell_late")
def tell_late() -> None:
    """Escalate or mark what nobody decided in time, and say so once."""
    lateness.tell_late()


@shared_task(name="fraud.review.tasks.draw_second_looks")
def draw_second_looks() -> None:
    """Draw decisions to be looked at again by somebody who does not know them."""
    sampling.draw_second_looks()
