"""The bell rope of acts: each task finds its work in the database and calls one service."""

from __future__ import annotations

from celery import shared_task

from payments.acts.services import inquiries, sending


@shared_task(name="payments.acts.tasks.send_acts")
def send_acts() -> None:
    """Send every act whose time has come."""
    sending.send_acts()


@shared_task(name="payments.acts.tasks.ask_providers")
def ask_providers() -> None:
    """Ask what became of attempts whose result nobody knows, and let vouchers lapse."""
    inquiries.sweep()
