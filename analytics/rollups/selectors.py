"""Questions about metrics: one answer for page, API and CSV, from what is kept ready or, failing that, from facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from django.db import connection
from django.utils import timezone

from analytics.metrics.declarations import Amount, Clock, Distribution, Metric, Mix, Share, measures_of
from analytics.rollups.planning import Plan, bucketed, has_row_per_step, plan_of, point_of, value_of
from analytics.rollups.questions import Answer, Figure, Point, Question, Source, Step, Values, end_of, points_of
from analytics.rollups.timing import UNTIMED, Reading, Timed, TimesOf, times_of


class _Sum:
    """Measures being added up."""

    __slots__ = ("measures",)

    def __init__(self) -> None:
        self.measures: dict[str, int] = defaultdict(int)

    def add(self, other: _Sum) -> None:
        for code, count in other.measures.items():
            self.measures[code] += count

    def figure(self, metric: Metric, all_parts: _Sum, timed: Timed = UNTIMED) -> Figure:
        found, is_decided = self.measures, metric.is_decided(self.measures)
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
                return Figure(found[metric.slow] if metric.slow else 0, timed.sample, timed.sample, timed.times)


def answer(question: Question, *, only_kept: bool = False) -> Answer:
    """Answer a question in one query, or two for a distribution, three where it is split.

    Raises:
        PeriodTooLong: it can only be answered from facts, and asks for too many days of them or, with `only_kept`, any.
    """
    plan = plan_of(question, only_kept=only_kept)
    return _added(plan, _measures(plan), _times(plan))


def _added(plan: Plan, cells: Mapping[tuple[Point, Values], _Sum], timed: TimesOf) -> Answer:
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


def _measures(plan: Plan) -> dict[tuple[Point, Values], _Sum]:
    """By step and values of the split: the measures."""
    question, metric = plan.question, plan.question.metric
    codes, cells = measures_of(metric), dict[tuple[Point, Values], _Sum]()
    if not codes:
        return cells
    keys = (point_of(question), *(value_of(name, plan.cube) for name in question.split))
    width = len(keys)
    sums = ", ".join(f"sum(measures[{metric.facts.place_of(code) + 1}])::bigint" for code in codes)
    found, parameters = bucketed(plan, None)
    grouped = ", ".join(str(place + 1) for place in range(width))
    with connection.cursor() as cursor:
        cursor.execute(f"{found} SELECT {', '.join(keys)}, {sums} FROM found GROUP BY {grouped}", parameters)  # noqa: S608
        for row in cursor.fetchall():
            one = cells[row[0], row[1:width]] = _Sum()
            one.measures.update(zip(codes, row[width:], strict=True))
    return cells


def _times(plan: Plan) -> TimesOf:
    """The times of a distribution; nothing of another metric."""
    question = plan.question
    if not isinstance(question.metric, Distribution):
        return TimesOf()
    if plan.source is Source.FACTS or not question.split or question.step is Step.PERIOD:
        return _read_times(plan, question.metric)
    # What is kept is narrower for each of both than for both at once: steps need no values, and values no steps.
    parts = _read_times(plan_of(replace(question, step=Step.PERIOD)), question.metric)
    steps = _read_times(plan_of(replace(question, split=())), question.metric)
    return replace(parts, steps=steps.steps)


def _read_times(plan: Plan, metric: Distribution) -> TimesOf:
    times = metric.facts.times_of(metric.times)
    found, parameters = bucketed(plan, times)
    values = tuple(value_of(name, plan.cube) for name in plan.question.split)
    reading = Reading(found, point_of(plan.question), values, is_summed=not has_row_per_step(plan))
    return times_of(reading, parameters, times.unit)
