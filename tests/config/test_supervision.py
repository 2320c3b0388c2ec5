"""The supervisor: what dies comes back, and what it started never outlives it, whichever way it ends."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.settings.environment import CHECKOUT
from config.supervision.child import Child
from tests.config.installation import wait_for

GRANDCHILD = "import time; time.sleep(300)"
FAMILY = f"""
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {GRANDCHILD!r}])
with open(sys.argv[1], "a") as file:
    file.write(f"{{os.getpid()}} {{child.pid}}\\n")
time.sleep(300)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)" + FAMILY
SUPERVISE = """
import sys
from pathlib import Path
from config.supervision.child import Child
from config.supervision.supervisor import Supervisor
Supervisor([Child("family", [sys.executable, "-c", sys.argv[2], sys.argv[1]], Path("/"))]).run()
"""


def is_alive(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Supervised:
    """A supervisor of one family, and the ids of every generation of that family."""

    def __init__(self, notes: Path, family: str) -> None:
        self._notes = notes
        self.supervisor = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, str(notes), family], cwd=CHECKOUT, stderr=subprocess.PIPE, text=True
        )

    def generation(self, number: int) -> tuple[int, int]:
        """The ids of the child and grandchild of the n-th start."""

        def written() -> tuple[int, int] | None:
            lines = self._notes.read_text().splitlines() if self._notes.exists() else []
            if len(lines) < number:
                return None
            child, grandchild = lines[number - 1].split()
            return int(child), int(grandchild)

        found: tuple[int, int] = wait_for(written, f"start number {number}")
        return found

    def everybody(self) -> list[int]:
        return [int(word) for word in self._notes.read_text().split()]


Start = Callable[[str], Supervised]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Start]:
    started: list[Supervised] = []

    def start(family: str) -> Supervised:
        started.append(Supervised(tmp_path / "notes", family))
        return started[0]

    yield start
    for one in started:
        one.supervisor.kill()
        for process_id in one.everybody():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)
        one.supervisor.communicate()


def test_a_killed_child_is_restarted_and_its_own_children_are_cleared_away(supervise: Start) -> None:
    family = supervise(FAMILY)
    child, grandchild = family.generation(1)
    os.kill(child, signal.SIGKILL)
    second, _ = family.generation(2)
    assert second != child
    wait_for(lambda: not is_alive(grandchild), "the orphan to be ended", patience=5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_nothing_is_left_after_a_stop(supervise: Start, number: signal.Signals) -> None:
    family = supervise(FAMILY)
    family.generation(1)
    family.supervisor.send_signal(number)
    assert family.supervisor.wait(20) == 0
    assert [process for process in family.everybody() if is_alive(process)] == []


def test_a_second_signal_ends_by_force_what_ignores_the_first(supervise: Start) -> None:
    family = supervise(STUBBORN)
    family.generation(1)
    family.supervisor.terminate()
    said = family.supervisor.stderr
    assert said is not None
    assert "stopping" in said.readline()
    family.supervisor.terminate()
    assert family.supervisor.wait(5) == 0
    assert "ended by force: family" in said.read()
    assert [process for process in family.everybody() if is_alive(process)] == []


def test_children_are_told_to_end_when_the_supervisor_itself_is_killed(supervise: Start) -> None:
    family = supervise(FAMILY)
    child, _ = family.generation(1)
    family.supervisor.kill()
    wait_for(lambda: not is_alive(child), "the child of a killed supervisor to end", patience=10)


def test_a_child_that_keeps_dying_is_started_less_and_less_often(tmp_path: Path) -> None:
    now = 0.0
    child = Child("brief", [sys.executable, "-c", "raise SystemExit(3)"], tmp_path, clock=lambda: now)
    starts: list[int] = []
    said: list[str] = []
    for second in range(120):
        now = float(second)
        before = child.process_id
        child.tick(said.append)
        if child.process_id is not None and child.process_id != before:
            starts.append(second)
        wait_for(lambda: child.has_ended, "the brief child to end")
    child.end_family()
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert gaps == sorted(gaps)
    assert gaps[:4] == [2, 3, 5, 9]
    assert max(gaps) <= 31
    assert said[0] == "brief ended (exit code 3); starting again"
