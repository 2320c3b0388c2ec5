"""In which order cases are handed out: expected loss × urgency, such that time passing changes no order; pure."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)
DOUBLING: Final = 1000
"""Of rank: what doubles the expected loss or halves the hours left; one hour nearer the deadline weighs as much."""
MINUTES_AN_HOUR: Final = 60


def rank(expected_loss_reference: int, due_at: datetime) -> int:
    """The place of a case; the highest is handed out first.

    `expected_loss_reference` is in hundredths of the reference currency, so that cases of several currencies can stand
    in one line. Urgency doubles with every hour that the deadline is nearer: as a logarithm it falls at the same pace
    for all cases, and may be left out.
    """
    minutes = int((due_at - EPOCH).total_seconds()) // MINUTES_AN_HOUR
    return round(DOUBLING * math.log2(1 + expected_loss_reference)) - minutes * DOUBLING // MINUTES_AN_HOUR
