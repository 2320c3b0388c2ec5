"""The loop that keeps the children alive until somebody asks it to stop."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

from config.supervision.child import Child

TICK_SECONDS = 0.2
GRACE_SECONDS = 25.0
"""How long a child may take to finish what it is doing; the web server's own limit is 20."""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Runs the children; `run` returns when none of them, nor anything they started, is left."""

    def __init__(self, children: Sequence[Child], when_idle: Callable[[], None] | None = None) -> None:
        self._children = children
        self._when_idle = when_idle
        self._stop_requests = 0

    def run(self) -> None:
        """Keep the children running until SIGINT, SIGTERM or SIGHUP; a second signal cuts their grace short."""
        previous = {number: signal.signal(number, self._request_stop) for number in STOP_SIGNALS}
        try:
            while not self._stop_requests:
                for child in self._children:
                    child.tick(say)
                if self._when_idle is not None:
                    self._when_idle()
                time.sleep(TICK_SECONDS)
            self._stop_children()
        finally:
            for child in self._children:
                child.end_family()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1

    def _stop_children(self) -> None:
        say("stopping; once more to hurry")
        for child in self._children:
            child.ask_to_stop()
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and self._stop_requests == 1:
            if all(child.has_ended for child in self._children):
                return
            time.sleep(0.05)
        slow = ", ".join(child.name for child in self._children if not child.has_ended)
        say(f"ended by force: {slow}")


def say(message: str) -> None:
    """One line for the person at the terminal."""
    sys.stderr.write(f"jeongsan: {message}\n")
    sys.stderr.flush()
