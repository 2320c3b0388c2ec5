"""Questions about metrics: one answer for page, API and CSV, from what is kept ready or, failing that, from facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from analytics.metrics.declarations import (
    Amount,
    Clock,
    Distribution,
    Metric,
    Mix,
    Share,
    Times,
    cube_for,
    cube_name,
    measures_of,
)
from analytics.rollups.covering import cover
from analytics.rollups.questions import (
    CLOCK_DIMENSIONS,
    LONGEST_FROM_FACTS,
    Answer,
    Figure,
    PeriodTooLong,
    Point,
    Question,
    Source,
    Step,
    Values,
    end_of,
    point_of_day,
    points_of,
)
from analytics.rollups.spans import Span, given, reporting_zone, span_of_days
from analytics.rollups.statements import counted
from analytics.rollups.timing import UNTIMED, Reading, Timed, TimesOf, times_of
from payments.ledger.services.tables import array

_CLOCKS: Final = {
    "hour": "to_char(starts_at AT TIME ZONE %(asked_zone)s, 'HH24')",
    "weekday": "to_char(starts_at AT TIME ZONE %(asked_zone)s, 'ID')",
}


class _Sum:
    """Measures being added up."""

    __slots__ = ("measures",)

    def __init__(self) -> None:
        self.measures: dict[str, int] = defaultdict(int)

    def add(self, other: _Sum) -> None:
        for code, count in other.measures.items():
            self.measures[code] += count

    def figure(self, metric: Metric, all_parts: _Sum, timed: Timed = UNTIMED) -> Figure:
        found = self.measures
        match metric:
            case Share():
                whole = sum(found[code] for code in metric.denominator)
                sample = found[metric.counted] if metric.counted else whole
                return Figure(sum(found[code] for code in metric.numerator), whole, sample)
            case Mix():
                whole = all_parts.measures[metric.measure]
                return Figure(found[metric.measure], whole, whole)
            case Amount():
                sample = found[metric.counted] if metric.counted else 0
                return Figure(found[metric.measure], sample, sample)
            case Distribution():
                return Figure(found[metric.slow] if metric.slow else 0, timed.sample, timed.sample, timed.times)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a question is answered."""

    question: Question
    source: Source
    cube: tuple[str, ...]
    """Dimensions of the rows that are read, in their order."""
    grain: str
    """h, d, w or m: how long their buckets are."""


def answer(question: Question, *, only_kept: bool = False) -> Answer:
    """Answer a question in one query, or two for a distribution.

    Raises:
        PeriodTooLong: it can only be answered from facts, and asks for too many days of them or, with `only_kept`, any.
    """
    metric, grain = question.metric, _grain_of(question)
    cube = cube_for(metric, question.dimensions, is_hourly=grain == "h")
    if cube is not None:
        plan = _Plan(question, Source.KEPT, cube, grain)
    elif only_kept or question.days > LONGEST_FROM_FACTS or metric.facts.clock is Clock.PERIOD:
        raise PeriodTooLong
    else:
        plan = _Plan(question, Source.FACTS, tuple(sorted(question.dimensions)), grain)
    return _added(plan, _measures(plan), _times(plan))


def _added(plan: _Plan, cells: Mapping[tuple[Point, Values], _Sum], timed: TimesOf) -> Answer:
    question = plan.question
    metric, is_split = question.metric, bool(question.split)
    whole = _Sum()
    steps: dict[Point, _Sum] = defaultdict(_Sum)
    parts: dict[Values, _Sum] = {values: _Sum() for values in timed.parts}
    for (point, values), one in cells.items():
        for total in (whole, steps[point], parts.setdefault(values, _Sum())):
            total.add(one)
    if metric.facts.clock is Clock.PERIOD:
        whole, parts = _last_period(question, cells)
    return Answer(
        question=question,
        source=plan.source,
        whole=whole.figure(metric, whole, timed.whole),
        steps={
            point: (each := steps[point]).figure(metric, each, timed.steps.get(point, UNTIMED))
            for point in points_of(question)
        },
        parts={
            values: parts[values].figure(metric, whole, timed.parts.get(values, UNTIMED)) for values in sorted(parts)
        }
        if is_split
        else {},
        cells={key: one.figure(metric, steps[key[0]]) for key, one in cells.items()}
        if is_split and not isinstance(metric, Distribution)
        else {},
        spread=timed.spread,
        computed_at=timezone.now(),
        spreads=timed.spreads,
    )


def _last_period(question: Question, cells: Mapping[tuple[Point, Values], _Sum]) -> tuple[_Sum, dict[Values, _Sum]]:
    """People do not add up: the whole is the last period that is over, else the one that runs."""
    points, now = points_of(question), timezone.now()
    last = max((point for point in points if end_of(point, question) <= now), default=points[-1])
    parts = {values: one for (point, values), one in cells.items() if point == last}
    whole = _Sum()
    for one in parts.values():
        whole.add(one)
    return whole, parts


def _measures(plan: _Plan) -> dict[tuple[Point, Values], _Sum]:
    """By step and values of the split: the measures."""
    question, metric = plan.question, plan.question.metric
    codes, cells = measures_of(metric), dict[tuple[Point, Values], _Sum]()
    if not codes:
        return cells
    keys = (_point_of(question), *(_value_of(name, plan.cube) for name in question.split))
    width = len(keys)
    sums = ", ".join(f"sum(measures[{metric.facts.place_of(code) + 1}])::bigint" for code in codes)
    found, parameters = _bucketed(plan, None)
    grouped = ", ".join(str(place + 1) for place in range(width))
    with connection.cursor() as cursor:
        cursor.execute(f"{found} SELECT {', '.join(keys)}, {sums} FROM found GROUP BY {grouped}", parameters)  # noqa: S608
        for row in cursor.fetchall():
            one = cells[row[0], row[1:width]] = _Sum()
            one.measures.update(zip(codes, row[width:], strict=True))
    return cells


def _times(plan: _Plan) -> TimesOf:
    """The times of a distribution; nothing of another metric."""
    question, metric = plan.question, plan.question.metric
    if not isinstance(metric, Distribution):
        return TimesOf()
    times = metric.facts.times_of(metric.times)
    found, parameters = _bucketed(plan, times)
    values = tuple(_value_of(name, plan.cube) for name in question.split)
    reading = Reading(found, _point_of(question), values, is_summed=not _has_row_per_step(plan))
    return times_of(reading, parameters, times.unit)


def _has_row_per_step(plan: _Plan) -> bool:
    """Whether what is read has its own row for each step, or nearly so."""
    step = plan.question.step
    return step in {"h": (Step.HOUR,), "d": (Step.DAY, Step.WEEK)}.get(plan.grain, (step,))


def _point_of(question: Question) -> str:
    if question.step is Step.HOUR:
        return "starts_at"
    if question.step is Step.PERIOD:
        return f"'{question.first_on.isoformat()}'::date"
    if question.step is Step.DAY:
        return "(starts_at AT TIME ZONE %(asked_zone)s)::date"
    return f"date_trunc('{question.step}', starts_at AT TIME ZONE %(asked_zone)s)::date"


def _value_of(dimension: str, cube: tuple[str, ...]) -> str:
    return _CLOCKS.get(dimension) or f"dimensions[{cube.index(dimension) + 1}]"


def _bucketed(plan: _Plan, times: Times | None) -> tuple[str, dict[str, Any]]:
    """`WITH … found AS (…)` of the buckets that the question is about, narrowed, and its parameters."""
    facts, span = plan.question.metric.facts, _span_of(plan.question)
    where, parameters = conditions_of(plan.question, plan.cube)
    if plan.source is Source.FACTS:
        told = counted(facts, plan.cube, times, plan.grain)
        parameters |= given(span, facts)
        return f"{told}, found AS (SELECT * FROM counted WHERE {where})", parameters  # noqa: S608
    table = "spread" if times else "rollup"
    columns = "buckets, counts" if times else "measures"
    if times:
        where = f"{where} AND times = %(times)s"
        parameters["times"] = times.code
    parameters["cube"] = cube_name(facts, plan.cube)
    pieces = _pieces(plan, span)
    parameters |= {
        "grains": array("text", [grain for grain, _piece in pieces]),
        "starts": array("timestamptz", [piece.start for _grain, piece in pieces]),
        "ends": array("timestamptz", [piece.end for _grain, piece in pieces]),
    }
    return (
        f"WITH found AS (SELECT starts_at, dimensions, {columns} FROM"  # noqa: S608
        " unnest(%(grains)s::text[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS piece (of, since, until)"
        f" JOIN analytics_{table} ON cube = %(cube)s AND grain = of AND starts_at >= since AND starts_at < until"
        f" WHERE {where})"
    ), parameters


