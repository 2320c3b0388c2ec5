"""What lies before anything was counted: no growth is told from it, no zeros are drawn of it, no month is too young."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.charts import Chart
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import over_time
from analytics.dashboards.pages import mix, repurchase
from analytics.metrics.catalogue.failure import FAILED_AMOUNT
from analytics.metrics.catalogue.mix import PAID_AMOUNT, PAYMENT_MIX
from analytics.metrics.catalogue.repurchase import REPURCHASE
from analytics.metrics.declarations import Metric
from analytics.rollups.questions import Answer, Figure, Point, Question, Source, Step, Values
from tests.analytics.naive import SEOUL

FIRST, DAYS = date(2026, 10, 1), 8
NOW = datetime(2026, 10, 7, tzinfo=UTC)
"""Early on the seventh of eight days in Seoul."""
ASKED = Asked(FIRST, FIRST + timedelta(days=DAYS - 1), SEOUL, Step.DAY, "KRW", compare="previous")


def answer(question: Question, many: Sequence[int], points: Sequence[Point] = ()) -> Answer:
    """So many in each step, a thousand minor units each; all of them of cards."""
    steps = points or [question.first_on + timedelta(days=place) for place in range(len(many))]
    figures = [Figure(each * 1_000, each, each) for each in many]
    whole = Figure(sum(many) * 1_000, sum(many), sum(many))
    parts: dict[Values, Figure] = {("card",): whole} if question.split else {}
    return Answer(question, Source.KEPT, whole, dict(zip(steps, figures, strict=True)), parts, {}, {}, NOW)


def asked_of(metrics: Sequence[Metric], before: Sequence[int], split: tuple[str, ...] = ()) -> Asked:
    """The question, of which this is known: fifty on each of the eight days, and so many on those before."""
    asked = replace(ASKED, _known={})
    earlier = replace(asked, first_on=FIRST - timedelta(days=DAYS), last_on=FIRST - timedelta(days=1))
    for metric in metrics:
        asked.know(answer(asked.question(metric, split), [50] * DAYS))
        asked.know(answer(earlier.question(metric, split), before))
    return asked


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "is_told"), [(2, False), (4, True), (8, True)])
def test_no_growth_is_told_from_before_anything_was_counted(days: int, is_told: bool) -> None:
    before = [0] * (DAYS - days) + [50] * days
    chart = mix.growth(asked_of((PAYMENT_MIX, PAID_AMOUNT), before, ("method",)))
    growth = {4: "+100.0 %", 8: "±0.0 %"}.get(days, "–")
    (row,) = chart.rows
    assert (row.cells[5], row.cells[7]) == (growth, growth)
    assert ("No growth is told" in chart.note) != is_told


def drawn(chart: Chart, name: str) -> list[float | None]:
    """What a line draws, also where it is not over."""
    whole, *ends = [trace for trace in chart.figure["data"] if trace.get("name") == name]
    values = dict(zip(whole["x"], whole["y"], strict=True))
    for end in ends:
        values |= {at: value for at, value in zip(end["x"], end["y"], strict=True) if value is not None}
    return [*values.values()]


@pytest.mark.django_db
def test_a_day_without_any_amount_is_drawn_alike_in_both_periods() -> None:
    """As nought, but not before anything was counted, nor on days that are not over."""
    asked = asked_of((FAILED_AMOUNT,), [0, 0, 3, 0, 0, 4, 0, 0])
    asked.know(answer(asked.question(FAILED_AMOUNT), [0, 50, 0, 60, 0, 70, 0, 0]))
    chart = over_time(asked, FAILED_AMOUNT)
    assert drawn(chart, "Before") == [None, None, 3_000, 0, 0, 4_000, 0, 0]
    assert drawn(chart, "Amount that failed") == [None, 50_000, 0, 60_000, 0, 70_000, None, None]


@pytest.mark.django_db
def test_months_before_the_first_purchase_are_not_called_too_young() -> None:
    asked = Asked(date(2026, 6, 1), date(2026, 10, 31), SEOUL, Step.WEEK, "KRW", compare="none")
    months = [date(2026, month, 1) for month in range(6, 11)]
    whole = replace(asked, step=Step.MONTH)
    for days, many in ((30, [0, 50, 0, 50, 0]), (60, [0, 50, 0, 0, 0]), (90, [0, 50, 0, 0, 0])):
        asked.know(answer(whole.question(REPURCHASE[days]), many, months))
    rows = {row.cells[0]: list(row.cells[1:4]) for row in repurchase.cohorts(asked).rows}
    assert [*rows] == ["2026-07", "2026-08", "2026-09", "2026-10"]
    assert [*map(rows.get, ["2026-08", "2026-10"])] == [["–", "too young", "too young"], ["too young"] * 3]
