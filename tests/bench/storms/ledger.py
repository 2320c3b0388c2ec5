"""What is left after a drill: which acknowledged events are missing, what is there twice, and the state of everything."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from config.postgres.location import Location

_KEPT: Final = "SELECT convert_from(body, 'UTF8')::jsonb ->> 'id', count(*) FROM payments_inboxdelivery GROUP BY 1"
_DOUBLED: Final = """
SELECT (SELECT count(*) - count(DISTINCT (source, source_event_id)) FROM payments_paymentevent)
     + (SELECT count(*) - count(DISTINCT (kind, split_part(provider_key, '#', 1))) FROM payments_movement)
"""
_LEFT: Final = "SELECT count(*) FROM payments_inboxdelivery WHERE state NOT IN ('done', 'ignored')"
_TABLES: Final = {
    "payments_payment": "merchant_reference",
    "payments_attempt": "attempt_key",
    "payments_refund": "refund_key",
    "payments_dispute": "provider_reference",
    "payments_paymentreference": "reference",
    "payments_movement": "movement_key",
    "payments_paymentevent": "source_event_id",
}
_ACCIDENTAL: Final = "{id,payment_id,checkout_id,batch_id,received_at,changed_at}"
"""Columns that say in which order and when we heard of things."""
_DIGEST: Final = """
SELECT %(table)s, count(*), sum(hashtextextended((to_jsonb(t) - %(accidental)s::text[])::text, 0)) FROM {table} t
"""
_MOVED: Final = "SELECT provider_key, amount FROM payments_movement ORDER BY provider_key"


@dataclass(frozen=True, slots=True)
class Found:
    """What an installation holds when everything has calmed down."""

    lost: int
    """Acknowledged events that are nowhere."""
    rows_doubled: int
    """Rows of the inbox beyond one for each event."""
    effects_doubled: int
    """Events of the ledger and movements beyond one for each."""
    left: int
    """Deliveries that are not done."""
    state: tuple[Any, ...]
    """Equal in two installations that hold the same payments, events and movements."""
    moved: tuple[tuple[str, int], ...]
    """Every movement: the provider's key and the amount."""


@contextlib.contextmanager
def connected(location: Location) -> Iterator[psycopg.Connection[Any]]:
    """A connection in autocommit to the embedded server. It is not started for that: the product has to do so."""
    parameters: dict[str, Any] = dict(location.connection_parameters())
    with psycopg.connect(**parameters, autocommit=True) as connection:
        yield connection


def wait_until_done(location: Location, patience_seconds: float) -> float:
    """Wait until no delivery is left undone or patience ends; the seconds it took."""
    started = time.monotonic()
    while time.monotonic() - started < patience_seconds:
        with contextlib.suppress(psycopg.OperationalError), connected(location) as connection:
            if left(connection) == 0:
                break
        time.sleep(0.1)
    return time.monotonic() - started


def found(location: Location, acknowledged: set[str]) -> Found:
    """Look."""
    with connected(location) as connection:
        kept = dict(connection.execute(_KEPT).fetchall())
        return Found(
            lost=len(acknowledged - kept.keys()),
            rows_doubled=sum(kept.values()) - len(kept),
            effects_doubled=_number(connection, _DOUBLED),
            left=left(connection),
            state=tuple(_digest(connection, table) for table in _TABLES),
            moved=tuple(connection.execute(_MOVED).fetchall()),
        )


def left(connection: psycopg.Connection[Any]) -> int:
    """How many deliveries are not done."""
    return _number(connection, _LEFT)


def _digest(connection: psycopg.Connection[Any], table: str) -> Any:
    query = _DIGEST.format(table=table)
    return connection.execute(query, {"table": table, "accidental": _ACCIDENTAL}).fetchone()


def _number(connection: psycopg.Connection[Any], query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
