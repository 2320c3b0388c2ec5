"""How a question is answered: from which kept rows, or from facts; and how a statement that reads them begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from analytics.metrics.declarations import Clock, Times, cube_for, cube_name
from analytics.rollups.covering import cover
from analytics.rollups.edges import Piece, pieces_of
from analytics.rollups.questions import (
    CLOCK_DIMENSIONS,
    LONGEST_FROM_FACTS,
    PeriodTooLong,
    Question,
    Source,
    Step,
    point_of_day,
    points_of,
)
from analytics.rollups.spans import Span, given, reporting_zone, span_of_days
from analytics.rollups.statements import counted
from payments.ledger.services.tables import array

_CLOCKS: Final = {
    "hour": "to_char(starts_at AT TIME ZONE %(asked_zone)s, 'HH24')",
    "weekday": "to_char(starts_at AT TIME ZONE %(asked_zone)s, 'ID')",
}


_PIECES: Final = "unnest(%(grains)s::text[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a question is answered."""

    question: Question
    source: Source
    cube: tuple[str, ...]
    """Dimensions of the rows that are read, in their order."""
    grain: str
    """h, d, w or m: how long their buckets are."""


def plan_of(question: Question, *, only_kept: bool = False) -> Plan:
    """How a question is answered.

    Raises:
        PeriodTooLong: it can only be answered from facts, and asks for too many days of them or, with `only_kept`, any.
    """
    grain = _grain_of(question)
    cube = cube_for(question.metric, question.dimensions, is_hourly=grain == "h")
    if cube is not None:
        return Plan(question, Source.KEPT, cube, grain)
    if only_kept or question.days > LONGEST_FROM_FACTS or question.metric.facts.clock is Clock.PERIOD:
        raise PeriodTooLong
    return Plan(question, Source.FACTS, tuple(sorted(question.dimensions)), grain)


def has_row_per_step(plan: Plan) -> bool:
    """Whether what is read has its own row for each step, or nearly so."""
    step = plan.question.step
    return step in {"h": (Step.HOUR,), "d": (Step.DAY, Step.WEEK)}.get(plan.grain, (step,))


def point_of(question: Question) -> str:
    """The SQL of the step that a kept row belongs to."""
    if question.step is Step.HOUR:
        return "starts_at"
    if question.step is Step.PERIOD:
        return f"'{question.first_on.isoformat()}'::date"
    if question.step is Step.DAY:
        return "(starts_at AT TIME ZONE %(asked_zone)s)::date"
    return f"date_trunc('{question.step}', starts_at AT TIME ZONE %(asked_zone)s)::date"


def value_of(dimension: str, cube: tuple[str, ...]) -> str:
    """The SQL of the value of a dimension in the rows of a cube."""
    return _CLOCKS.get(dimension) or f"dimensions[{cube.index(dimension) + 1}]"


def bucketed(plan: Plan, times: Times | None) -> tuple[str, dict[str, Any]]:
    """`WITH … found AS (…)` of the buckets that the question is about, narrowed, and its parameters."""
    facts, span = plan.question.metric.facts, _span_of(plan.question)
    if plan.source is Source.FACTS:
        where, parameters = conditions_of(plan.question, plan.cube)
        told = counted(facts, plan.cube, times, plan.grain)
        parameters |= given(span, facts)
        return f"{told}, found AS (SELECT * FROM counted WHERE {where})", parameters  # noqa: S608
    table, columns = ("spread", "buckets, counts") if times else ("rollup", "measures")
    where, parameters = _kept(plan, times, _pieces(plan, span))
    return (
        f"WITH found AS (SELECT starts_at, dimensions, {columns} FROM {_PIECES} AS piece (of, since, until)"  # noqa: S608
        f" JOIN analytics_{table} ON {where})"
    ), parameters


def pieces_of_days(plan: Plan) -> list[Piece]:
    """What the times of a question by the day are made of where days begin elsewhere; nothing where it is read as any
    other."""
    question = plan.question
    is_by_day = plan.source is Source.KEPT and plan.grain == "h" and question.step is Step.DAY
    if not is_by_day or question.split or not set(CLOCK_DIMENSIONS).isdisjoint(question.narrowed):
        return []
    days = range(question.days)
    return pieces_of([question.first_on + timedelta(days=each) for each in days], question.zone)


def in_pieces(plan: Plan, times: Times, pieces: Sequence[Piece]) -> tuple[str, dict[str, Any]]:
    """`WITH … found AS (…)` of the kept times of some pieces, each with its number and grain, and its parameters."""
    where, parameters = _kept(plan, times, [(piece.grain, piece.span) for piece in pieces])
    return (
        # Without OFFSET 0 all that is ever kept of the cube would be read, and held against each of the pieces.
        f"WITH found AS (SELECT place, of, buckets, counts FROM {_PIECES} WITH ORDINALITY"  # noqa: S608
        " AS piece (of, since, until, place) CROSS JOIN LATERAL"
        f" (SELECT buckets, counts FROM analytics_spread WHERE {where} OFFSET 0) AS kept)"
    ), parameters


def _kept(plan: Plan, times: Times | None, pieces: Sequence[tuple[str, Span]]) -> tuple[str, dict[str, Any]]:
    """Of which kept rows a piece consists, as far as the question asks for them, and the parameters."""
    where, parameters = conditions_of(plan.question, plan.cube)
    if times:
        where = f"{where} AND times = %(times)s"
        parameters["times"] = times.code
    return f"cube = %(cube)s AND grain = of AND starts_at >= since AND starts_at < until AND {where}", parameters | {
        "cube": cube_name(plan.question.metric.facts, plan.cube),
        "grains": array("text", [grain for grain, _piece in pieces]),
        "starts": array("timestamptz", [piece.start for _grain, piece in pieces]),
        "ends": array("timestamptz", [piece.end for _grain, piece in pieces]),
    }


def _pieces(plan: Plan, span: Span) -> list[tuple[str, Span]]:
    """What the answer is read from: the longest buckets that lie within one step."""
    question, grain = plan.question, plan.grain
    has_clock = not set(CLOCK_DIMENSIONS).isdisjoint((*question.split, *question.narrowed))
    if question.step not in (Step.WEEK, Step.MONTH, Step.PERIOD) or question.metric.facts.clock is Clock.PERIOD:
        return [(grain, span)]
    if has_clock and (grain == "h" or "weekday" in {*question.split, *question.narrowed}):
        return [(grain, span)]
    return cover([span.start, *_edges(plan, span), span.end], grain, "w")


def _edges(plan: Plan, span: Span) -> Iterator[datetime]:
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
        column = _CLOCKS.get(dimension, dimension) if cube is None else value_of(dimension, cube)
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
    return "h" if is_asked or not has_same_days(question.zone, question.first_on, question.last_on) else "d"


def has_same_days(zone: ZoneInfo, first_on: date, last_on: date) -> bool:
    """Whether every day of a period begins in a zone when it does in the reporting zone: Tokyo's and Seoul's do."""
    own = reporting_zone()
    if zone.key == own.key:
        return True
    days = (datetime.combine(first_on + timedelta(days=n), time()) for n in range((last_on - first_on).days + 2))
    return all(day.replace(tzinfo=own).utcoffset() == day.replace(tzinfo=zone).utcoffset() for day in days)
