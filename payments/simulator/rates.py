"""Exchange rates of the simulated market: one rate per pair and day, wandering a little around a level."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from payments.simulator.chance import chance

# Major units of the second currency for one of the first, and the digits behind the point that are quoted.
_LEVELS: Final = {
    ("USD", "EUR"): (0.8631, 6),
    ("JPY", "EUR"): (0.005714, 9),
    ("USD", "JPY"): (151.42, 5),
    ("JPY", "USD"): (0.006604, 8),
    ("EUR", "USD"): (1.1586, 6),
    ("KWD", "USD"): (3.2541, 6),
}


@lru_cache(maxsize=8_192)
def exchange_rate(seed: int, from_currency: str, to_currency: str, day: date) -> Decimal:
    """Return how many major units of the second currency one of the first is worth. Raises KeyError."""
    if from_currency == to_currency:
        return Decimal(1)
    level, digits = _LEVELS[(from_currency, to_currency)]
    monthly = chance(seed, "rate of the month", from_currency, to_currency, day.year, day.month).uniform(-0.02, 0.02)
    daily = chance(seed, "rate", from_currency, to_currency, day).gauss(0.0, 0.003)
    return Decimal(f"{level * (1 + monthly + daily):.{digits}f}")
