"""The payments and checkouts behind a figure: the facts themselves, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone

from analytics.metrics.declarations import (
    Amount,
    Clock,
    Distribution,
    Measure,
    Metric,
    Mix,
    Share,
    Times,
    cube_for,
)
from analytics.rollups.planning import conditions_of
from analytics.rollups.questions import CLOCK_DIMENSIONS, LONGEST_FROM_FACTS, Figure, Point, Question, Step, end_of
from analytics.rollups.selectors import answer
from analytics.rollups.spans import Span, given

MOST: Final = 30
_ONE_DAY: Final = timedelta(days=1)
_SHORTEST: Final = timedelta(minutes=5)
_INSTANT: Final = timedelta(microseconds=1)
Rows = list[tuple[str, datetime]]


class Place(NamedTuple):
    """Where a row stands: newest first, then by reference."""

    at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Behind:
    """Some rows of a figure."""

    rows: Sequence[tuple[str, datetime]]
    """The merchant's reference and the instant of each fact, newest first; a payment has a row for each of its attempts
    where these are counted. `MOST`, and those that stand where the last of them does."""
    count: int
    """How many there are: what the figure counts on this side of its line."""
    span: Span
    """What was asked for; of what nothing is kept, what was looked at."""
    is_cut: bool
    """Whether older rows were not looked for: there are more than those shown, fewer than `MOST` of them within
    `LONGEST_FROM_FACTS` days."""
    older: Place | None = None
    """What older rows are behind, where there may be some."""


def behind(question: Question, side: str, at: Point | None = None, after: Place | None = None) -> Behind:
    """The rows of one side of a figure (`part` or `whole`), of a whole period or of one of its steps; those `after` a
    place are older.

    What is kept tells the days that have any, so that no other day is looked through. The facts must have a reference.
    """
    question = replace(question, split=())
    if isinstance(at, datetime):
        return _looked_through(question, side, Span(at, end_of(at, question)), after)
    asked = question if at is None else _of_step(question, at)
    if not _is_kept(asked):
        first_on = max(asked.first_on, asked.last_on - (LONGEST_FROM_FACTS - 1) * _ONE_DAY)
        found = _looked_through(asked, side, Span(_midnight(asked, first_on), asked.end), after)
        return replace(found, is_cut=first_on > asked.first_on)
    return _found(asked, side, after)


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


def _looked_through(question: Question, side: str, span: Span, after: Place | None) -> Behind:
    told, parameters = _told(question, side, span, question.metric.facts.query)
    newest, placed = _newest_first(after)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM (SELECT reference, at, count(*) OVER () {told}) AS found {newest}",  # noqa: S608
            parameters | placed | {"most": MOST},
        )
        found = cursor.fetchall()
    rows = [(reference, at) for reference, at, _count in found]
    return Behind(rows, found[0][2] if found else 0, span, is_cut=False, older=_last(rows))


def _last(rows: Sequence[tuple[str, datetime]]) -> Place | None:
    """The place of the last row of a page that is full."""
    return Place(rows[-1][1], rows[-1][0]) if len(rows) >= MOST else None


class _Counted(NamedTuple):
    """Days or hours, and how many rows they had when they were counted."""

    span: Span
    many: int


def _found(question: Question, side: str, after: Place | None) -> Behind:
    """The newest rows, of the days that have some."""
    days = _with_rows(question, side, Step.DAY)
    due = _not_newer(days, after)
    near = _enough(due[:LONGEST_FROM_FACTS], after)
    rows: Rows = []
    for run in _runs(_by_hour(question, side, near, after)):
        rows += _read_back(question, side, run, MOST - len(rows), after)
        if len(rows) >= MOST:
            break
    count, is_full = sum(each.many for each in days), len(rows) >= MOST
    # What has changed since it was counted is seen where everything is looked at.
    shown = len(rows) if after is None and len(near) == len(days) and not is_full else count
    older = _last(rows) if is_full or len(near) == len(due) else Place(near[-1].span.start, "")
    is_cut = not is_full and len(due) > LONGEST_FROM_FACTS
    return Behind(rows, shown, Span(question.start, question.end), is_cut, older)


def _with_rows(question: Question, side: str, step: Step) -> list[_Counted]:
    """The days or hours of a question that have rows, newest first."""
    asked = replace(question, step=step)
    return [
        _Counted(_span_of(asked, point), many)
        for point, figure in reversed([*answer(asked).steps.items()])
        if (many := _counted(question.metric, figure, side))
    ]


def _span_of(question: Question, point: Point) -> Span:
    return Span(point if isinstance(point, datetime) else _midnight(question, point), end_of(point, question))


def _not_newer(counted: Sequence[_Counted], after: Place | None) -> Sequence[_Counted]:
    return counted if after is None else [each for each in counted if each.span.start <= after.at]


def _enough(counted: Sequence[_Counted], after: Place | None) -> list[_Counted]:
    """The newest that have a page of rows; the one that a place lies in may have none left."""
    found, chosen = 0, list[_Counted]()
    for each in counted:
        if found >= MOST:
            break
        chosen.append(each)
        found += each.many if after is None or each.span.end <= after.at else 0
    return chosen


def _by_hour(question: Question, side: str, days: list[_Counted], after: Place | None) -> list[_Counted]:
    """The hours of some days that have a page of rows, where hours are kept for the question.

    Else the hours of the days that have any rows of a wider question, by which the day's are guessed.
    """
    asked = _asked_by_hour(question) if days else None
    if asked is None:
        return days
    first_on, last_on = (each.span.start.astimezone(question.zone).date() for each in (days[-1], days[0]))
    hours = _with_rows(replace(asked, first_on=first_on, last_on=last_on), side, Step.HOUR)
    if asked.narrowed == question.narrowed:
        return _enough(_not_newer(hours, after), after)
    return [each for day in days for each in _shared(day, hours)]


def _asked_by_hour(question: Question) -> Question | None:
    """The question with as much of its narrowing as is kept by the hour; None where nothing is."""
    narrowed = question.narrowed
    known = [frozenset(cube) & frozenset(narrowed) for cube in question.metric.facts.hourly]
    for names in sorted(known, key=len, reverse=True):
        if cube_for(question.metric, names, is_hourly=True) is not None:
            return replace(question, narrowed={name: narrowed[name] for name in narrowed if name in names})
    return None


def _shared(day: _Counted, hours: Sequence[_Counted]) -> list[_Counted]:
    """The hours of a day that have rows of a wider question, each with as much of the day's as it has of those."""
    known = [each for each in hours if day.span.start <= each.span.start < day.span.end]
    whole = sum(each.many for each in known)
    return [_Counted(span, max(1, day.many * many // whole)) for span, many in known]


def _runs(counted: Sequence[_Counted]) -> list[_Counted]:
    """Neighbours together, newest first, as long as they don't have enough."""
    runs: list[_Counted] = []
    for span, many in counted:
        if runs and runs[-1].span.start == span.end and runs[-1].many < MOST:
            runs[-1] = _Counted(Span(span.start, runs[-1].span.end), runs[-1].many + many)
        else:
            runs.append(_Counted(span, many))
    return runs


def _read_back(question: Question, side: str, run: _Counted, most: int, after: Place | None) -> Rows:
    """The newest rows of a run, in parts from its end: each so long that it should have what is still missing."""
    begin, end = run.span.start, run.span.end
    if after is not None and after.at < end:
        end = after.at + _INSTANT
    rows: Rows = []
    # Longer than should do, else every other part lacks a row or two; the hour that runs has little behind now.
    length = max(_SHORTEST, (run.span.end - begin) * most * 3 // (2 * run.many))
    start = min(end, max(timezone.now(), begin + 6 * _SHORTEST)) - length
    while end > begin and len(rows) < most:
        start = max(begin, start)
        rows += _newest(question, side, Span(start, end), most - len(rows), after)
        # Hours differ: longer than those seen so far say, but no leap.
        due = (end - start) * (most - len(rows)) * 3 // (2 * max(len(rows), 1))
        end, start = start, start - min(2 * (end - start), max(_SHORTEST, due))
    return rows


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


def _newest(question: Question, side: str, span: Span, most: int, after: Place | None) -> Rows:
    """The newest facts of a span that the question is about."""
    query = question.metric.facts.query_of_few(question.dimensions, _only(question.metric, side))
    told, parameters = _told(question, side, span, query)
    newest, placed = _newest_first(after)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT reference, at FROM (SELECT reference, at {told}) AS found {newest}",  # noqa: S608
            parameters | placed | {"most": most},
        )
        return [(reference, at) for reference, at in cursor.fetchall()]


def _told(question: Question, side: str, span: Span, query: str) -> tuple[str, dict[str, Any]]:
    """The facts of a query that the question is about, and the parameters."""
    where, parameters = conditions_of(question)
    facts = f"(SELECT *, at AS starts_at FROM ({query}) AS t) AS facts"  # noqa: S608
    told = f"FROM {facts} WHERE ({_side(question.metric, side)}) AND {where}"
    return told, parameters | given(span, question.metric.facts)


def _newest_first(after: Place | None) -> tuple[str, dict[str, Any]]:
    """The order of rows that are behind a place, at most `%(most)s` of them but for those that stand at one place."""
    order = "ORDER BY at DESC, reference DESC FETCH FIRST (%(most)s) ROWS WITH TIES"
    if after is None:
        return order, {}
    placed = {"after_at": after.at, "after": after.reference}
    return f"WHERE (at, reference) < (%(after_at)s, %(after)s) {order}", placed


def _side(metric: Metric, side: str) -> str:
    """What holds of the facts on a side; measures on one side of a line never count the same fact twice."""
    if (times := _times_of(metric, side)) is not None:
        return f"({times.column}) IS NOT NULL"
    return " OR ".join(f"({measure.where})" for measure in _measures_of(metric, side))


def _only(metric: Metric, side: str) -> str:
    """What holds of every row that a fact on a side is made of; '' where nothing does."""
    times = _times_of(metric, side)
    said = {times.only} if times else {measure.only for measure in _measures_of(metric, side)}
    return "" if "" in said else " OR ".join(f"({each})" for each in sorted(said))


def _times_of(metric: Metric, side: str) -> Times | None:
    """The distribution whose times are counted on a side; None where measures are."""
    if isinstance(metric, Distribution) and not (side == "part" and metric.slow):
        return metric.facts.times_of(metric.times)
    return None


def _measures_of(metric: Metric, side: str) -> list[Measure]:
    match metric:
        case Share():
            codes = metric.numerator if side == "part" else metric.denominator
        case Mix() | Amount():
            codes = (metric.measure,)
        case Distribution():
            codes = (metric.slow,)
    return [metric.facts.measures[metric.facts.place_of(code)] for code in codes]
