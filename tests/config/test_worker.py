"""The default broker with a real worker: a task that was being worked on is not lost with its worker."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.postgres.account import server_account
from tests.config.installation import Installation, free_port, wait_for

pytestmark = pytest.mark.worker

WORKER = ["-m", "celery", "--quiet", "-A", "config", "worker", "--concurrency", "1", "--include", "tests.config.drill"]
SEND = "from config.celery import app; app.send_task('tests.config.drill.note', ['{}'])"
VISIBILITY_SECONDS = 3


def debian_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[0].parent if found else None


@pytest.fixture
def outside_database(var: Path) -> Iterator[str]:
    """The address of an oldest-release PostgreSQL of the machine's own, which knows nothing of our embedded one."""
    binaries = debian_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL of the distribution is installed")
    home = Path("/tmp") / f"jeongsan-outside-{os.getpid()}"
    account = server_account()
    account.own(home)
    options = account.process_options() | {"cwd": home, "check": True, "stdout": subprocess.DEVNULL}
    initialise: list[str | Path] = [binaries / "initdb", "-D", home / "data", "-A", "trust", "-U", "shop", "-E", "UTF8"]
    subprocess.run(initialise, **options)
    settings = f"-c listen_addresses= -c unix_socket_directories={home}"
    control: list[str | Path] = [binaries / "pg_ctl", "-D", home / "data", "-w"]
    subprocess.run([*control, "-l", home / "log", "-o", settings, "start"], **options)
    try:
        yield f"postgresql://shop@/postgres?host={home}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **options)
        shutil.rmtree(home)


@pytest.fixture
def redis(var: Path) -> Iterator[str]:
    """The address of a Redis of this test's own."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(var)]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as server:
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


def redeliver_after_kill(installation: Installation, notes: Path) -> list[str]:
    """Kill a worker in the middle of a task, start another, and return what the task wrote down."""
    installation.variables |= {"CELERY_VISIBILITY_TIMEOUT": str(VISIBILITY_SECONDS)}
    with installation.running(*WORKER) as worker:
        sent = installation.manage("shell", "--no-imports", "--command", SEND.format(notes))
        assert sent.returncode == 0, sent.stderr
        # The file is there a moment before its first line is.
        wait_for(lambda: notes.exists() and "started" in notes.read_text(), "the task to start")
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    assert [line.split()[0] for line in notes.read_text().splitlines()] == ["started"]
    with installation.running(*WORKER):
        wait_for(lambda: "finished" in notes.read_text(), "the task to come back and finish")
    return [line.split()[0] for line in notes.read_text().splitlines()]


def test_publishers_that_start_at_once_all_succeed_on_a_database_without_queues(installation: Installation) -> None:
    command = ["manage.py", "shell", "--no-imports", "--command", SEND.format("/dev/null")]
    with contextlib.ExitStack() as stack:
        publishers = [stack.enter_context(installation.running(*command)) for _ in range(4)]
        assert [publisher.wait(120) for publisher in publishers] == [0, 0, 0, 0], installation.log


def test_the_task_of_a_killed_worker_comes_back(installation: Installation, tmp_path: Path) -> None:
    assert redeliver_after_kill(installation, tmp_path / "notes") == ["started", "started", "finished"]


def test_the_task_of_a_killed_worker_comes_back_through_redis(
    installation: Installation, redis: str, tmp_path: Path
) -> None:
    installation.variables |= {"CELERY_BROKER_URL": redis}
    assert redeliver_after_kill(installation, tmp_path / "notes") == ["started", "started", "finished"]


def test_an_outside_postgresql_serves_as_database_and_broker(var: Path, outside_database: str, tmp_path: Path) -> None:
    installation = Installation(var, variables={"DATABASE_URL": outside_database})
    migrated = installation.manage("migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    assert redeliver_after_kill(installation, tmp_path / "notes") == ["started", "started", "finished"]
    assert not (var / "postgres").exists()
