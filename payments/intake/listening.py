"""The ear of the inbox: hears that something was delivered and wakes a worker, once for however many deliveries."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import psycopg
import structlog
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from payments.intake.services.door import CHANNEL, QUIET_SECONDS
from payments.intake.services.drain import DRAINED_CHANNEL

SHORTEST_PAUSE_SECONDS: Final = 0.1
"""Between two messages: at most ten a second."""
GATHERING_SECONDS: Final = 3 * QUIET_SECONDS
"""Between hearing and waking: by then what a door kept quiet about is committed too; the sweep finds the rest."""
FORGOTTEN_AFTER_SECONDS: Final = 30.0
"""A message that no drain has answered by then was lost, or waits behind long work; another one does no harm."""
LOOK_UP_SECONDS: Final = 0.5
"""How often the ear looks up from listening, to see whether it is to stop."""
_REST_SECONDS: Final = 0.01
_RECONNECT_SECONDS: Final = (0.2, 1.0, 5.0)

logger = structlog.get_logger(__name__)


class Coalescer:
    """Decides when a message is due; knows no database and no broker."""

    def __init__(self) -> None:
        self._is_wanted = True  # whatever came before we listened
        self._sent_at: float | None = None
        self._is_outstanding = False

    def delivered(self) -> None:
        """Something new is in the inbox."""
        self._is_wanted = True

    def drained(self) -> None:
        """A drain has ended: what was delivered before it ended may still be there."""
        self._is_outstanding = False

    def is_due(self, now: float) -> bool:
        """Whether to send a message now; `now` is a monotonic clock in seconds."""
        since = None if self._sent_at is None else now - self._sent_at
        if not self._is_wanted or (since is not None and since < SHORTEST_PAUSE_SECONDS):
            return False
        return not self._is_outstanding or since is None or since >= FORGOTTEN_AFTER_SECONDS

    def sent(self, now: float) -> None:
        """A message is on its way."""
        self._is_wanted, self._is_outstanding, self._sent_at = False, True, now


class Listener:
    """Listens on a connection of its own and reconnects for as long as it is not told to stop."""

    def __init__(self, wake: Callable[[], object]) -> None:
        """`wake` sends the message; whatever it raises is logged and tried again."""
        self._wake = wake
        self._is_stopping = False

    def stop(self) -> None:
        """Let `run` return within half a second; safe in a signal handler."""
        self._is_stopping = True

    def run(self) -> None:
        """Listen until `stop`."""
        failures = 0
        while not self._is_stopping:
            try:
                with _ear() as ear:
                    logger.info("listening", channel=CHANNEL)
                    failures = 0
                    self._listen(ear)
            except (OperationalError, psycopg.Error) as problem:
                logger.warning("listening_interrupted", problem=type(problem).__name__)
                self._rest(_RECONNECT_SECONDS[min(failures, len(_RECONNECT_SECONDS) - 1)])
                failures += 1

    def _listen(self, ear: psycopg.Connection[Any]) -> None:
        coalescer = Coalescer()
        while not self._is_stopping:
            if coalescer.is_due(time.monotonic()):
                self._send(coalescer)
            if self._hear(ear, coalescer, LOOK_UP_SECONDS, 1):
                self._rest(GATHERING_SECONDS)
                self._hear(ear, coalescer, _REST_SECONDS, None)

    @staticmethod
    def _hear(ear: psycopg.Connection[Any], coalescer: Coalescer, seconds: float, most: int | None) -> int:
        """Tell what is heard within some seconds; how much it was. All at once: listening holds the connection."""
        heard = list(ear.notifies(timeout=seconds, stop_after=most))
        for notice in heard:
            (coalescer.drained if notice.channel == DRAINED_CHANNEL else coalescer.delivered)()
        return len(heard)

    def _send(self, coalescer: Coalescer) -> None:
        try:
            self._wake()
        except Exception as problem:  # a broker that is away; the sweep of the scheduler works on without us
            logger.warning("waking_failed", problem=type(problem).__name__)
            self._rest(1.0)
            return
        coalescer.sent(time.monotonic())

    def _rest(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self._is_stopping and time.monotonic() < deadline:
            time.sleep(min(LOOK_UP_SECONDS, max(deadline - time.monotonic(), 0)))


@contextlib.contextmanager
def _ear() -> Iterator[psycopg.Connection[Any]]:
    wrapper: BaseDatabaseWrapper = connections.create_connection("default")
    try:
        wrapper.ensure_connection()  # in autocommit, as LISTEN needs it
        for channel in (CHANNEL, DRAINED_CHANNEL):
            wrapper.connection.execute(f"LISTEN {channel}")
        yield wrapper.connection
    finally:
        with contextlib.suppress(OperationalError, psycopg.Error):
            wrapper.close()
