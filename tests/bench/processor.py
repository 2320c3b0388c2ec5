"""Seconds of processor time: on a machine that others use too they say more than the clock."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any


def backend_seconds(process_id: int) -> float:
    """Processor seconds of a PostgreSQL backend so far; 0 where the kernel does not show it (another machine)."""
    try:
        found = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return 0.0
    user, system = found.rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def spent(connection: Any) -> dict[str, float]:
    """Processor seconds of this process with its ended children, and of the backend behind a connection of psycopg."""
    children = os.times()
    python = time.process_time() + children.children_user + children.children_system
    return {"python": python, "postgres": backend_seconds(connection.info.backend_pid)}


def since(before: dict[str, float], connection: Any) -> dict[str, float]:
    """What was spent since then."""
    now = spent(connection)
    return {name: now[name] - before[name] for name in now}
