"""`/healthz` and `/readyz` say what is, to anybody, and nothing more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from config.celery import app
from config.health.scheduler import BEAT_SECONDS, BeatingScheduler
from config.health.services import BEAT, WORKER, record_beat
from config.health.tasks import record_heartbeat
from config.models import Heartbeat

GOOD_DETAILS = {"database": "reachable", "migrations": "0 unapplied", "broker": "reachable"}


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def beaten(name: str, seconds_ago: int) -> None:
    Heartbeat.objects.update_or_create(
        name=name, defaults={"beaten_at": timezone.now() - timedelta(seconds=seconds_ago)}
    )


def test_health_needs_no_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


def test_only_reading_is_answered(client: Client) -> None:
    assert client.post("/healthz").status_code == client.post("/readyz").status_code == 405


@pytest.mark.django_db
def test_ready_when_all_is_well(client: Client) -> None:
    record_beat(BEAT)
    record_heartbeat()
    status, body = ready(client)
    assert (status, body["status"]) == (200, "ready")
    assert {name: body["checks"][name]["detail"] for name in GOOD_DETAILS} == GOOD_DETAILS
    assert [name for name, check in body["checks"].items() if not check["ok"]] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("beat_age", "worker_age", "unwell"),
    [(119, 3599, []), (122, 0, ["beat"]), (0, 3602, ["worker"]), (None, 0, ["beat"]), (0, None, ["worker"])],
)
def test_a_silent_scheduler_or_worker_is_noticed(
    client: Client, beat_age: int | None, worker_age: int | None, unwell: list[str]
) -> None:
    for name, age in ((BEAT, beat_age), (WORKER, worker_age)):
        if age is not None:
            beaten(name, age)
    status, body = ready(client)
    assert [name for name, check in body["checks"].items() if not check["ok"]] == unwell
    assert status == (503 if unwell else 200)


@pytest.mark.django_db
def test_an_unapplied_migration_is_noticed(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("config", "0002_house")
    status, body = ready(client)
    assert status == 503
    assert body["checks"]["migrations"] == {"ok": False, "detail": "1 unapplied"}


@pytest.mark.django_db
def test_a_broker_that_is_away_is_noticed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise ConnectionRefusedError("redis://shop:hunter2@queue refused")

    monkeypatch.setattr(app, "connection_for_write", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] == {"ok": False, "detail": "unavailable"}
    assert "hunter2" not in answer.content.decode()


@pytest.mark.django_db
def test_without_a_database_the_answer_still_comes(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("no server")

    monkeypatch.setattr(connection, "cursor", refuse)
    status, body = ready(client)
    assert status == 503
    assert {name: check["detail"] for name, check in body["checks"].items()} == {
        "database": "unavailable",
        "migrations": "database unavailable",
        "broker": "database unavailable",
        "beat": "database unavailable",
        "worker": "database unavailable",
    }


@pytest.mark.django_db
def test_the_scheduler_beats_and_a_database_that_is_away_does_not_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler = BeatingScheduler(app=app, lazy=True)
    monkeypatch.setattr("celery.beat.Scheduler.tick", lambda self: 200.0)
    assert scheduler.tick() == BEAT_SECONDS
    assert list(Heartbeat.objects.values_list("name", flat=True)) == [BEAT]

    def refuse(_: str) -> None:
        raise OperationalError("no server")

    monkeypatch.setattr("config.health.scheduler.record_beat", refuse)
    scheduler._beaten_at -= BEAT_SECONDS
    assert scheduler.tick() == BEAT_SECONDS
