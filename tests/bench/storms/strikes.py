"""What is killed in a drill, and when: at random moments of the deliveries, one thing after the other."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psycopg

from config.postgres.location import location_of
from config.postgres.server import status
from tests.bench.storms.ledger import connected
from tests.bench.storms.sending import Provider
from tests.config.installation import Installation

WEB, WORKER = "gunicorn", "config worker"
VICTIMS: Final = ("web process", "worker", "database", "web", "worker process", "database at once")
_WORKING: Final = """
SELECT FROM pg_locks WHERE relation = 'payments_paymentevent'::regclass AND mode = 'RowExclusiveLock' AND granted
"""
_LONGEST_WAIT_SECONDS: Final = 3.0
_LONGEST_RESTART_SECONDS: Final = 120.0


def strike(installation: Installation, victim: str) -> str:
    """Kill one of `VICTIMS`; what was killed and in the middle of what, for the record."""
    if victim.startswith("database"):
        # "At once" leaves backends without their head for a moment; the other way they are stopped with it.
        return _kill_database(installation, signal.SIGKILL if victim == "database at once" else signal.SIGQUIT, victim)
    if victim.startswith("web"):
        return _kill(installation, WEB, victim, is_head=victim == "web")
    is_working = _wait_for_work(installation)
    done = _kill(installation, WORKER, victim, is_head=victim == "worker")
    return f"{done} {'in' if is_working else 'between'} transactions" if done else ""


class Storm:
    """Strikes at moments that are drawn once: after so many acknowledged deliveries."""

    def __init__(self, victims: Sequence[str], count: int, seed: int) -> None:
        chance = random.Random(seed)
        moments = sorted(chance.uniform(0.05, 0.9) * count for _ in victims)
        self._plan = list(zip(moments, victims, strict=True))
        self.struck: list[str] = []

    def rage(self, installation: Installation, provider: Provider) -> None:
        """Strike at each moment; one that finds nothing to kill, as it is just being restarted, strikes later."""
        for moment, victim in self._plan:
            while provider.answers < moment and not provider.is_done:
                time.sleep(0.01)
            deadline = time.monotonic() + _LONGEST_RESTART_SECONDS
            while not (done := strike(installation, victim)) and time.monotonic() < deadline:
                time.sleep(0.1)
            if done:
                self.struck.append(f"{done} after {provider.answers:,}")


def processes(installation: Installation, what: str) -> list[int]:
    """Its head first: the processes of the installation whose command line says what they are."""
    return sorted(number for number, command in installation.processes().items() if what in command)


def _kill(installation: Installation, what: str, victim: str, *, is_head: bool) -> str:
    """Kill the head, or the one below it that has worked most: the others may have nothing to lose."""
    head, *others = processes(installation, what) or [0]
    if not others:
        return ""
    with contextlib.suppress(ProcessLookupError):
        os.kill(head if is_head else max(others, key=_ticks), signal.SIGKILL)
        return victim
    return ""


def _ticks(process: int) -> int:
    """The processor time of a process; 0 for one that is gone."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    return 0


def _kill_database(installation: Installation, number: signal.Signals, victim: str) -> str:
    running = status(location_of(installation.var))
    if running is None or not running.is_ready:
        return ""
    with contextlib.suppress(ProcessLookupError):
        os.kill(running.process_id, number)
        return victim
    return ""


def _wait_for_work(installation: Installation) -> bool:
    """Wait a little for a batch that is recorded and not committed; whether there is one now."""
    deadline = time.monotonic() + _LONGEST_WAIT_SECONDS
    with contextlib.suppress(psycopg.OperationalError), connected(location_of(installation.var)) as connection:
        while time.monotonic() < deadline:
            if connection.execute(_WORKING).fetchone() is not None:
                return True
            time.sleep(0.002)
    return False
