"""Starting, stopping and asking after the embedded server of one `var` directory."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from config.postgres.account import Account, binaries, server_account
from config.postgres.location import DATABASE_NAME, DATABASE_USER, PORT, SOCKET_PATH_LIMIT, Location
from config.postgres.postmaster import Postmaster, belongs, find_postmaster, has_processes
from config.postgres.problems import EmbeddedServerError

NOTICE_SECONDS = 5.0
FAREWELL_SECONDS = 3.0
"""How long the connections of processes that have just ended may take to close."""

LOG_LIMIT_BYTES = 20_000_000
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_wal_size": "6GB",
    "checkpoint_timeout": "15min",
    "maintenance_work_mem": "256MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Neither statements nor the values in them: those of a request that is refused may hold what no log may keep.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def ensure_running(location: Location) -> bool:
    """Make sure that the server of this location takes connections; True when this call started it.

    However long crash recovery takes, it is waited for, with a line of progress every few seconds.

    Raises:
        EmbeddedServerError: the server cannot start; the end of its log is in the message.
    """
    running = find_postmaster(location)
    if running is not None and running.is_ready:
        return False
    with _exclusively(location):
        running = find_postmaster(location)
        if running is not None:
            _wait_until_ready(location, running.process_id)
            return False
        _start(location)
        return True


def stop(location: Location) -> bool:
    """Shut the server down cleanly and wait for it; False when none was running."""
    if not location.home.is_dir():
        return False
    with _exclusively(location):
        running = find_postmaster(location)
        if running is None:
            return False
        os.kill(running.process_id, signal.SIGINT)  # SIGINT asks PostgreSQL for the "fast" shutdown
        notice = _Notice("PostgreSQL is shutting down")
        while has_processes(location):
            notice.tick()
            time.sleep(0.05)
        return True


def stop_unless_used(location: Location) -> bool:
    """Stop the server when nobody is connected any more; False when somebody is, and it therefore stays."""
    if find_postmaster(location) is None:
        return True
    deadline = time.monotonic() + FAREWELL_SECONDS
    while _other_clients(location):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    stop(location)
    return True


def _other_clients(location: Location) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    try:
        with psycopg.connect(**location.connection_parameters()) as connection:  # type: ignore[arg-type]
            found = connection.execute(query).fetchone()
    except psycopg.OperationalError:
        return 0  # still starting, or already going down: nobody can be connected
    return int(found[0]) if found else 0


def is_embedded(engine: str) -> bool:
    """True for the Django ENGINE that stands for the embedded server."""
    return engine == "config.postgres.backend"


def status(location: Location) -> Postmaster | None:
    """The running server of this location, or None."""
    return find_postmaster(location)


def _start(location: Location) -> None:
    account = server_account()
    programs = binaries(account)
    _await_leftovers(location)
    if not (location.data / "PG_VERSION").is_file():
        _initialise(location, account, programs)
    _check_version(location, programs)
    account.own(location.socket_directory)
    socket_path = os.fsencode(location.socket_directory / f".s.PGSQL.{PORT}")
    if len(socket_path) > SOCKET_PATH_LIMIT:
        raise EmbeddedServerError(f"the socket path {os.fsdecode(socket_path)} is too long")
    # No process is left in the data directory and we hold the lock, so these are stale. A killed server that its
    # parent has not reaped yet would otherwise still count as running for PostgreSQL.
    for stale in (location.data / "postmaster.pid", *location.socket_directory.glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)
    _wait_until_ready(location, _launch(location, account, programs))
    _create_database(location)


def _await_leftovers(location: Location) -> None:
    """Wait for backends whose postmaster was killed: they end by themselves, and must before a new one starts."""
    notice = _Notice("waiting for the processes of a killed PostgreSQL to end")
    while has_processes(location):
        notice.tick()
        time.sleep(0.1)


def _initialise(location: Location, account: Account, programs: Path) -> None:
    """Make a new cluster; it gets its final name only when complete, so a killed start leaves no half of one."""
    fresh = location.home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    account.own(fresh)
    command: list[str | Path] = [
        programs / "initdb", "-D", _data_argument(fresh, account), "-U", DATABASE_USER, "--auth=trust",
        "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        "--no-instructions",
    ]  # fmt: skip
    made = subprocess.run(  # noqa: S603
        command, cwd=fresh, env=_environment(), capture_output=True, text=True, check=False, **account.process_options()
    )
    if made.returncode != 0:
        raise EmbeddedServerError(f"initdb failed:\n{made.stdout}{made.stderr}")
    fresh.rename(location.data)


def _check_version(location: Location, programs: Path) -> None:
    shown = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    offered = shown.stdout.split()[-1].split(".")[0]
    kept = (location.data / "PG_VERSION").read_text().strip()
    if offered != kept:
        raise EmbeddedServerError(
            f"{location.data} was made by PostgreSQL {kept}, but PostgreSQL {offered} is installed: "
            "dump it with the old release and restore it (docs/operations.md, Backup)"
        )


def _launch(location: Location, account: Account, programs: Path) -> int:
    """Start the server process and return its id.

    A shell starts it in the background and ends, so that it is nobody's child: no zombie stays in a long-lived
    process that happened to be the first to need the database.
    """
    options = SETTINGS | {
        "cluster_name": location.name,
        "unix_socket_directories": str(location.socket_directory),
        "shared_buffers": f"{_shared_buffers_megabytes()}MB",
    }
    command = [str(programs / "postgres"), "-D", _data_argument(location.data, account), "-p", str(PORT)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    if location.log.is_file() and location.log.stat().st_size > LOG_LIMIT_BYTES:
        location.log.replace(location.log.with_suffix(".log.1"))
    with location.log.open("ab") as log:
        shell = subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", '"$@" >&2 & echo $!', "start", *command],
            cwd=location.data,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,  # a Ctrl-C in the terminal is for us, not for the database
            check=True,
            **account.process_options(),
        )
    return int(shell.stdout)


def _data_argument(data: Path, account: Account) -> str:
    """How the server is told where its data is.

    PostgreSQL works relative to its data directory once it is in it. So a server under its own account is put there
    by us, as root, before the privileges are dropped, and named its own working directory: parents that are private
    to root stay private, and the data can live in `var` all the same.
    """
    return "/proc/self/cwd" if account.is_separate else str(data)


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _shared_buffers_megabytes() -> int:
    """One gigabyte, or a quarter of a smaller machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(128, min(1024, memory // 4 // 1_048_576))


def _wait_until_ready(location: Location, process_id: int) -> None:
    notice = _Notice("PostgreSQL is starting")
    while True:
        running = find_postmaster(location)
        if running is not None and running.is_ready:
            return
        if not belongs(process_id, location):
            raise EmbeddedServerError(f"PostgreSQL did not start; the end of {location.log}:\n{_log_tail(location)}")
        notice.tick(_log_tail(location, lines=1))
        time.sleep(0.05)


def _log_tail(location: Location, lines: int = 15) -> str:
    try:
        with location.log.open("rb") as log:
            log.seek(max(0, location.log.stat().st_size - 8192))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def _create_database(location: Location) -> None:
    parameters = location.connection_parameters() | {"dbname": "postgres"}
    with psycopg.connect(**parameters, autocommit=True) as connection:  # type: ignore[arg-type]
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone()
        if known is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE_NAME)))


@contextlib.contextmanager
def _exclusively(location: Location) -> Iterator[None]:
    """One starter or stopper at a time per location; the kernel releases the lock of a killed holder."""
    location.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with location.lock.open("a") as lock:
        notice = _Notice("waiting for another process that starts or stops PostgreSQL")
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                notice.tick()
                time.sleep(0.05)
        try:
            yield
        finally:
            # Closing alone would leave it with a child that another thread forked meanwhile, as a worker's pool does.
            fcntl.flock(lock, fcntl.LOCK_UN)


class _Notice:
    """Tells a waiting person, every few seconds, what is being waited for."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._began = self._told = time.monotonic()

    def tick(self, detail: str = "") -> None:
        now = time.monotonic()
        if now - self._told >= NOTICE_SECONDS:
            self._told = now
            sys.stderr.write(f"{self._what} ({now - self._began:.0f} s) {detail}".rstrip() + "\n")
            sys.stderr.flush()
