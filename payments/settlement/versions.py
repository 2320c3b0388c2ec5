"""Which version of a statement is the present one: by the file's own sequence, ties by hash, never by arrival; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one statement, as far as its rank depends on it."""

    sequence: str
    sha256: str
    row_id: int | None = None
    """Of the posted statement; None for the one that is coming."""


def ranked(versions: Iterable[Version]) -> list[Version]:
    """The versions of one statement from the oldest to the current one; the rank of each is its place from 1."""
    return sorted(versions, key=lambda version: (version.sequence, version.sha256))
