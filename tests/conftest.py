"""What every test stands on: the real database, no network, and the sample files when they are there."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from config.postgres.location import location_of
from config.postgres.server import status, stop_unless_used
from config.settings.environment import CHECKOUT, Environment
from tests.template import ensure_template

hypothesis_settings.register_profile("local", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "local")

SAMPLES = Path(os.environ.get("JEONGSAN_SAMPLES", CHECKOUT.parent / "shared" / "samples"))
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1", ""}


class NetworkForbiddenError(Exception):
    """A test tried to leave this machine; it is not an OSError, so that no error handling swallows it."""


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real sample files; ask for it only in tests marked `external`."""
    return SAMPLES


WAS_RUNNING = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Remember whether somebody else already uses the embedded server."""
    config.stash[WAS_RUNNING] = status(location_of(Environment().jeongsan_var)) is not None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the embedded server if this run started it; the workers of pytest-xdist leave that to the one that has them."""
    if not hasattr(config, "workerinput") and not config.stash.get(WAS_RUNNING, True):
        stop_unless_used(location_of(Environment().jeongsan_var))


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Look for garbage neither while modules and tests are read, nor later among them: they stay to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs the sample files where there are none; where CI is set their absence is a failure."""
    if item.get_closest_marker("external") is None or SAMPLES.is_dir():
        return
    message = f"the sample files are not at {SAMPLES}: set JEONGSAN_SAMPLES"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def template(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> str:
    """The name of the migrated database that the others begin as."""
    with django_db_blocker.unblock():
        return ensure_template()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, request: pytest.FixtureRequest
) -> None:
    """Let the test database begin as a copy; one that is kept from run to run has what it needs."""
    if request.config.getvalue("create_db") or not request.config.getvalue("reuse_db"):
        connection.settings_dict["TEST"]["TEMPLATE"] = request.getfixturevalue("template")


@pytest.fixture(autouse=True, scope="session")
def _only_this_machine() -> Iterator[None]:
    """Let sockets reach this machine only."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def checked(address: Any) -> Any:
        if isinstance(address, tuple) and str(address[0]) not in LOCAL_HOSTS:
            raise NetworkForbiddenError(f"a test tried to connect to {address[0]}")
        return address

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", lambda self, address: connect(self, checked(address)))
        patch.setattr(socket.socket, "connect_ex", lambda self, address: connect_ex(self, checked(address)))
        yield


@pytest.fixture(autouse=True, scope="session")
def _tests_may_clear_history() -> Iterator[None]:
    """Let the flush after a transactional test empty the append-only tables, whose triggers forbid TRUNCATE."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def cleared(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        flush(self, ["SET session_replication_role = replica", *sql_list, "SET session_replication_role = origin"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", cleared)
        yield
