"""What a metric is made of. Everything that shows one is made from these declarations; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from analytics.metrics.sources import Source

SMALLEST_SAMPLE: Final = 30
"""Below it a figure is marked as too small to say anything; it is shown all the same."""
FEW: Final = 50
"""One in so many may be undecided still where a figure is called complete."""
WIDEST_CUBE: Final = 4
"""Dimensions of one kept set: more of them are as many rows as there are facts."""


class Unit(StrEnum):
    """What a figure is counted in."""

    SHARE = "share"
    """Of a denominator, in basis points where a whole number is needed."""
    MILLISECONDS = "milliseconds"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MINOR = "minor_units"


class Clock(StrEnum):
    """By what a fact is placed in time."""

    INSTANT = "instant"
    """Its hour and day follow the zone of whoever asks."""
    DATE = "date"
    """A business date: it is the same day in every zone."""
    PERIOD = "period"
    """People are counted once in each calendar week and month of the reporting zone; these figures do not add up."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of some facts that can be added up over any buckets."""

    code: str
    name: str
    """Translatable."""
    sql: str
    """An aggregate over the columns of the facts."""
    where: str = "true"
    """Of which facts it is made."""
    only: str = ""
    """What holds of every row of `Facts.single` that such a fact is made of; '' where nothing can be said."""


