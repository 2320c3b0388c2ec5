"""How long providers take to answer: each with its own median, spread, rare stalls and slow hours of the day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

TIMEOUT: Final = timedelta(seconds=30)
"""How long the shop waits for an answer before it gives up."""
_STALL_SHARE: Final = 0.012
_STALL: Final = 9.0
_LONGEST: Final = 29_500


@dataclass(frozen=True, slots=True)
class Profile:
    """The answers of one provider."""

    median_milliseconds: int
    spread: float
    """Standard deviation of the logarithm."""
    slow_hours: frozenset[int]
    """Of the provider's local day."""
    slow_factor: float


PROFILES: Final = {
    "toss": Profile(430, 0.42, frozenset({20, 21, 22}), 1.7),
    "naver": Profile(310, 0.38, frozenset({10, 20}), 1.5),
    "sbps": Profile(1_050, 0.55, frozenset({12, 18, 19}), 1.9),
    "adyen-jp": Profile(690, 0.48, frozenset({3, 4, 12}), 2.1),
    "adyen-eu": Profile(380, 0.45, frozenset({2, 3}), 2.4),
}

_USUAL: Final = Profile(520, 0.45, frozenset({19, 20}), 1.6)


def latency(provider: str, zone: ZoneInfo, asked_at: datetime, luck: Random, factor: float = 1.0) -> timedelta:
    """Return how long a provider takes to answer what it was asked at a moment, in whole milliseconds.

    Never as long as a timeout. A provider without a profile is like most.
    """
    profile = PROFILES.get(provider, _USUAL)
    milliseconds = luck.lognormvariate(math.log(profile.median_milliseconds), profile.spread) * factor
    if asked_at.astimezone(zone).hour in profile.slow_hours:
        milliseconds *= profile.slow_factor
    if luck.random() < _STALL_SHARE:
        milliseconds *= _STALL
    return timedelta(milliseconds=max(40, min(_LONGEST, round(milliseconds))))
