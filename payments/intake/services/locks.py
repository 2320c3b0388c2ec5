"""Who works on an import: a session lock of PostgreSQL, which a dead worker loses and a live one keeps."""

from __future__ import annotations

from contextlib import AbstractContextManager

from payments.records.services.locks import held_by_session


def working_on(import_id: int, *, must_wait: bool = False) -> AbstractContextManager[bool]:
    """Hold the lock of an import; gives False, at once, when another session holds it and `must_wait` is not set."""
    return held_by_session(f"jeongsan.import.{import_id}", must_wait=must_wait)