@dataclass(frozen=True, slots=True)
class Times:
    """A distribution of times kept beside the measures."""

    code: str
    column: str
    """The SQL of it, over the columns of the facts; NULL where there is no time to tell."""
    unit: Unit
    cubes: tuple[tuple[str, ...], ...]
    only: str = ""
    """As of a measure, where there is a time to tell."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One kind of thing that is counted, each at one instant."""

    code: str
    name: str
    """Translatable."""
    sql: str
    """A query with the columns `at`, the dimensions, and what measures and times need, of the facts from `%(start)s` to
    before `%(end)s` as of `%(now)s`; as text inside a larger statement, where the steps of `source` have names."""
    dimensions: tuple[str, ...]
    """Columns that a figure may be split and narrowed by; each is text, '' where nobody told."""
    measures: tuple[Measure, ...]
    """In the order in which they are kept."""
    cubes: tuple[tuple[str, ...], ...]
    """Sets of dimensions by which the measures are kept ready, by the day; other questions are answered from facts."""
    times: tuple[Times, ...] = ()
    bases: tuple[tuple[str, ...], ...] = ()
    """Wider sets that are counted first and not kept: several cubes are then added up from few rows, not from facts."""
    source: Source | None = None
    single: Source | None = None
    """The same rows as those of `source`, each looked up by itself: for who wants a few of a span. Of what their steps
    have to spare only what is asked for is filled in."""
    needs: tuple[str, ...] = ()
    """The columns that measures and times are made of, beside the dimensions; the others are not gathered."""
    is_in_order: bool = False
    """As of a step: whether what is not made of steps is read by spans of time."""
    hourly: tuple[tuple[str, ...], ...] = ()
    """Those of them that are kept by the hour too: narrow ones, or the hours are as many as the facts."""
    clock: Clock = Clock.INSTANT
    lapses: tuple[timedelta, ...] = ()
    """Waits after which facts say more than before: an hour is counted again once its end is so far back."""
    weight: str = "1"
    """How many facts a row stands for."""
    reference: str = ""
    """A column with the merchant's reference of the payment or checkout; '' where facts have none."""
    person: str = ""
    """Of facts by period: the SQL of what each person is asked, `aggregate AS name, …`; measures count people."""

    @property
    def query(self) -> str:
        """The query on its own, with what it is made of."""
        return self._from(tuple((each.name, each.sql) for each in self.source.steps) if self.source else ())

    def query_of_few(self, dimensions: Collection[str], only: str = "") -> str:
        """The same for who wants the newest facts of a span only, and looks at some dimensions of them; facts that are
        not made `only` of such rows of the first step may be missing."""
        if self.single is None:
            return self.query
        first, *others = self.single.steps
        steps = [(first.name, first.filled(dimensions, only))]
        return self._from((*steps, *((each.name, each.filled(dimensions)) for each in others)))

    def _from(self, steps: Sequence[tuple[str, str]]) -> str:
        return f"WITH {', '.join(f'{name} AS ({sql})' for name, sql in steps)} {self.sql}" if steps else self.sql

    @property
    def family(self) -> str:
        """What is counted at once: facts of one source, or these alone."""
        return self.source.name if self.source else self.code

    def place_of(self, measure: str) -> int:
        """The place of a measure in what is kept, from 0. Raises ValueError when there is none of that code."""
        return [each.code for each in self.measures].index(measure)

    def times_of(self, code: str) -> Times:
        """A distribution by its code. Raises KeyError."""
        for each in self.times:
            if each.code == code:
                return each
        raise KeyError(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What every metric says of itself. All sentences are translatable."""

    code: str
    name: str
    sentence: str
    """What it says, in words for everybody."""
    facts: Facts
    exclusions: tuple[str, ...] = ()
    """What is counted neither above nor below the line."""
    window: str
    """Which instant decides the period, and when a period is complete."""
    wait: timedelta = timedelta(0)
    """A bucket is complete once its end is so far back."""
    counted: str = ""
    """The measure whose number is the sample, where that is not the denominator."""
    is_per_currency: bool = False
    """Whether it is an amount of money or made of some: then it is asked of one currency at a time."""
    is_better_when_lower: bool = True
    pending: tuple[str, ...] = ()
    """Measures of what joins once it is decided: recent days lack it, and tell too little of what takes long."""
    decided: tuple[str, ...] = ()
    """Measures of what is, to hold them against."""

    def is_decided(self, counts: Mapping[str, int]) -> bool:
        """Whether no more than one in `FEW` of what was counted is pending still."""
        pending = sum(counts[code] for code in self.pending)
        return pending * FEW <= pending + sum(counts[code] for code in self.decided)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Definition):
    """A metric that is the sum of some measures divided by the sum of some."""

    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    unit: Unit = Unit.SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix(Definition):
    """A metric that is how a measure is spread over the values of a dimension: each part divided by all parts."""

    measure: str
    unit: Unit = Unit.SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(Definition):
    """A metric that is a distribution of times."""

    times: str
    slow: str = ""
    """The measure of facts that took longer than seven seconds; '' where nobody asks."""

    @property
    def unit(self) -> Unit:
        """Of its times."""
        return self.facts.times_of(self.times).unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Definition):
    """A metric that is a sum of money, in minor units of one currency."""

    measure: str
    unit: Unit = Unit.MINOR


Metric = Share | Mix | Distribution | Amount


def cube_name(facts: Facts, cube: tuple[str, ...]) -> str:
    """What a kept set of dimensions is called in the table."""
    return f"{facts.code}:{','.join(cube)}"


def cube_for(metric: Metric, needed: frozenset[str], *, is_hourly: bool = False) -> tuple[str, ...] | None:
    """The kept set of dimensions with the fewest others that answers a question; None where none does."""
    cubes = metric.facts.hourly if is_hourly else metric.facts.cubes
    if isinstance(metric, Distribution):
        kept = metric.facts.times_of(metric.times).cubes
        cubes = tuple(cube for cube in cubes if cube in kept)
    return min((cube for cube in cubes if needed <= set(cube)), key=len, default=None)


def wider_than(cube: tuple[str, ...], cubes: tuple[tuple[str, ...], ...]) -> tuple[str, ...] | None:
    """Of some kept sets the narrowest that holds all dimensions of one and more: it is added up from that."""
    return min((each for each in cubes if set(cube) < set(each)), key=len, default=None)


def measures_of(metric: Metric) -> tuple[str, ...]:
    """The codes of the measures that a metric is computed from, each once."""
    match metric:
        case Share():
            codes: tuple[str, ...] = (*metric.numerator, *metric.denominator)
        case Distribution():
            codes = (metric.slow,) if metric.slow else ()
        case _:
            codes = (metric.measure,)
    codes += (*metric.pending, *metric.decided)
    return tuple(dict.fromkeys((*codes, metric.counted) if metric.counted else codes))


def catalogued(metrics: tuple[Metric, ...]) -> Mapping[str, Metric]:
    """Metrics by code. Raises ValueError or KeyError for two of one code, and for what is not declared."""
    found: dict[str, Metric] = {}
    for metric in metrics:
        if metric.code in found:
            raise ValueError(f"two metrics are called {metric.code}")
        for measure in measures_of(metric):
            metric.facts.place_of(measure)
        _check_cubes(metric.facts)
        if isinstance(metric, Distribution):
            metric.facts.times_of(metric.times)
        found[metric.code] = metric
    return found


def _check_cubes(facts: Facts) -> None:
    if not set(facts.hourly) <= set(facts.cubes):
        raise ValueError(f"{facts.code} keeps hours of what it keeps no days of")
    for cube in facts.cubes:
        if not set(cube) <= set(facts.dimensions) or len(cube) > WIDEST_CUBE:
            raise ValueError(f"{facts.code} cannot be kept by {cube}")
    for times in facts.times:
        if not set(times.cubes) <= set(facts.cubes):
            raise ValueError(f"{facts.code} keeps no measures by the dimensions of {times.code}")
