"""What the environment says becomes settings, and what it must not say stops the start."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import ValidationError

from config.postgres.location import location_of
from config.settings.brokers import broker_settings
from config.settings.databases import connection_string, database_settings
from config.settings.environment import CHECKOUT, Environment
from config.settings.secret_key import kept_secret_key
from tests.config.installation import Installation


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_nothing_has_to_be_set() -> None:
    environment = Environment()
    assert environment.jeongsan_var == CHECKOUT / "var"
    assert environment.database_url is None
    assert environment.celery_broker_url is None
    assert (environment.bind, environment.port, environment.debug) == ("127.0.0.1", 8000, False)


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "pay.example.com, 10.0.0.7,")
    assert Environment().allowed_hosts == ["pay.example.com", "10.0.0.7"]


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "0"), ("PORT", "web"), ("DEBUG", "perhaps"), ("LOG_LEVEL", "LOUD")]
)
def test_an_unusable_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.lower()):
        Environment()


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("PORT", "")
    assert (Environment().database_url, Environment().port) == (None, 8000)


def test_secrets_do_not_show_when_the_environment_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "EMAIL_HOST_PASSWORD"):
        monkeypatch.setenv(name, "postgresql://shop:hunter2@db/pay")
    assert "hunter2" not in repr(Environment())


def test_operations_document_lists_every_variable() -> None:
    text = (CHECKOUT / "docs" / "operations.md").read_text()
    assert [name for name in Environment.model_fields if f"`{name.upper()}`" not in text] == []


def test_the_embedded_database_is_reached_through_its_socket(tmp_path: Path) -> None:
    settings = database_settings(None, tmp_path)
    assert settings["ENGINE"] == "config.postgres.backend"
    assert settings["HOST"] == str(location_of(tmp_path).socket_directory)
    assert conninfo_to_dict(connection_string(None, tmp_path))["host"] == settings["HOST"]


def test_an_outside_database_keeps_all_its_parameters(tmp_path: Path) -> None:
    url = "postgresql://shop:p%40ss@db.example:5433/pay?sslmode=verify-full"
    settings = database_settings(url, tmp_path)
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert [settings[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "pay", "shop", "p@ss", "db.example", "5433",
    ]  # fmt: skip
    assert settings["OPTIONS"] == {
        "application_name": "jeongsan", "sslmode": "verify-full", "options": "-c temp_buffers=64MB",
    }  # fmt: skip
    assert conninfo_to_dict(connection_string(url, tmp_path)) == {
        "user": "shop", "password": "p@ss", "host": "db.example", "port": "5433", "dbname": "pay", "sslmode": "verify-full",
    }  # fmt: skip


def test_what_the_url_tells_the_server_counts_more_than_what_we_do(tmp_path: Path) -> None:
    settings = database_settings("postgresql://db/pay?options=-c%20temp_buffers%3D8MB", tmp_path)
    assert settings["OPTIONS"]["options"] == "-c temp_buffers=64MB -c temp_buffers=8MB"


@pytest.mark.parametrize("url", ["mysql://db/pay", "sqlite:///pay.db", "db.example/pay"])
def test_another_kind_of_database_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="must start with postgresql://"):
        database_settings(url, tmp_path)


def test_without_a_broker_the_database_is_one() -> None:
    broker = broker_settings(None, "host=/run/x dbname=jeongsan", 60)
    assert broker.url == "pgmq://localhost"
    assert broker.options["conn_string"] == "host=/run/x dbname=jeongsan"
    assert broker.options["init_extension"] is False
    assert broker.options["visibility_timeout"] == 60


def test_redis_gives_the_task_of_a_killed_worker_back_at_its_timeout() -> None:
    broker = broker_settings("redis://localhost:6379/0", "", 60)
    assert broker.options == {"visibility_timeout": 60, "unacked_restore_throttle": 1}
    assert broker.prefetch == 4


def test_rabbitmq_is_taken_as_it_is() -> None:
    broker = broker_settings("amqp://guest@localhost//", "", 60)
    assert (broker.url, broker.options, broker.prefetch) == ("amqp://guest@localhost//", {}, 1)


@pytest.mark.parametrize("url", ["sqla+postgresql://db/pay", "filesystem://", "memory://"])
def test_brokers_that_lose_tasks_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="CELERY_BROKER_URL must start with"):
        broker_settings(url, "", 60)


def test_the_secret_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    var = tmp_path / "var"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: kept_secret_key(var), range(8)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 64
    assert stat.S_IMODE((var / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in var.iterdir()] == ["secret-key"]


def test_the_deployment_check_finds_nothing_behind_https(var: Path) -> None:
    checked = Installation(var, variables={"HTTPS_ONLY": "true"}).manage("check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr
