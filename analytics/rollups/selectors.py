"""Questions about metrics: one answer for page, API and CSV, from what is kept ready or, failing that, from facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

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
from analytics.rollups.questions import (
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
from analytics.rollups.spans import Span, given, reporting_zone, span_of_days, week_of
from analytics.rollups.statements import counted
from analytics.rollups.timing import UNTIMED, Timed, TimesOf, times_of
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
    return times_of(found, _point_of(question), values, parameters, times.unit)


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
    pieces = []
    for place, (grain, piece) in enumerate(_pieces(plan, span)):
        parameters |= {f"grain_{place}": grain, f"start_{place}": piece.start, f"end_{place}": piece.end}
        pieces.append(
            f"SELECT starts_at, dimensions, {columns} FROM analytics_{table} WHERE cube = %(cube)s"  # noqa: S608
            f" AND grain = %(grain_{place})s AND starts_at >= %(start_{place})s AND starts_at < %(end_{place})s"
            f" AND {where}"
        )
    return f"WITH found AS ({' UNION ALL '.join(pieces)})", parameters


def _pieces(plan: _Plan, span: Span) -> list[tuple[str, Span]]:
    """What the answer is read from: by the week whole weeks, with the days before and behind them, else the grain."""
    question, grain = plan.question, plan.grain
    if (
        grain != "d"
        or question.step not in (Step.WEEK, Step.PERIOD)
        or "weekday" in {*question.split, *question.narrowed}
    ):
        return [(grain, span)]
    first = week_of(span.start)
    whole = Span(first.start if first.start == span.start else first.end, week_of(span.end).start)
    if whole.start >= whole.end:
        return [(grain, span)]
    pieces = [("w", whole), ("d", Span(span.start, whole.start)), ("d", Span(whole.end, span.end))]
    return [(each, piece) for each, piece in pieces if piece.start < piece.end]


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
