"""Questions about metrics: one answer for page, API and CSV, from what is kept ready or, failing that, from facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from analytics.metrics.declarations import SMALLEST_SAMPLE, Latency, Metric, cube_for, cube_name, measures_of
from analytics.rollups.histograms import percentiles
from analytics.rollups.statements import counted
from payments.ledger.services.tables import array

LONGEST_FROM_FACTS: Final = 31
"""Days that a question may ask of facts; longer ones only of what is kept ready."""
LONGEST: Final = 1100
PERCENTILES: Final = (50, 90, 95, 99)


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
    split: str = ""
    """A dimension to tell apart by; '' for none."""

    @property
    def start(self) -> datetime:
        """The first instant."""
        return datetime.combine(self.first_on, time(), self.zone)

    @property
    def end(self) -> datetime:
        """The instant behind the last."""
        return datetime.combine(self.last_on + timedelta(days=1), time(), self.zone)

    @property
    def dimensions(self) -> frozenset[str]:
        """All that the answer must know apart."""
        return frozenset(self.narrowed) | ({self.split} if self.split else set())


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what it was made of."""

    sample: int
    """Facts below the line; of a latency those that have one."""
    part: int
    """Facts above the line; of a latency the slow ones."""
    times: Mapping[int, int | None] = field(default_factory=dict)
    """Percent → milliseconds; of a latency only."""

    @property
    def share(self) -> int | None:
        """Basis points, half up; None where nothing was counted."""
        return (self.part * 20_000 + self.sample) // (2 * self.sample) if self.sample else None

    @property
    def is_small(self) -> bool:
        """Whether so little was counted that the figure says next to nothing."""
        return self.sample < SMALLEST_SAMPLE


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question found."""

    question: Question
    source: Source
    whole: Figure
    days: Mapping[date, Figure]
    """Every day of the period, also those without facts."""
    parts: Mapping[str, Figure]
    """By value of the dimension it is split by; empty without one."""


class _Sum:
    """Measures and buckets being added up."""

    def __init__(self) -> None:
        self.measures: dict[str, int] = defaultdict(int)
        self.counts: dict[int, int] = defaultdict(int)

    def figure(self, metric: Metric) -> Figure:
        part, *line = (self.measures[code] for code in measures_of(metric))
        times = percentiles(self.counts, PERCENTILES) if isinstance(metric, Latency) else {}
        return Figure(sample=sum(line), part=part, times=times)


def answer(question: Question) -> Answer:
    """Answer a question in one query, or two for a distribution.

    Raises:
        PeriodTooLong: it can only be answered from facts, and asks for too many days of them.
    """
    metric = question.metric
    cube = cube_for(metric.facts, question.dimensions)
    source = Source.FACTS if cube is None else Source.KEPT
    if cube is None and (question.last_on - question.first_on).days >= LONGEST_FROM_FACTS:
        raise PeriodTooLong
    cube = cube or tuple(sorted(question.dimensions))
    whole = _Sum()
    days: dict[date, _Sum] = defaultdict(_Sum)
    parts: dict[str, _Sum] = defaultdict(_Sum)
    for day, value, measures, counts in _rows(question, source, cube):
        for found in (whole, days[day], parts[value]):
            for code, count in measures.items():
                found.measures[code] += count
            for bucket, count in counts:
                found.counts[bucket] += count
    empty = _Sum()
    return Answer(
        question=question,
        source=source,
        whole=whole.figure(metric),
        days={day: days.get(day, empty).figure(metric) for day in _days(question)},
        parts={value: parts[value].figure(metric) for value in sorted(parts)} if question.split else {},
    )


Row = tuple[date, str, Mapping[str, int], Iterable[tuple[int, int]]]


def _rows(question: Question, source: Source, cube: tuple[str, ...]) -> Iterator[Row]:
    """By day and value of the split: the measures, then the buckets."""
    facts = question.metric.facts
    codes = measures_of(question.metric)
    sums = ", ".join(f"sum(measures[{facts.place_of(code) + 1}])::bigint" for code in codes)
    split = f"dimensions[{cube.index(question.split) + 1}]" if question.split else "''"
    found, parameters = _bucketed(question, source, cube)
    day = "(starts_at AT TIME ZONE %(zone)s)::date"
    with connection.cursor() as cursor:
        cursor.execute(f"{found} SELECT {day}, {split}, {sums} FROM found GROUP BY 1, 2", parameters)  # noqa: S608
        for on, value, *counts in cursor.fetchall():
            yield on, value, dict(zip(codes, counts, strict=True)), ()
        if isinstance(question.metric, Latency):
            cursor.execute(
                f"{found} SELECT {day}, {split}, bucket, sum(times)::bigint FROM found,"  # noqa: S608
                " unnest(buckets, counts) AS spread (bucket, times) GROUP BY 1, 2, 3",
                parameters,
            )
            for on, value, bucket, count in cursor.fetchall():
                yield on, value, {}, ((bucket, count),)


def _bucketed(question: Question, source: Source, cube: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    """`WITH … found AS (…)` of the buckets that the question is about, narrowed, and its parameters."""
    facts = question.metric.facts
    parameters: dict[str, Any] = {"start": question.start, "end": question.end, "zone": str(question.zone)}
    conditions = ["true"]
    for dimension, values in sorted(question.narrowed.items()):
        parameters[f"of_{dimension}"] = array("text", values)
        conditions.append(f"dimensions[{cube.index(dimension) + 1}] = ANY(%(of_{dimension})s::text[])")
    where = " AND ".join(conditions)
    if source is Source.FACTS:
        return f"{counted(facts, cube)}, found AS (SELECT * FROM counted WHERE {where})", parameters  # noqa: S608
    # Days are kept in one zone; in another they are made of hours.
    parameters |= {
        "cube": cube_name(facts, cube),
        "grain": "d" if question.zone.key == settings.REPORTING_ZONE else "h",
    }
    return (
        f"WITH found AS (SELECT starts_at, dimensions, measures, buckets, counts FROM analytics_rollup"  # noqa: S608
        f" WHERE cube = %(cube)s AND grain = %(grain)s AND starts_at >= %(start)s AND starts_at < %(end)s AND {where})"
    ), parameters


def _days(question: Question) -> Iterator[date]:
    for distance in range((question.last_on - question.first_on).days + 1):
        yield question.first_on + timedelta(days=distance)
