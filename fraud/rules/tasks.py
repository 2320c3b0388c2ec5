"""The bell rope of rules: finds its work in the database and calls one service."""

from __future__ import annotations

from celery import shared_task

from fraud.rules.services.publishing import expire


@shared_task(name="fraud.rules.tasks.expire_rules")
def expire_rules() -> None:
    """Retire what has expired."""
    expire()
