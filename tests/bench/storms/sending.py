"""The provider's side: sends each delivery over HTTP again and again until it is acknowledged, several at a time."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from tests.bench.storms.deliveries import Delivery

CONNECTIONS: Final = 8
_PAUSE_SECONDS: Final = 0.1
_TIMEOUT_SECONDS: Final = 15.0


class Provider:
    """Sends; what was acknowledged is known here, whatever happens to the installation."""

    def __init__(self, port: int, told: Sequence[Delivery], patience_seconds: float) -> None:
        self._port = port
        self._left = deque(told)
        self._deadline = time.monotonic() + patience_seconds
        self._lock = threading.Lock()
        self.acknowledged: set[str] = set()
        """Ids of the events that were answered with 200."""
        self.answers = 0
        """How many deliveries were answered with 200."""
        self.refusals = 0
        """How many tries were answered otherwise, or not at all."""
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(CONNECTIONS)]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        """Until everything is acknowledged.

        Raises:
            TimeoutError: patience ended before that.
        """
        for thread in self._threads:
            thread.join()
        if self._left:
            raise TimeoutError(f"{len(self._left)} deliveries were never acknowledged")

    @property
    def is_done(self) -> bool:
        """Whether nothing is being sent any more."""
        return not any(thread.is_alive() for thread in self._threads)

    def _send(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT_SECONDS)
        with contextlib.closing(connection):
            self._send_on(connection)

    def _send_on(self, connection: http.client.HTTPConnection) -> None:
        while time.monotonic() < self._deadline:
            try:
                delivery = self._left.popleft()
            except IndexError:
                return
            while not self._is_acknowledged(connection, delivery):
                connection.close()
                if time.monotonic() > self._deadline:
                    self._left.append(delivery)
                    return
                time.sleep(_PAUSE_SECONDS)

    def _is_acknowledged(self, connection: http.client.HTTPConnection, delivery: Delivery) -> bool:
        headers = {"content-type": "application/json", "stripe-signature": delivery.signature()}
        try:
            connection.request("POST", "/webhooks/stripe/", delivery.body, headers)
            answer = connection.getresponse()
            answer.read()
            is_taken = answer.status == 200
        except (OSError, http.client.HTTPException):
            is_taken = False
        with self._lock:
            self.answers += is_taken
            self.refusals += not is_taken
            if is_taken:
                self.acknowledged.add(delivery.event_id)
        return is_taken
