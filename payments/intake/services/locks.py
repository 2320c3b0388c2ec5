"""Who works on an import: a session lock of PostgreSQL, which a dead worker loses and a live one keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError, connection


@contextmanager
def working_on(import_id: int, *, must_wait: bool = False) -> Iterator[bool]:
    """Hold the lock of an import; yields False, at once, when another session holds it and `must_wait` is not set.

    The lock belongs to the database session: however a worker ends, PostgreSQL gives the lock free with its connection.
    """
    key = f"jeongsan.import.{import_id}"
    function = "pg_advisory_lock" if must_wait else "pg_try_advisory_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [key])
        row = cursor.fetchone()
    is_ours = must_wait or bool(row and row[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            # A connection that broke has given the lock free already; hiding why it broke would be worse.
            with suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
