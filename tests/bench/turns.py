"""What is asked of two years in turns, and again and again where it comes near a limit; all runs count; pure.

The p95 of seven runs is the slowest of them, and says what else the machine did. More runs come closer to the truth, so
what may break a limit gets them, round after round, minutes apart. All of them are pooled, those that led to more as well:
the best round would tell how fast something can be, and without the first it would be forgotten what it was asked again
for. Nothing gets below a limit by being asked more often but by being below it; and what is asked once only has to be a
third away from the one limit and half way to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Final

ROUNDS: Final = 5
PER_ROUND: Final = 5
"""Runs of each year."""
NEAR_MS: Final = 100.0
NEAR_TIMES: Final = 1.15


@dataclass(slots=True)
class Runs:
    """Milliseconds of every run, of a year and of the one it is compared with."""

    of_large: list[float] = field(default_factory=list)
    of_small: list[float] = field(default_factory=list)

    @property
    def p95(self) -> float:
        """Of the larger year."""
        return quantiles(self.of_large, n=20, method="inclusive")[-1]

    @property
    def growth(self) -> float:
        """How many times the median of the smaller year that of the larger is."""
        return median(self.of_large) / median(self.of_small)

    @property
    def is_near(self) -> bool:
        """Whether it comes so near a limit that a few runs cannot tell on which side it is."""
        return not self.of_large or self.p95 > NEAR_MS or self.growth > NEAR_TIMES


def in_rounds(names: Sequence[str], ask: Callable[[str], tuple[float, float]]) -> dict[str, Runs]:
    """Ask for everything in a first round, and in each round after it for what is near a limit by all its runs so far.

    `ask` tells the milliseconds of one run of the larger year and of one of the smaller right after it.
    """
    found = {name: Runs() for name in names}
    for _round in range(ROUNDS):
        for name, runs in found.items():
            for _run in range(PER_ROUND if runs.is_near else 0):
                large, small = ask(name)
                runs.of_large.append(large)
                runs.of_small.append(small)
    return found
