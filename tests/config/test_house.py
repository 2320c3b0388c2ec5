"""What holds the house together: headers, static files, migrations, the schedule."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import socket
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from config.assets import PackageFileFinder
from config.celery import TASK_PACKAGES, app
from tests.conftest import NetworkForbiddenError


def test_the_browser_is_told_to_trust_nothing_but_us(client: Client) -> None:
    headers = client.get("/healthz").headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_every_change_of_a_model_has_its_migration(db: None) -> None:
    output = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=output)
    assert output.getvalue() == "No changes detected\n"


def test_migrating_made_the_broker_and_migrating_again_changes_nothing(db: None) -> None:
    migration = importlib.import_module("config.migrations.0001_pgmq")
    with connection.schema_editor() as editor:
        migration.install(None, editor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgmq.create('test_queue')")
        cursor.execute("SELECT pgmq.send('test_queue', '{\"a\": 1}'::jsonb)")
        cursor.execute("SELECT message FROM pgmq.read('test_queue', 30, 1)")
        assert json.loads(cursor.fetchone()[0]) == {"a": 1}


def test_the_shared_cache_works_on_the_table_that_migrating_made(db: None) -> None:
    configured = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "config_cache_entry"}
    }
    with override_settings(CACHES=configured):
        caches["default"].set("tries", 3, timeout=60)
        assert caches["default"].incr("tries") == 4


def test_only_the_listed_files_of_a_package_are_served() -> None:
    found = {path: Path(storage.path(path)) for path, storage in PackageFileFinder().list(None)}
    assert set(found) == set(settings.NODE_PACKAGE_FILES)
    assert all(path.is_file() for path in found.values())
    assert PackageFileFinder().find("tabler/tabler.min.css") == str(found["tabler/tabler.min.css"])
    assert PackageFileFinder().find("tabler/package.json") is None


def test_a_missing_package_names_the_way_out(tmp_path: Path) -> None:
    with override_settings(BASE_DIR=tmp_path), pytest.raises(FileNotFoundError, match="run `make setup`"):
        list(PackageFileFinder().list(None))


def test_everything_on_the_schedule_exists() -> None:
    for package in TASK_PACKAGES:
        if importlib.util.find_spec(package) and importlib.util.find_spec(f"{package}.tasks"):
            importlib.import_module(f"{package}.tasks")
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled - set(app.tasks) == set()


def test_a_late_or_lost_message_cannot_hurt() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.accept_content == ["json"]
    assert app.conf.result_backend is None


@pytest.mark.parametrize("lock", ["requirements/base.txt", "requirements/dev.txt", "requirements/node.txt"])
def test_a_lock_pins_by_hash_and_names_no_address(lock: str) -> None:
    text = (settings.BASE_DIR / lock).read_text()
    pins = re.findall(r"^[a-z0-9].*==.*$", text, re.MULTILINE | re.IGNORECASE)
    assert pins
    assert all(pin.rstrip().endswith("\\") for pin in pins)
    assert "://" not in text


def test_the_lock_of_the_browser_packages_holds_integrity_and_no_address() -> None:
    packages = json.loads((settings.BASE_DIR / "package-lock.json").read_text())["packages"]
    installed = {name: entry for name, entry in packages.items() if name}
    assert installed
    assert all(entry["integrity"].startswith("sha512-") for entry in installed.values())
    assert all("resolved" not in entry for entry in installed.values())


def test_the_tests_cannot_leave_this_machine() -> None:
    with pytest.raises(NetworkForbiddenError, match=r"192\.0\.2\.1"), socket.socket() as probe:
        probe.connect(("192.0.2.1", 80))
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()[:2]) as here:
        assert here.getpeername() == server.getsockname()
