"""The circuit breaker: an address that keeps failing is left alone for a while, so that nobody queues up behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

FAILURES: Final = 5
"""In a row, before the address is left alone."""
REST: Final = 30
"""Seconds for which it is."""


class Breaker:
    """Of one address; shared by the threads of a process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._rests_until: float | None = None

    def lets_through(self) -> bool:
        """Whether to call; after a rest one call at a time goes first, to see."""
        with self._lock:
            if self._rests_until is None:
                return True
            if self._clock() < self._rests_until:
                return False
            self._rests_until = self._clock() + REST
            return True

    def heard(self) -> None:
        """The address answered like something that works."""
        with self._lock:
            self._failures = 0
            self._rests_until = None

    def failed(self) -> None:
        """The address did not answer, or said that it is broken."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._rests_until = self._clock() + REST


_BREAKERS: dict[str, Breaker] = {}
_BREAKERS_LOCK: Final = threading.Lock()


def breaker_of(address: str) -> Breaker:
    """The one breaker of an address in this process."""
    with _BREAKERS_LOCK:
        return _BREAKERS.setdefault(address, Breaker())
