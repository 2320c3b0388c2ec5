"""Statements cut by the day from files of any period: which of two files that tell of one day says the last word."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from payments.tabular.instants import generation_sequence

_NO_VERSION: Final = "000000"


def day_sequence(
    day: date, *, last_day: date, version: str, last_instant: datetime | None = None, line_count: int = 0
) -> str:
    """Sorts files that tell of the same day.

    A file that goes on behind the day has all of it, whenever it was downloaded; among those that end on the day the
    version in their name decides (see `version_in_name`), then how far they reach: the last time they tell, or where
    lines have no time how many there are of the day. At most 30 characters.
    """
    is_whole = last_day > day
    reach = generation_sequence(last_instant)[:15] if last_instant else f"{line_count:015}" if line_count else ""
    return f"{int(is_whole)}.{version or _NO_VERSION}.{'' if is_whole else reach}"
