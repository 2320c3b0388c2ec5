"""Reads the moments that machines write: RFC 3339, with a zone, within the years that anything here can happen in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_WRITTEN: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""Not itself among them."""


class OutOfRange(ValueError):
    """A moment in a year that nothing here happens in."""


def read_instant(text: str) -> datetime:
    """The moment in UTC.

    Raises:
        OutOfRange: before 2000 or after 2099.
        ValueError: it is not written so, or has no zone.
    """
    if not _WRITTEN.fullmatch(text):
        raise ValueError("not an instant")
    try:
        moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError:
        raise OutOfRange("out of range") from None
    if not EARLIEST <= moment < LATEST:
        raise OutOfRange("out of range")
    return moment
