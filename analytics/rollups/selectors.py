"""Questions about metrics: one answer for page, API and CSV, from what is kept ready or, failing that, from facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.db import connection
from django.utils import timezone

from analytics.metrics.declarations import Amount, Clock, Distribution, Metric, Mix, Share, measures_of
from analytics.rollups.planning import Plan, bucketed, has_row_per_step, plan_of, point_of, value_of
from analytics.rollups.questions import Answer, Figure, Point, Question, Source, Step, Values, end_of, points_of
from analytics.rollups.timing import UNTIMED, Reading, Rows, Timed, TimesOf, rows_of, times_of


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


@dataclass(frozen=True, slots=True)
class Together:
    """Metrics asked side by side: one statement reads what all of those of the same facts count, and is asked once."""

    metrics: Collection[Metric] = ()
    read: dict[tuple[object, ...], Mapping[tuple[Point, Values], _Sum]] = field(default_factory=dict)
    """By the statement and its parameters."""

    def codes(self, metric: Metric) -> list[str]:
        """The measures to read for a metric: its own, and those of the metrics beside it."""
        told = {code for each in (metric, *self.metrics) if each.facts is metric.facts for code in measures_of(each)}
        return sorted(told, key=metric.facts.place_of)


_Cells = Mapping[tuple[Point, Values], _Sum]
"""Sums by step and values of the split."""


def answer(
    question: Question, *, only_kept: bool = False, together: Together | None = None, has_cells: bool = True
) -> Answer:
    """Answer a question in one query, or two for a distribution, three where it is split; `together` in fewer. Who does
    not ask for cells may get none: a year of days has few steps and few parts, and thousands of both at once.

    Raises:
        PeriodTooLong: it can only be answered from facts, and asks for too many days of them or, with `only_kept`, any.
    """
    plan = plan_of(question, only_kept=only_kept)
    beside = together or Together()
    if has_cells or not _can_be_read_apart(plan):
        read = _measures(plan, beside)
        return _added(plan, read, read, _times(plan), has_cells=has_cells)
    of_steps, of_parts = (_measures(each, beside) for each in _apart(question))
    return _added(plan, of_steps, of_parts, _times(plan))


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


def _measures(plan: Plan, together: Together) -> Mapping[tuple[Point, Values], _Sum]:
    """By step and values of the split: the measures of the metric, and of those beside it."""
    question, metric = plan.question, plan.question.metric
    if not measures_of(metric):
        return {}
    codes, cells = together.codes(metric), dict[tuple[Point, Values], _Sum]()
    keys = (point_of(question), *(value_of(name, plan.cube) for name in question.split))
    width = len(keys)
    # Days that were kept before there was a measure have nothing in its place, until they are counted again.
    places = (metric.facts.place_of(code) + 1 for code in codes)
    sums = ", ".join(f"coalesce(sum(measures[{place}]), 0)::bigint" for place in places)
    found, parameters = bucketed(plan, None)
    grouped = ", ".join(str(place + 1) for place in range(width))
    statement = f"{found} SELECT {', '.join(keys)}, {sums} FROM found GROUP BY {grouped}"  # noqa: S608
    key = (statement, *parameters.items())
    if key in together.read:
        return together.read[key]
    together.read[key] = cells
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        for row in cursor.fetchall():
            cells[row[0], row[1:width]] = _Sum(zip(codes, row[width:], strict=True))
    return cells


def _times(plan: Plan) -> TimesOf:
    """The times of a distribution; nothing of another metric."""
    metric = plan.question.metric
    if not isinstance(metric, Distribution):
        return TimesOf()
    if not _can_be_read_apart(plan):
        rows = _read(plan, metric)
        return times_of(rows, rows, metric.unit)
    of_steps, of_parts = (_read(each, metric) for each in _apart(plan.question))
    return times_of(of_steps, of_parts, metric.unit)


def _read(plan: Plan, metric: Distribution) -> Rows:
    found, parameters = bucketed(plan, metric.facts.times_of(metric.times))
    values = tuple(value_of(name, plan.cube) for name in plan.question.split)
    reading = Reading(found, point_of(plan.question), values, is_summed=not has_row_per_step(plan))
    return rows_of(reading, parameters)
