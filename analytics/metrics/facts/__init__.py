"""The facts that metrics count, as queries over the tables of the rooms below; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from analytics.metrics.declarations import Clock, Facts
from analytics.metrics.facts.attempts import ATTEMPTS
from analytics.metrics.facts.buyers import BUYERS, INTERVALS
from analytics.metrics.facts.checkouts import CHECKOUTS
from analytics.metrics.facts.groups import GROUPS
from analytics.metrics.facts.lines import LINES
from analytics.metrics.facts.people import PEOPLE
from analytics.metrics.sources import Source

FACTS: Final[tuple[Facts, ...]] = (GROUPS, ATTEMPTS, CHECKOUTS, BUYERS, INTERVALS, LINES, PEOPLE)
"""Everything that is kept ready."""


@dataclass(frozen=True, slots=True)
class Family:
    """Facts that are counted at once, because they are made of the same rows."""

    name: str
    facts: tuple[Facts, ...]

    @property
    def clock(self) -> Clock:
        """By what they are placed in time."""
        return self.facts[0].clock

    @property
    def is_hourly(self) -> bool:
        """Whether it is kept by the hour too: of what happens at an instant, and seldom changes long after."""
        return any(each.hourly for each in self.facts)

    @property
    def source(self) -> Source | None:
        """What they are made of."""
        return self.facts[0].source


FAMILIES: Final = tuple(
    Family(name, tuple(each for each in FACTS if each.family == name))
    for name in dict.fromkeys(each.family for each in FACTS)
)

__all__ = ["ATTEMPTS", "BUYERS", "CHECKOUTS", "FACTS", "FAMILIES", "GROUPS", "INTERVALS", "LINES", "PEOPLE", "Family"]
