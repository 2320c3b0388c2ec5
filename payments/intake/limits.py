"""What a row of a file may say at most, so that whatever is posted can be added up and judged by calendars."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

EARLIEST_DATE: Final = date(1990, 1, 1)
"""Older than any provider's records; the zero dates that damaged files hold (1900, 1970) are before it."""

LARGEST_AMOUNT: Final = 10**15
"""Minor units, either way, as in the merchant API: ten trillion dollars, or rial."""

LARGEST_SUM: Final = 10**17
"""Minor units, either way: of one statement's lines of a kind and currency, of a payout, of a balance. Ninety of them
still fit the 64 bits in which sums are kept."""


def latest_date(received_at: datetime) -> date:
    """The last date that a file may mention: the end of the second year after it came, which no payment plan passes.

    It depends on when the file came and not on when it is read: reading it again comes to the same end.
    """
    return date(received_at.year + 2, 12, 31)
