"""What must work before this installation can do its job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from config.celery import app
from config.health.services import BEAT, WORKER
from config.models import Heartbeat

BEAT_AGE_LIMIT_SECONDS = 120
WORKER_AGE_LIMIT_SECONDS = 3600
"""A worker busy with a long import answers late; only one that outlasted every task's time limit is given up."""

BROKER_TIMEOUT_SECONDS = 3

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class CheckResult:
    """One answer: whether it is well, and a short word on it that gives nothing away to strangers."""

    is_ok: bool
    detail: str


def run_checks() -> dict[str, CheckResult]:
    """Every readiness check by name; the ones that need the database are skipped when it is away."""
    database = _guarded("database", _check_database)
    results = {"database": database}
    others = {
        "migrations": _check_migrations,
        "broker": _check_broker,
        "beat": lambda: _check_heartbeat(BEAT, BEAT_AGE_LIMIT_SECONDS),
        "worker": lambda: _check_heartbeat(WORKER, WORKER_AGE_LIMIT_SECONDS),
    }
    for name, check in others.items():
        results[name] = _guarded(name, check) if database.is_ok else CheckResult(False, "database unavailable")
    return results


def _guarded(name: str, check: Callable[[], CheckResult]) -> CheckResult:
    try:
        return check()
    except Exception as problem:  # whatever it is, readiness must answer; the details are for the log only
        logger.warning("readiness_check_failed", check=name, problem=repr(problem))
        return CheckResult(False, "unavailable")


def _check_database() -> CheckResult:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return CheckResult(True, "reachable")


def _check_migrations() -> CheckResult:
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return CheckResult(missing == 0, f"{missing} unapplied")


def _check_broker() -> CheckResult:
    with app.connection_for_write(connect_timeout=BROKER_TIMEOUT_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_TIMEOUT_SECONDS)
    return CheckResult(True, "reachable")


def _check_heartbeat(name: str, limit_seconds: int) -> CheckResult:
    last = Heartbeat.objects.filter(name=name).values_list("beaten_at", flat=True).first()
    if last is None:
        return CheckResult(False, "never heard")
    age = int((timezone.now() - last).total_seconds())
    return CheckResult(age <= limit_seconds, f"{age} s ago")
