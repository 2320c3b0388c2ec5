"""What a metric is made of. Everything that shows one is made from these declarations; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SMALLEST_SAMPLE: Final = 30
"""Below it a figure is marked as too small to say anything; it is shown all the same."""


class Unit(StrEnum):
    """What a figure is counted in."""

    SHARE = "share"
    """Of a denominator, in basis points where a whole number is needed."""
    MILLISECONDS = "milliseconds"


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of some facts that can be added up over any buckets."""

    code: str
    name: str
    """Translatable."""
    sql: str
    """An aggregate over the columns of the facts."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One kind of thing that is counted, each at one instant."""

    code: str
    name: str
    """Translatable."""
    sql: str
    """A query with the columns `at`, the dimensions, and what the measures need, of the facts from `%(start)s` to
    before `%(end)s`; as text inside a larger statement."""
    dimensions: tuple[str, ...]
    """Columns that a figure may be split and narrowed by; each is text, '' where nobody told."""
    measures: tuple[Measure, ...]
    """In the order in which they are kept."""
    cubes: tuple[tuple[str, ...], ...]
    """Sets of at most four dimensions by which the measures are kept ready; other questions are answered from facts."""
    latency: str = ""
    """A column of milliseconds whose distribution is kept beside the measures; '' for none."""

    def place_of(self, measure: str) -> int:
        """The place of a measure in what is kept, from 0. Raises ValueError when there is none of that code."""
        return [each.code for each in self.measures].index(measure)


@dataclass(frozen=True, slots=True)
class Share:
    """A metric that is one measure divided by the sum of some."""

    code: str
    name: str
    """Translatable, as are the sentences below."""
    sentence: str
    """What it says, in words for everybody."""
    facts: Facts
    numerator: str
    denominator: tuple[str, ...]
    exclusions: tuple[str, ...]
    """What is counted neither above nor below the line."""
    window: str
    """Which instant decides the period, and when a period is complete."""
    is_better_when_lower: bool = True
    unit: Unit = Unit.SHARE


@dataclass(frozen=True, slots=True)
class Latency:
    """A metric that is a distribution of times."""

    code: str
    name: str
    sentence: str
    facts: Facts
    exclusions: tuple[str, ...]
    window: str
    slow: str
    """The measure of facts that took longer than seven seconds."""
    answered: str
    """The measure of facts that have a time at all."""
    unit: Unit = Unit.MILLISECONDS


Metric = Share | Latency


def cube_name(facts: Facts, cube: tuple[str, ...]) -> str:
    """What a kept set of dimensions is called in the table."""
    return f"{facts.code}:{','.join(cube)}"


def cube_for(facts: Facts, needed: frozenset[str]) -> tuple[str, ...] | None:
    """The kept set of dimensions with the fewest others that answers a question; None where none does."""
    fitting = [cube for cube in facts.cubes if needed <= set(cube)]
    return min(fitting, key=len, default=None)


def catalogued(metrics: tuple[Metric, ...]) -> Mapping[str, Metric]:
    """Metrics by code. Raises ValueError for two of one code, and for measures or dimensions that are not declared."""
    found: dict[str, Metric] = {}
    for metric in metrics:
        if metric.code in found:
            raise ValueError(f"two metrics are called {metric.code}")
        for measure in measures_of(metric):
            metric.facts.place_of(measure)
        for cube in metric.facts.cubes:
            if not set(cube) <= set(metric.facts.dimensions) or len(cube) > 4:
                raise ValueError(f"{metric.facts.code} cannot be kept by {cube}")
        found[metric.code] = metric
    return found


def measures_of(metric: Metric) -> tuple[str, ...]:
    """The codes of the measures that a metric is computed from, the numerator first."""
    if isinstance(metric, Latency):
        return metric.slow, metric.answered
    return metric.numerator, *metric.denominator
