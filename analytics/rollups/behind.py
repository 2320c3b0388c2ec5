"""The payments and checkouts behind a figure: the facts themselves, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import connection

from analytics.metrics.declarations import Amount, Clock, Distribution, Metric, Mix, Share, cube_for
from analytics.rollups.questions import CLOCK_DIMENSIONS, LONGEST_FROM_FACTS, Figure, Point, Question, Step, end_of
from analytics.rollups.selectors import answer, conditions_of
from analytics.rollups.spans import Span, given

MOST: Final = 200
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Behind:
    """Some rows of a figure."""

    rows: Sequence[tuple[str, datetime]]
    """The merchant's reference and the instant of each fact, newest first, at most `MOST`; a payment has a row for each
    of its attempts where these are counted."""
    count: int
    """How many there are: what the figure counts on this side of its line."""
    span: Span
    """What was asked for; of what nothing is kept, what was looked at."""
    is_cut: bool
    """Whether older rows were not looked for: there are more than those shown, fewer than `MOST` of them within
    `LONGEST_FROM_FACTS` days."""


def behind(question: Question, side: str, at: Point | None = None) -> Behind:
    """The rows of one side of a figure (`part` or `whole`), of a whole period or of one of its steps.

    What is kept tells the days that have any, so that no other day is looked through. The facts must have a reference.
    """
    if isinstance(at, datetime):
        return _looked_through(question, side, Span(at, end_of(at, question)), is_cut=False)
    asked = question if at is None else _of_step(question, at)
    if not _is_kept(asked):
        first_on = max(asked.first_on, asked.last_on - (LONGEST_FROM_FACTS - 1) * _ONE_DAY)
        span = Span(_midnight(asked, first_on), asked.end)
        return _looked_through(asked, side, span, is_cut=first_on > asked.first_on)
    return _found(asked, side)


def _of_step(question: Question, at: date) -> Question:
    """What a day, week or month of the period asks."""
    last_on = (end_of(at, question) - timedelta(hours=1)).date()
    return replace(question, first_on=max(at, question.first_on), last_on=min(last_on, question.last_on))


def _is_kept(question: Question) -> bool:
    clock = set(CLOCK_DIMENSIONS) & set(question.narrowed)
    is_of_days = question.zone.key == settings.REPORTING_ZONE and question.metric.facts.clock is Clock.INSTANT
    return is_of_days and not clock and cube_for(question.metric, question.dimensions) is not None


def _midnight(question: Question, on: date) -> datetime:
    return datetime.combine(on, time(), question.zone)


def _looked_through(question: Question, side: str, span: Span, *, is_cut: bool) -> Behind:
    rows, count = _read(question, side, span, MOST)
    return Behind(rows, count, span, is_cut)


def _found(question: Question, side: str) -> Behind:
    """The newest rows, of the days that have some."""
    steps = answer(replace(question, split=(), step=Step.DAY)).steps
    days = [(day, many) for day, figure in steps.items() if (many := _counted(question.metric, figure, side))]
    rows: list[tuple[str, datetime]] = []
    for span in _spans(question, days):
        rows += _read(question, side, span, MOST - len(rows))[0]
    count = sum(many for _day, many in days)
    is_cut = len(rows) < min(count, MOST) and len(days) > LONGEST_FROM_FACTS
    # What has changed since it was counted is seen where everything is looked at.
    shown = count if is_cut or len(rows) == MOST else len(rows)
    return Behind(rows, shown, Span(question.start, question.end), is_cut)


def _spans(question: Question, days: Sequence[tuple[Point, int]]) -> list[Span]:
    """The newest days that have rows enough, neighbours as one span, newest first."""
    spans: list[Span] = []
    found = 0
    for day, many in days[: -LONGEST_FROM_FACTS - 1 : -1]:
        if found >= MOST:
            break
        found += many
        start, end = _midnight(question, day), _midnight(question, day + _ONE_DAY)
        if spans and spans[-1].start == end:
            spans[-1] = Span(start, spans[-1].end)
        else:
            spans.append(Span(start, end))
    return spans


def _counted(metric: Metric, figure: Figure, side: str) -> int:
    """How many facts are on a side of a figure."""
    match metric:
        case Share():
            return figure.part if side == "part" else figure.whole
        case Mix():
            return figure.part
        case Amount():
            return figure.sample
        case Distribution():
            return figure.part if side == "part" and metric.slow else figure.whole


def _read(question: Question, side: str, span: Span, most: int) -> tuple[list[tuple[str, datetime]], int]:
    """The newest facts of a span that the question is about, and how many there are."""
    facts = question.metric.facts
    where, parameters = conditions_of(question)
    told = f"(SELECT *, at AS starts_at FROM ({facts.query}) AS t) AS facts"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT reference, at, count(*) OVER () FROM {told}"  # noqa: S608
            f" WHERE ({_side(question.metric, side)}) AND {where} ORDER BY at DESC, reference LIMIT %(most)s",
            parameters | given(span, facts) | {"most": most},
        )
        found = cursor.fetchall()
    return [row[:2] for row in found], found[0][2] if found else 0


def _side(metric: Metric, side: str) -> str:
    """What holds of the facts on a side; measures on one side of a line never count the same fact twice."""
    match metric:
        case Share():
            codes = metric.numerator if side == "part" else metric.denominator
        case Mix() | Amount():
            codes = (metric.measure,)
        case Distribution():
            if side != "part" or not metric.slow:
                return f"({metric.facts.times_of(metric.times).column}) IS NOT NULL"
            codes = (metric.slow,)
    facts = metric.facts
    return " OR ".join(f"({facts.measures[facts.place_of(code)].where})" for code in codes)
