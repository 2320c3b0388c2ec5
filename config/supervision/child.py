"""One supervised process and everything it starts."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 30.0
SETTLED_SECONDS = 60.0
"""A child that lived this long is healthy: its next death starts the back-off anew."""

PR_SET_PDEATHSIG = 1


class Child:
    """A command kept alive. It leads a session of its own, so its whole family can be ended as one."""

    def __init__(
        self, name: str, command: Sequence[str], directory: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self._clock = clock
        self._command = list(command)
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._delay = 0.0
        self._due_at = 0.0

    @property
    def process_id(self) -> int | None:
        """The id of the running process, or None."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def tick(self, say: Callable[[str], None]) -> None:
        """Notice a death, clear away what it left, and start again when its turn has come."""
        now = self._clock()
        if self._process is not None and self._process.poll() is not None:
            say(f"{self.name} ended ({_ending(self._process.returncode)}); starting again")
            self.end_family()
            is_settled = now - self._started_at >= SETTLED_SECONDS
            self._delay = FIRST_DELAY_SECONDS if is_settled or not self._delay else self._delay * 2
            self._delay = min(self._delay, LONGEST_DELAY_SECONDS)
            self._due_at = now + self._delay
            self._process = None
        if self._process is None and now >= self._due_at:
            self._start(now)

    def ask_to_stop(self) -> None:
        """Ask the process itself, which then winds up its own workers in order."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    @property
    def has_ended(self) -> bool:
        """True when the process itself is gone."""
        return self._process is None or self._process.poll() is not None

    def end_family(self) -> None:
        """Kill whatever is left of the process and its descendants, and wait for the process."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _start(self, now: float) -> None:
        self._started_at = now
        self._process = subprocess.Popen(  # noqa: S603 (the commands are our own)
            self._command,
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),
        )


def _die_with(parent: int) -> Callable[[], None] | None:
    """What a child does before it runs: ask the kernel for a SIGTERM when the supervisor is killed outright."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)

    def arrange() -> None:
        library.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return arrange


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
