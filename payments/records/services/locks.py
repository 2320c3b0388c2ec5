"""Locks of a database session: a dead worker loses them with its connection, a live one keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError, connection


@contextmanager
def held_by_session(name: str, *, must_wait: bool = False) -> Iterator[bool]:
    """Hold a lock by its name; yields False, at once, when another session holds it and `must_wait` is not set.

    The lock belongs to the database session: however a worker ends, PostgreSQL gives the lock free with its connection.
    """
    function = "pg_advisory_lock" if must_wait else "pg_try_advisory_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [name])
        row = cursor.fetchone()
    is_ours = must_wait or bool(row and row[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            # A connection that broke has given the lock free already; hiding why it broke would be worse.
            with suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
