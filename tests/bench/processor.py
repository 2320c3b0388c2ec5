"""Seconds of processor time: on a machine that others use too they say more than the clock."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any


def backend_seconds(process_id: int) -> float:
    """Processor seconds of a PostgreSQL backend so far; 0 where the kernel does not show it (another machine)."""
    return _seconds(_stat(process_id)[11:13])


def ended_seconds(connection: Any) -> float:
    """Processor seconds of all backends of a connection's server that have ended so far: work on connections of its own.

    A backend that has just been closed may need a moment to end.
    """
    time.sleep(0.1)
    parent = _stat(connection.info.backend_pid)[1:2]
    return _seconds(_stat(int(parent[0]))[13:15]) if parent else 0.0


def _stat(process_id: int) -> list[str]:
    """What the kernel says of a process, behind its name; empty where it says nothing."""
    try:
        found = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return []
    return found.rsplit(")", 1)[1].split()


def _seconds(ticks: list[str]) -> float:
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def spent(connection: Any) -> dict[str, float]:
    """Processor seconds of this process with its ended children, and of the backend behind a connection of psycopg."""
    children = os.times()
    python = time.process_time() + children.children_user + children.children_system
    return {"python": python, "postgres": backend_seconds(connection.info.backend_pid)}


def since(before: dict[str, float], connection: Any) -> dict[str, float]:
    """What was spent since then."""
    now = spent(connection)
    return {name: now[name] - before[name] for name in now}
