"""One payment to learn from or to be measured by; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Row:
    """What was known of a payment when it was decided, and what it turned out to be."""

    values: Sequence[int | None]
    """All features by position; a shorter one misses those that came later."""
    is_fraud: bool
    as_of: datetime
    group: int
    """The customer: one's payments are never on both sides when a model is tried."""
    amount: int = 0
    """In the reference currency, hundredths."""
