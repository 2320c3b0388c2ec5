"""What can be asked of a metric, and what an answer is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from analytics.metrics.declarations import SMALLEST_SAMPLE, Metric

LONGEST_FROM_FACTS: Final = 31
"""Days that a question may ask of facts; longer ones only of what is kept ready."""
LONGEST: Final = 1100
LONGEST_BY_HOUR: Final = 14
PERCENTILES: Final = (50, 90, 95, 99)
CLOCK_DIMENSIONS: Final = ("hour", "weekday")
"""Dimensions that every instant has in the zone of whoever asks: nothing is kept for them."""


class Step(StrEnum):
    """How long one point of a line is."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    PERIOD = "period"
    """All of it is one step: for who asks for parts alone."""


class Source(StrEnum):
    """Where an answer comes from."""

    KEPT = "kept"
    FACTS = "facts"


class PeriodTooLong(Exception):
    """No kept set of dimensions answers the question, and facts are asked for at most `LONGEST_FROM_FACTS` days."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a metric."""

    metric: Metric
    first_on: date
    last_on: date
    """Included; both are calendar days in `zone`."""
    zone: ZoneInfo
    narrowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Dimension → values of which each fact has one."""
    split: tuple[str, ...] = ()
    """Dimensions to tell apart by, at most three."""
    step: Step = Step.DAY

    @property
    def start(self) -> datetime:
        """The first instant."""
        return datetime.combine(self.first_on, time(), self.zone)

    @property
    def end(self) -> datetime:
        """The instant behind the last."""
        return datetime.combine(self.last_on + timedelta(days=1), time(), self.zone)

    @property
    def days(self) -> int:
        """How many."""
        return (self.last_on - self.first_on).days + 1

    @property
    def dimensions(self) -> frozenset[str]:
        """All that what is kept must know apart."""
        return (frozenset(self.narrowed) | frozenset(self.split)) - frozenset(CLOCK_DIMENSIONS)


Values = tuple[str, ...]
"""One value of each dimension of a split."""
Point = datetime | date
"""The beginning of a step: an instant of an hour, else a date in the zone of the question."""


class Figure(NamedTuple):
    """One number with what it was made of. There are thousands of them: a tuple is made in a third of the time."""

    part: int
    """What is above the line; of a distribution the slow ones, of an amount its minor units."""
    whole: int
    """What is below the line; of a distribution and an amount the facts counted."""
    sample: int
    """The facts that it rests on."""
    times: Mapping[int, int | None] = MappingProxyType({})
    """Percent → time in the metric's unit; of a distribution only."""
    is_decided: bool = True
    """False while much of what it is about may still join: vouchers that can be paid, attempts that run."""

    @property
    def share(self) -> int | None:
        """Basis points, half up; None where nothing was counted."""
        return (self.part * 20_000 + self.whole) // (2 * self.whole) if self.whole else None

    @property
    def is_small(self) -> bool:
        """Whether so little was counted that the figure says next to nothing."""
        return self.sample < SMALLEST_SAMPLE


@dataclass(frozen=True)
class Answer:
    """What a question found."""

    question: Question
    source: Source
    whole: Figure
    """Of people, who do not add up: of the last whole week or month of the period."""
    steps: Mapping[Point, Figure]
    """Every step of the period, also those without facts."""
    parts: Mapping[Values, Figure]
    """By the values of the split, over the whole period; empty without one."""
    cells: Mapping[tuple[Point, Values], Figure]
    """By both; only those with facts, and only with a split."""
    spread: Mapping[int, int]
    """Bucket of `histograms` → how many; of a distribution only."""
    computed_at: datetime
    spreads: Mapping[Values, Mapping[int, int]] = field(default_factory=dict)
    """The same as `spread` by the values of the split."""

    @cached_property
    def over(self) -> Mapping[Point, bool]:
        """Of each step whether it and what its facts wait for are over, and nearly all of it is decided."""
        question, last_at = self.question, self.computed_at - self.question.metric.wait
        return {point: end_of(point, question) <= last_at and each.is_decided for point, each in self.steps.items()}


def points_of(question: Question) -> list[Point]:
    """The beginnings of the steps of a period, ascending."""
    if question.step is Step.HOUR:
        start, hours = question.start, int((question.end - question.start) / timedelta(hours=1))
        return [datetime.fromtimestamp(start.timestamp() + 3600 * n, question.zone) for n in range(hours)]
    if question.step is Step.PERIOD:
        return [question.first_on]
    if question.step is Step.MONTH:
        months = range(_month_number(question.first_on), _month_number(question.last_on) + 1)
        return [date(month // 12, month % 12 + 1, 1) for month in months]
    first, length = point_of_day(question.first_on, question.step), 7 if question.step is Step.WEEK else 1
    return [first + timedelta(days=n) for n in range(0, (question.last_on - first).days + 1, length)]


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def point_of_day(day: date, step: Step) -> date:
    """The beginning of the week or month of a day; the day itself."""
    if step is Step.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step is Step.MONTH else day


def end_of(point: Point, question: Question) -> datetime:
    """The instant behind a step that begins at a point."""
    if isinstance(point, datetime):
        return point + timedelta(hours=1)
    match question.step:
        case Step.WEEK:
            after = point + timedelta(days=7)
        case Step.PERIOD:
            return question.end
        case Step.MONTH:
            after = (point.replace(day=1) + timedelta(days=32)).replace(day=1)
        case _:
            after = point + timedelta(days=1)
    return datetime.combine(after, time(), question.zone)
