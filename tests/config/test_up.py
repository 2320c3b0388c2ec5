"""`manage.py up` as a person uses it: it answers, it heals, and it leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from config.postgres.location import location_of
from config.postgres.server import status, stop
from config.settings.environment import CHECKOUT
from tests.config.installation import Installation, wait_for

pytestmark = pytest.mark.worker

UP = ("manage.py", "up")


@pytest.fixture
def product(installation: Installation) -> Iterator[tuple[Installation, subprocess.Popen[str]]]:
    """Everything running, from a stopped database on, until the site says that it is ready."""
    stop(location_of(installation.var))
    logins = [{"role": "finance", "email": "finance@example.com", "password": "only a demo"}]
    (installation.var / "demo-logins.json").write_text(json.dumps(logins))
    with installation.running(*UP) as process:
        wait_for(lambda: installation.get("readyz")[0] == 200, f"readiness; {installation.log}")
        yield installation, process


def main_process(installation: Installation, what: str) -> int | None:
    """The oldest process whose command line says what it is; its own children say the same."""
    return min((number for number, command in installation.processes().items() if what in command), default=None)


def is_replaced(installation: Installation, what: str, killed: int) -> bool:
    return (main_process(installation, what) or 0) > killed


def test_starts_heals_and_leaves_nothing(product: tuple[Installation, subprocess.Popen[str]]) -> None:
    installation, process = product
    assert installation.get("healthz") == (200, {"status": "ok"})
    # The site may answer us before it answers the supervisor, which asks once a second and then greets.
    wait_for(lambda: f"ready at http://127.0.0.1:{installation.port}/" in installation.log, "the greeting")
    wait_for(lambda: "finance@example.com" in installation.log, "the logins")

    for what in ("gunicorn", "config worker", "config beat", "manage.py listen"):
        killed = main_process(installation, what)
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        wait_for(partial(is_replaced, installation, what, killed), f"a new {what}")
    wait_for(lambda: installation.get("readyz")[0] == 200, "readiness after the deaths")
    assert installation.log.count("starting again") == 4

    process.terminate()
    assert process.wait(40) == 0
    assert installation.processes() == {}
    assert status(location_of(installation.var)) is None


def test_a_killed_supervisor_takes_its_children_with_it(product: tuple[Installation, subprocess.Popen[str]]) -> None:
    installation, process = product
    process.kill()
    wait_for(lambda: installation.processes() == {}, "web, worker and beat to end", patience=40)


def test_a_taken_port_is_refused_with_a_way_out(var: Path) -> None:
    installation = Installation(var)
    with socket.create_server(("127.0.0.1", installation.port)):
        refused = subprocess.run(
            [sys.executable, *UP],
            cwd=CHECKOUT,
            env=installation.environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert refused.returncode == 1
    assert f"cannot listen on 127.0.0.1:{installation.port}" in refused.stderr
    assert "choose another PORT" in refused.stderr
