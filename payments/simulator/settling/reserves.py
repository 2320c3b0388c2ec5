"""When Adyen withholds a reserve and gives it back: once a month each, sometimes for more than a batch holds."""

from __future__ import annotations

from datetime import date
from enum import Enum, auto

from payments.simulator.chance import chance


class ReserveAct(Enum):
    """What happens to the reserve with one batch."""

    NONE = auto()
    HOLD_PART = auto()
    HOLD_ALMOST_ALL = auto()
    """So little is left that the batch is carried over."""
    HOLD_MORE = auto()
    """The batch turns negative: taken from our bank account or carried over."""
    RELEASE = auto()


_HOLDS = (ReserveAct.HOLD_PART, ReserveAct.HOLD_ALMOST_ALL, ReserveAct.HOLD_MORE)


def reserve_act(seed: int, provider: str, day: date) -> ReserveAct:
    """Return what happens with the batch of a day: a hold early in the month, its release late."""
    month = day.year * 12 + day.month
    generator = chance(seed, "reserve", provider, month)
    # Three months in a row show all three holds, in an order that depends on the provider.
    offset = chance(seed, "reserve", provider).randrange(3)
    if day.day in _working_days_from(day, generator.randint(4, 12)):
        return _HOLDS[(month + offset) % 3]
    if day.day in _working_days_from(day, generator.randint(18, 25)):
        return ReserveAct.RELEASE
    return ReserveAct.NONE


def _working_days_from(day: date, first: int) -> tuple[int, ...]:
    """The day of the month itself, moved to Monday when it falls on a weekend."""
    weekday = day.replace(day=first).weekday()
    return (first + (7 - weekday if weekday > 4 else 0),)
