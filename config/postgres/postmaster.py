"""Reading what a running server says of itself in `postmaster.pid`, and whether that is still true."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

HAS_PROCESS_FILES = Path("/proc/self/cwd").exists()
"""True where the kernel shows processes as files (Linux); elsewhere `ps` has to do."""

STATUS_LINE = 7
"""Index of the line that says `starting`, `stopping`, `ready` or `standby`."""


@dataclass(frozen=True)
class Postmaster:
    """A live server process: its id and its own word on whether it takes connections."""

    process_id: int
    is_ready: bool


def find_postmaster(data: Path) -> Postmaster | None:
    """The server that runs on a data directory, or None; a stale file or a re-used process id counts as None."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        process_id = int(lines[0])
    except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
        return None
    if not works_in(process_id, data):
        return None
    status = lines[STATUS_LINE].strip() if len(lines) > STATUS_LINE else ""
    return Postmaster(process_id=process_id, is_ready=status == "ready")


def works_in(process_id: int, data: Path) -> bool:
    """True when the process lives and is a PostgreSQL process of exactly this data directory."""
    if HAS_PROCESS_FILES:
        try:
            # A zombie has no working directory any more, so a dead child of ours is not mistaken for a server.
            return os.path.samefile(f"/proc/{process_id}/cwd", data)
        except OSError:
            return False
    shown = subprocess.run(  # noqa: S603
        ["/bin/ps", "-o", "stat=,comm=", "-p", str(process_id)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    return len(shown) == 2 and not shown[0].startswith("Z") and "postgres" in shown[1]


def is_alive(process_id: int, data: Path) -> bool:
    """True while a process that was started on this data directory runs, from its very first moment."""
    if HAS_PROCESS_FILES:
        return works_in(process_id, data)
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def is_anyone_working_in(data: Path) -> bool:
    """True while any process has its working directory in `data`: the server, or backends that outlived it."""
    if not HAS_PROCESS_FILES:
        return find_postmaster(data) is not None
    return any(works_in(int(entry), data) for entry in os.listdir("/proc") if entry.isdigit())