def _pieces(plan: _Plan, span: Span) -> list[tuple[str, Span]]:
    """What the answer is read from: the longest buckets that lie within one step."""
    question, grain = plan.question, plan.grain
    has_clock = not set(CLOCK_DIMENSIONS).isdisjoint((*question.split, *question.narrowed))
    if question.step not in (Step.WEEK, Step.MONTH, Step.PERIOD) or question.metric.facts.clock is Clock.PERIOD:
        return [(grain, span)]
    if has_clock and (grain == "h" or "weekday" in {*question.split, *question.narrowed}):
        return [(grain, span)]
    return cover([span.start, *_edges(plan, span), span.end], grain, "w")


def _edges(plan: _Plan, span: Span) -> Iterator[datetime]:
    """Where one step ends and the next begins, within a span; no kept week goes beyond a week where days are kept."""
    question, zone = plan.question, ZoneInfo(_zone_of(plan.question))
    has_no_edges = question.step is Step.PERIOD or (plan.grain == "d" and question.step is Step.WEEK)
    for point in () if has_no_edges else points_of(question):
        edge = datetime.combine(point, time(), zone)
        if span.start < edge < span.end:
            yield edge


def conditions_of(question: Question, cube: tuple[str, ...] | None = None) -> tuple[str, dict[str, Any]]:
    """What the filters of a question ask of the rows of a cube, or of facts with `starts_at`, and the parameters."""
    parameters: dict[str, Any] = {"asked_zone": _zone_of(question)}
    conditions = ["true"]
    for dimension, values in sorted(question.narrowed.items()):
        parameters[f"of_{dimension}"] = array("text", values)
        column = _CLOCKS.get(dimension, dimension) if cube is None else _value_of(dimension, cube)
        conditions.append(f"{column} = ANY(%(of_{dimension})s::text[])")
    return " AND ".join(conditions), parameters


def _zone_of(question: Question) -> str:
    """Dated facts are kept at the midnights of the reporting zone, which are no midnights elsewhere."""
    return question.zone.key if question.metric.facts.clock is Clock.INSTANT else settings.REPORTING_ZONE


def _span_of(question: Question) -> Span:
    if question.metric.facts.clock is Clock.INSTANT:
        return Span(question.start, question.end)
    first = question.first_on
    if question.metric.facts.clock is Clock.PERIOD:
        first = point_of_day(first, question.step)
    return span_of_days(first, question.last_on)


def _grain_of(question: Question) -> str:
    """Days are kept in one zone; in another they are made of hours."""
    match question.metric.facts.clock:
        case Clock.PERIOD:
            return "w" if question.step is Step.WEEK else "m"
        case Clock.DATE:
            return "d"
    is_asked = question.step is Step.HOUR or "hour" in {*question.split, *question.narrowed}
    return "h" if is_asked or not _has_same_days(question) else "d"


def _has_same_days(question: Question) -> bool:
    """Whether every day of the period begins in its zone when it does in the reporting zone: Tokyo's and Seoul's do."""
    zone = reporting_zone()
    if question.zone.key == zone.key:
        return True
    days = (datetime.combine(question.first_on + timedelta(days=n), time()) for n in range(question.days + 1))
    return all(day.replace(tzinfo=zone).utcoffset() == day.replace(tzinfo=question.zone).utcoffset() for day in days)
