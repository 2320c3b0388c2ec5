"""Questions about metrics: one answer for page, API and CSV, from what is kept ready or, failing that, from facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import structlog
from django.utils import timezone

from analytics.metrics.declarations import Amount, Clock, Distribution, Metric, Mix, Share, measures_of
from analytics.rollups.edges import KeptApart, ReadingOfDays
from analytics.rollups.planning import (
    Plan,
    bucketed,
    has_row_per_step,
    in_pieces,
    pieces_of_days,
    plan_of,
    point_of,
    value_of,
)
from analytics.rollups.questions import Answer, Figure, Point, Question, Source, Step, Values, end_of, points_of
from analytics.rollups.timing import UNTIMED, Reading, Rows, Timed, TimesOf, times_of
from analytics.rollups.together import Statement, Together

log = structlog.get_logger(__name__)


class _Sum:
    """Measures being added up."""

    __slots__ = ("measures",)

    def __init__(self, measures: Iterable[tuple[str, int]] = ()) -> None:
        self.measures = defaultdict[str, int](int, measures)

    def add(self, other: _Sum, codes: Collection[str]) -> None:
        for code in codes:
            self.measures[code] += other.measures[code]

    def figure(self, metric: Metric, all_parts: _Sum, timed: Timed = UNTIMED) -> Figure:
        found = self.measures
        is_decided = not metric.pending or metric.is_decided(found)
        match metric:
            case Share():
                whole = sum(found[code] for code in metric.denominator)
                sample = found[metric.counted] if metric.counted else whole
                return Figure(sum(found[code] for code in metric.numerator), whole, sample, is_decided=is_decided)
            case Mix():
                whole = all_parts.measures[metric.measure]
                return Figure(found[metric.measure], whole, whole, is_decided=is_decided)
            case Amount():
                sample = found[metric.counted] if metric.counted else 0
                return Figure(found[metric.measure], sample, sample, is_decided=is_decided)
            case Distribution():
                slow = found[metric.slow] if metric.slow else 0
                return Figure(slow, timed.sample, timed.sample, timed.times, is_decided)


_Cells = Mapping[tuple[Point, Values], _Sum]
"""Sums by step and values of the split."""


class _Counting(NamedTuple):
    """What reads measures."""

    statement: Statement
    codes: Sequence[str]
    """The measures, in the order of the columns."""
    width: int
    """The columns before them: the step, and the values of the split."""

    def cells(self, rows: Iterable[tuple[Any, ...]]) -> _Cells:
        """What was read."""
        width, codes = self.width, self.codes
        return {(row[0], row[1:width]): _Sum(zip(codes, row[width:], strict=True)) for row in rows}


@dataclass(frozen=True, slots=True)
class Prepared:
    """How a question is answered: what is read of what is counted, and of times. Of both what tells the steps comes
    first, and last what tells the parts, which may be the same."""

    plan: Plan
    counted: tuple[_Counting, ...]
    timed: tuple[Reading | ReadingOfDays, ...]
    has_cells: bool

    @property
    def statements(self) -> list[Statement]:
        """All that has to be read."""
        return [*(each.statement for each in self.counted), *(each.statement for each in self.timed)]


def answer(question: Question, *, together: Together | None = None, has_cells: bool = True) -> Answer:
    """Answer a question in one query, or two for a distribution, three where it is split; `together` in fewer.

    Raises:
        PeriodTooLong: it can only be answered from facts, and asks for too many days of them.
    """
    together = together or Together()
    prepared = prepare(question, together, has_cells=has_cells)
    with together.ahead():
        together.send(prepared.statements)
        return answered(prepared, together)


def prepare(question: Question, together: Together, *, only_kept: bool = False, has_cells: bool = True) -> Prepared:
    """What has to be read for a question. Who does not ask for cells may get none: a year of days has few steps and few
    parts, and thousands of both at once.

    Raises:
        PeriodTooLong: it can only be answered from facts, and asks for too many days of them or, with `only_kept`, any.
    """
    plan = plan_of(question, only_kept=only_kept)
    metric, plans = question.metric, _apart(question) if _can_be_read_apart(plan) else (plan,)
    counted = (plan,) if has_cells else plans
    return Prepared(
        plan,
        tuple(_counting(each, together) for each in counted if measures_of(metric)),
        tuple(_reading(each, metric) for each in plans) if isinstance(metric, Distribution) else (),
        has_cells,
    )


def answered(prepared: Prepared, together: Together) -> Answer:
    """The answer to what was prepared with the same `together`."""
    cells = [together.told(each.statement, each.cells) for each in prepared.counted] or [{}]
    rows = [_told(each, together) for each in prepared.timed]
    metric, has_cells = prepared.plan.question.metric, prepared.has_cells
    timed = times_of(rows[0], rows[-1], metric.unit) if isinstance(metric, Distribution) else TimesOf()
    return _added(prepared.plan, cells[0], cells[-1], timed, has_cells=has_cells)


def _told(reading: Reading | ReadingOfDays, together: Together) -> Rows:
    """The times that are kept; by hours where the days do not fit them, as when the reporting zone has changed."""
    try:
        return together.told(reading.statement, reading.rows)
    except KeptApart as apart:
        assert isinstance(reading, ReadingOfDays)
        log.warning("rollups.kept_apart", reason=str(apart))
        return together.told(reading.by_hours.statement, reading.by_hours.rows)


def _can_be_read_apart(plan: Plan) -> bool:
    """Whether steps and parts of what is kept add up to the same, each read by itself."""
    question = plan.question
    is_both = bool(question.split) and question.step is not Step.PERIOD
    return is_both and plan.source is Source.KEPT and question.metric.facts.clock is not Clock.PERIOD


def _apart(question: Question) -> tuple[Plan, Plan]:
    """How its steps are read, and how its parts: what is kept of each is narrower than of both at once."""
    return plan_of(replace(question, split=())), plan_of(replace(question, step=Step.PERIOD))


def _added(plan: Plan, of_steps: _Cells, of_parts: _Cells, timed: TimesOf, *, has_cells: bool = False) -> Answer:
    """The answer, with the steps of what was read first, and the parts of the other; where both are one, its cells."""
    question = plan.question
    metric, is_split = question.metric, bool(question.split)
    codes = measures_of(metric)
    whole = _Sum()
    steps: dict[Point, _Sum] = defaultdict(_Sum)
    parts: dict[Values, _Sum] = defaultdict(_Sum, {values: _Sum() for values in timed.parts})
    for (point, _values), one in of_steps.items():
        steps[point].add(one, codes)
    for (_point, values), one in of_parts.items():
        parts[values].add(one, codes)
    for one in steps.values():
        whole.add(one, codes)
    if metric.facts.clock is Clock.PERIOD:
        whole, parts = _last_period(question, of_steps)
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
        cells={key: one.figure(metric, steps[key[0]]) for key, one in of_steps.items()}
        if has_cells and is_split and not isinstance(metric, Distribution)
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
        whole.add(one, measures_of(question.metric))
    return whole, parts


def _counting(plan: Plan, together: Together) -> _Counting:
    """What reads the measures of the metric, and of those beside it, by step and values of the split."""
    question, metric = plan.question, plan.question.metric
    codes = together.codes(metric)
    keys = (point_of(question), *(value_of(name, plan.cube) for name in question.split))
    # Days that were kept before there was a measure have nothing in its place, until they are counted again.
    places = (metric.facts.place_of(code) + 1 for code in codes)
    sums = ", ".join(f"coalesce(sum(measures[{place}]), 0)::bigint" for place in places)
    found, parameters = bucketed(plan, None)
    grouped = ", ".join(str(place + 1) for place in range(len(keys)))
    sql = f"{found} SELECT {', '.join(keys)}, {sums} FROM found GROUP BY {grouped}"  # noqa: S608
    return _Counting(Statement(sql, parameters), codes, len(keys))


def _reading(plan: Plan, metric: Distribution) -> Reading | ReadingOfDays:
    """What reads the times of a distribution, by step and values of the split."""
    question, times = plan.question, metric.facts.times_of(metric.times)
    found, parameters = bucketed(plan, times)
    values = tuple(value_of(name, plan.cube) for name in question.split)
    reading = Reading(found, parameters, point_of(question), values, is_summed=not has_row_per_step(plan))
    if pieces := pieces_of_days(plan):
        return ReadingOfDays(*in_pieces(plan, times, pieces), pieces, reading)
    return reading
