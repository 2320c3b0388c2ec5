"""Reading for a whole page: one statement for metrics of the same facts, and the next sent while the last is drawn."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.db import connection
from psycopg import Cursor, Pipeline
from psycopg.waiting import Wait

from analytics.metrics.declarations import Metric, measures_of

Result = TypeVar("Result")


@dataclass(frozen=True)
class Statement:
    """What PostgreSQL is asked, and what with."""

    sql: str
    parameters: Mapping[str, Any]

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What tells it from every other."""
        return (self.sql, *self.parameters.items())


class Together:
    """Metrics asked side by side: one statement reads what all of those of the same facts count, and is asked once.

    Within `ahead` a statement may be sent before anybody wants its rows: PostgreSQL works on it meanwhile.
    """

    def __init__(self, metrics: Collection[Metric] = ()) -> None:
        self.metrics = metrics
        self.is_ahead = False
        """Whether whoever asks now is asked again when the rows are there, and need not wait for them."""
        self._pipeline: Pipeline | None = None
        self._sent: dict[tuple[object, ...], Any] = {}
        self._rows: dict[tuple[object, ...], list[tuple[Any, ...]]] = {}
        self._told: dict[tuple[object, ...], Any] = {}

    def codes(self, metric: Metric) -> list[str]:
        """The measures to read for a metric: its own, and those of the metrics beside it."""
        told = {code for each in (metric, *self.metrics) if each.facts is metric.facts for code in measures_of(each)}
        return sorted(told, key=metric.facts.place_of)

    def has(self, statements: Collection[Statement]) -> bool:
        """Whether the rows of all are here."""
        return all(each.key in self._rows or each.key in self._told for each in statements)

    def told(self, statement: Statement, say: Callable[[list[tuple[Any, ...]]], Result]) -> Result:
        """What the rows of a statement say, which is found out once."""
        key = statement.key
        if key not in self._told:
            self.fetch([statement])
            self._told[key] = say(self._rows.pop(key))
        found: Result = self._told[key]
        return found

    def fetch(self, statements: Collection[Statement]) -> None:
        """Wait for the rows of what may have been sent, and for no others."""
        self.send(statements)
        for each in statements:
            if each.key in self._sent:
                with self._sent.pop(each.key) as cursor:
                    self._await(cursor.cursor)
                    self._rows[each.key] = cursor.fetchall()

    def send(self, statements: Collection[Statement]) -> None:
        """Ask for what was not asked for yet; outside of `ahead` this waits until PostgreSQL is done with each."""
        for each in statements:
            if not (each.key in self._sent or self.has([each])):
                cursor = connection.cursor()
                self._sent[each.key] = cursor
                # Before what may write, history says who does, in a command of its own, and only one may be sent ahead:
                # what begins with SELECT is known to read.
                cursor.execute(f"SELECT * FROM ({each.sql}) AS told", each.parameters)  # noqa: S608
                if self._pipeline is not None:
                    # PostgreSQL keeps rows until it is asked for them, or has a page full.
                    connection.connection.pgconn.send_flush_request()
                    connection.connection.pgconn.flush()

    def _await(self, cursor: Cursor[Any]) -> None:
        """Wait for the rows of one statement; `fetchall` alone would wait for those of all that were sent."""
        if self._pipeline is not None and cursor.pgresult is None:
            with connection.wrap_database_errors:
                connection.connection.wait(_received(self._pipeline, cursor))

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """What is sent meanwhile is not waited for. All of it is one transaction to PostgreSQL."""
        connection.ensure_connection()
        self.is_ahead = True
        try:
            with connection.connection.pipeline() as self._pipeline:
                yield
        finally:
            self.is_ahead, self._pipeline = False, None
            self._sent.clear()


def _received(pipeline: Pipeline, cursor: Cursor[Any]) -> Generator[Wait, Any, None]:
    """What psycopg waits for until the cursor has its rows; those of others that come meanwhile are theirs.

    It has no public name for taking what has come without waiting for the rest: `test_in_turns` tells if that changes.
    """
    while cursor.pgresult is None:
        yield Wait.R
        yield from pipeline._communicate_gen()
