"""Celery, and the one beat schedule: everything that happens by the clock is in this file.

A message is only a wake-up. What must be done is a row in PostgreSQL, so a lost, doubled or late message changes
nothing, and every sweep below may be skipped or repeated without harm.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging

from config.postgres.location import location_of
from config.postgres.server import ensure_running, is_embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

TASK_PACKAGES = [
    "config.health",
    "payments.settlement",
    "payments.intake",
    "payments.acts",
    "payments.notices",
    "fraud.features",
    "fraud.labels",
    "fraud.lists",
    "fraud.rules",
    "fraud.scoring",
    "analytics.rollups",
    "fraud.decisions",
    "fraud.review",
]


def _every(seconds: int, task: str) -> dict[str, Any]:
    """A schedule entry. A wake-up that waited until the next one is due has lost its meaning and expires."""
    return {"task": task, "schedule": float(seconds), "options": {"expires": seconds}}


class HouseCelery(Celery):
    """Celery over a broker that may be the embedded server, which the first connection has to start."""

    def connection_for_write(self, *args: Any, **kwargs: Any) -> Any:
        """A connection for sending."""
        _ensure_embedded_server()
        return super().connection_for_write(*args, **kwargs)

    def connection_for_read(self, *args: Any, **kwargs: Any) -> Any:
        """A connection for receiving."""
        _ensure_embedded_server()
        return super().connection_for_read(*args, **kwargs)


def _ensure_embedded_server() -> None:
    from django.conf import settings

    if settings.CELERY_BROKER_URL.startswith("pgmq:") and is_embedded(settings.DATABASES["default"]["ENGINE"]):
        ensure_running(location_of(settings.JEONGSAN_VAR))


app = HouseCelery("jeongsan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_time_limit=3300,  # seconds; below the default visibility timeout, or one task would run twice at once
    task_default_queue="default",
    timezone="UTC",
    broker_connection_retry_on_startup=True,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    beat_scheduler="config.health.scheduler:BeatingScheduler",
    beat_schedule={
        "heartbeat": _every(30, "config.health.tasks.record_heartbeat"),
        "drain-inbox": _every(15, "payments.intake.tasks.drain_inbox"),
        "read-back-deliveries": _every(60, "payments.intake.tasks.read_back_deliveries"),
        "send-acts": _every(30, "payments.acts.tasks.send_acts"),
        "ask-providers": _every(120, "payments.acts.tasks.ask_providers"),
        "deliver-messages": _every(30, "payments.notices.tasks.deliver_messages"),
        "empty-drop": _every(30, "payments.settlement.tasks.empty_drop"),
        "tell-missing-files": _every(600, "payments.settlement.tasks.tell_missing_files"),
        "resume-imports": _every(60, "payments.settlement.tasks.resume_imports"),
        "forget-idempotent-writes": _every(3600, "payments.intake.tasks.sweep_idempotent_writes"),
        "forget-messages": _every(3600, "payments.notices.tasks.forget_messages"),
        "count-list-hits": _every(3600, "fraud.lists.tasks.count_list_hits"),
        "expire-rules": _every(60, "fraud.rules.tasks.expire_rules"),
        "sweep-labels": _every(600, "fraud.labels.tasks.sweep_labels"),
        "merge-key-hours": _every(600, "fraud.features.tasks.merge_key_hours"),
        "compute-rollups": _every(15, "analytics.rollups.tasks.compute_rollups"),
        "compute-slow-rollups": _every(300, "analytics.rollups.tasks.compute_slow_rollups"),
        "explain-scores": _every(30, "fraud.scoring.tasks.explain_due"),
        "assess-due": _every(30, "fraud.decisions.tasks.assess_due"),
        "settle-overdue-holds": _every(60, "fraud.decisions.tasks.settle_overdue_holds"),
        "raise-alerts": _every(30, "fraud.review.tasks.raise_alerts"),
        "let-decisions-leave": _every(5, "fraud.review.tasks.let_leave"),
        "wake-cases": _every(60, "fraud.review.tasks.wake_due"),
        "tell-late-cases": _every(60, "fraud.review.tasks.tell_late"),
        "draw-second-looks": _every(3600, "fraud.review.tasks.draw_second_looks"),
        "reconcile-everything": _every(300, "payments.settlement.tasks.reconcile_everything"),
    },
)
app.autodiscover_tasks(TASK_PACKAGES)


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Being connected is enough: Celery then leaves the logging that Django has set up alone."""


@beat_init.connect
def _beat_at_once(**_: Any) -> None:
    """Send a first heartbeat when beat starts, so that readiness does not wait for the first interval."""
    app.send_task("config.health.tasks.record_heartbeat")
