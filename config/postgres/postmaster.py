"""Which processes belong to the server of one location, and what it says of itself in `postmaster.pid`.

A process is known by its command line, which every account may read: the server's names our socket directory, and its
backends carry the cluster's name as their title. (The working directory would say the same, but in a container even
root may not read that of another account.)
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.postgres.location import Location

HAS_PROCESS_FILES = Path("/proc/self/cmdline").exists()
"""True where the kernel shows processes as files (Linux); elsewhere `ps` has to do."""

STATUS_LINE = 7
"""Index of the line that says `starting`, `stopping`, `ready` or `standby`."""

SERVER_PROGRAMS = {"postgres", "sh"}
"""The server, and the shell that is about to become it."""


@dataclass(frozen=True)
class Postmaster:
    """A live server process: its id and its own word on whether it takes connections."""

    process_id: int
    is_ready: bool


def find_postmaster(location: Location) -> Postmaster | None:
    """The running server of a location, or None; a stale file or a process id used again counts as None."""
    try:
        lines = (location.data / "postmaster.pid").read_text().splitlines()
        process_id = int(lines[0])
    except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
        return None
    if not belongs(process_id, location):
        return None
    status = lines[STATUS_LINE].strip() if len(lines) > STATUS_LINE else ""
    return Postmaster(process_id=process_id, is_ready=status == "ready")


def belongs(process_id: int, location: Location) -> bool:
    """True while the process lives and is the server of this location or one of its backends."""
    command = _command(process_id)
    if location.name not in command:
        return False
    # A client such as psql names the socket directory too, so the program has to be the right one as well.
    return command.startswith("postgres: ") or os.path.basename(command.split(maxsplit=1)[0]) in SERVER_PROGRAMS


def has_processes(location: Location) -> bool:
    """True while the server of this location runs, or backends that outlived it do."""
    return any(belongs(process_id, location) for process_id in _process_ids())


def _command(process_id: int) -> str:
    """The command line, with spaces; empty for a process that does not exist or is only waiting to be buried."""
    if HAS_PROCESS_FILES:
        try:
            return Path(f"/proc/{process_id}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return _listed("-p", str(process_id), "-o", "command=").strip()


def _process_ids() -> Iterator[int]:
    if HAS_PROCESS_FILES:
        yield from (int(entry) for entry in os.listdir("/proc") if entry.isdigit())
    else:
        yield from (int(word) for word in _listed("-A", "-o", "pid=").split())


def _listed(*options: str) -> str:
    return subprocess.run(["/bin/ps", *options], capture_output=True, text=True, check=False).stdout  # noqa: S603
