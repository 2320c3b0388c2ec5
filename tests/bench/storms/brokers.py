"""Brokers that fail: Redis stopped and started empty, PGMQ's queues purged, messages doubled."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import Any, Final

import psycopg
from psycopg import sql

from config.postgres.location import Location, location_of
from tests.bench.storms.ledger import connected, left
from tests.bench.storms.sending import Provider
from tests.config.installation import Installation, free_port

_QUEUES: Final = "SELECT queue_name FROM pgmq.meta"
_DOUBLE: Final = "INSERT INTO pgmq.{} (vt, message, headers) SELECT now(), message, headers FROM pgmq.{}"
_PAUSE_SECONDS: Final = 0.02


class Redis:
    """A Redis server without a memory, on a port of its own."""

    def __init__(self) -> None:
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def is_installed() -> bool:
        """Whether this machine has one."""
        return shutil.which("redis-server") is not None

    @property
    def url(self) -> str:
        """Its address for Celery."""
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start it, empty."""
        options = ["--bind", "127.0.0.1", "--port", str(self._port), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        """Kill it; what was in it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def redis() -> Iterator[Redis]:
    """A running one, which is gone afterwards."""
    server = Redis()
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Outage:
    """Stops Redis when a third was acknowledged, for some seconds."""

    def __init__(self, server: Redis, count: int, seconds: float) -> None:
        self._server = server
        self._moment = count / 3
        self._seconds = seconds
        self.waiting = 0
        """Deliveries that nobody had drained when it came back."""

    def strike(self, installation: Installation, provider: Provider) -> None:
        """Stop it, wait, and start it empty."""
        while provider.answers < self._moment and not provider.is_done:
            time.sleep(0.01)
        self._server.stop()
        time.sleep(self._seconds)
        with connected(location_of(installation.var)) as connection:
            self.waiting = left(connection)
        self._server.start()


class Meddling:
    """Doubles and purges the messages of PGMQ in turns, for as long as deliveries are sent, and purges at the end."""

    def __init__(self) -> None:
        self.purged = 0
        """Messages that were taken away."""
        self.doubled = 0
        """Messages that were there twice."""

    def strike(self, installation: Installation, provider: Provider) -> None:
        """Meddle."""
        while not provider.is_done:
            self._meddle(location_of(installation.var))
            time.sleep(_PAUSE_SECONDS)
        self._meddle(location_of(installation.var))

    def _meddle(self, location: Location) -> None:
        with connected(location) as connection:
            tables = [f"q_{name}" for (name,) in connection.execute(_QUEUES).fetchall()]
            for table in tables:
                name = sql.Identifier(table)
                self.doubled += _count(connection, sql.SQL(_DOUBLE).format(name, name))
                time.sleep(_PAUSE_SECONDS)  # for a worker to take them both
                self.purged += _count(connection, sql.SQL("DELETE FROM pgmq.{}").format(name))


def _count(connection: psycopg.Connection[Any], query: sql.Composed) -> int:
    return connection.execute(query).rowcount
