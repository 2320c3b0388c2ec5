"""The page of repurchase: who comes back, how soon, and what the first payment has to do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import dropwhile
from typing import Final

from analytics.charts import (
    PERCENT,
    Chart,
    Column,
    Mark,
    Row,
    Series,
    Threshold,
    bars,
    histogram,
    line,
    triangle,
)
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import over_time, placed, whole_of
from analytics.dashboards.labels import DIMENSIONS, STEPS, value_label
from analytics.dashboards.names import translated as _
from analytics.dashboards.notes import is_whole, note_of, with_hatching, with_points, with_state
from analytics.dashboards.pages.abandonment import by_people
from analytics.dashboards.told import is_over
from analytics.dashboards.wording import NOTHING, percent_text, point_text, reading_of, time_text
from analytics.metrics.catalogue.repurchase import CUSTOMERS_AGAIN, PURCHASE_INTERVAL, REPURCHASE
from analytics.metrics.declarations import Metric, Unit
from analytics.rollups.questions import Answer, Figure, Point, Step, Values

DAYS: Final = 180
"""Half a year, when nobody names a period: in a month nobody can have come back after ninety days."""
BINS: Final = (0, 1, 2, 4, 8, 15, 22, 31, 46, 61, 91, 121, 181, 271, 366)
"""First days of the bins that purchases are drawn in by the days since the one before; the last holds all later."""
MOST_METHODS: Final = 8


def cohorts(asked: Asked) -> Chart:
    """By month of the first purchase: the share that came back within 30, 60 and 90 days."""
    whole = replace(asked, first_on=asked.first_on.replace(day=1), step=Step.MONTH)
    found = {days: whole.ask(metric) for days, metric in REPURCHASE.items()}
    months = _begun(found)
    labels = [f"{month:%Y-%m}" for month in months]
    ages = [_("%(number)s days") % {"number": days} for days in found]
    cells = [[_cohort(whole, each, month) for each in found.values()] for month in months]
    rows = [
        Row([label, *(_cohort_text(cell, month, each) for cell, each in zip(line_of, found.values(), strict=True)),
             *(_sample_text(cell) for cell in line_of)], url=next((cell.url for cell in line_of if cell), ""))
        for label, month, line_of in zip(labels, months, cells, strict=True)
    ]  # fmt: skip
    columns = [_("First purchase"), *ages, *(f"{age} · n" for age in ages)]
    return Chart(
        code="repurchase-cohorts",
        title=_("Customers who came back, by month of their first purchase"),
        reading=_cohorts_in_words(labels, cells),
        figure=triangle(labels, ages, cells),
        columns=[Column(name, is_number=place > 0) for place, name in enumerate(columns)],
        rows=rows,
        csv_url=whole.csv_url(REPURCHASE[30]),
        more_files=whole.files((REPURCHASE[60], REPURCHASE[90])),
        note=with_hatching(_("Empty: too young, or nobody bought for the first time. Only customers whose days have"
                             " passed are counted; the rest is waited for."), placed(cells)),
    )  # fmt: skip


def _begun(found: Mapping[int, Answer]) -> list[Point]:
    """The months from the first in which anybody bought for the first time: of none before there is anything to say."""
    steps = [each.steps for each in found.values()]
    return [*dropwhile(lambda month: not any(each[month].sample for each in steps), steps[0])]


def _cohort(asked: Asked, found: Answer, month: Point) -> Mark | None:
    figure, metric = found.steps[month], found.question.metric
    if not figure.sample:
        return None
    url = asked.rows_url(metric, at=month, side="whole")
    is_complete = is_over(month, found)
    return Mark(figure.share, figure.sample, url, percent_text(figure.share), is_complete=is_complete)


def _cohort_text(cell: Mark | None, month: Point, found: Answer) -> str:
    if cell is None:
        return NOTHING if is_over(month, found) else _("too young")
    return with_state(cell.text, is_complete=cell.is_complete)


def _sample_text(cell: Mark | None) -> str:
    return "" if cell is None else f"{cell.sample:,}"


def _cohorts_in_words(labels: Sequence[str], cells: Sequence[Sequence[Mark | None]]) -> str:
    whole = [
        (label, cell) for label, line_of in zip(labels, cells, strict=True)
        if (cell := line_of[-1]) and cell.is_complete and not cell.is_small
    ]  # fmt: skip
    if not whole:
        return _("No month of first purchases is 90 days old and rests on 30 customers or more.")
    label, cell = whole[-1]
    words = _("Of the %(sample)s customers who first bought in %(month)s, %(share)s came back within 90 days.")
    return words % {"sample": f"{cell.sample:,}", "month": label, "share": cell.text}


def over_cohorts(asked: Asked) -> Chart:
    """The three horizons by step of the first purchase."""
    found = {days: asked.ask(metric) for days, metric in REPURCHASE.items()}
    points = list(next(iter(found.values())).steps)
    series = [Series(f"R{days}", [_point(asked, each, point) for point in points]) for days, each in found.items()]
    step = str(STEPS[asked.question(REPURCHASE[30]).step])
    rows = [
        Row([point_text(point), *(with_state(_of(each.steps[point]), is_complete=is_whole(point, each))
                                  for each in found.values())],
            url=asked.rows_url(REPURCHASE[30], at=point, side="whole") if found[30].steps[point].sample else "")
        for point in points
    ]  # fmt: skip
    return Chart(
        code="repurchase-time",
        title=_("Repurchase within 30, 60 and 90 days"),
        reading=_horizons_in_words(found),
        figure=line(points, series, PERCENT),
        columns=[Column(step, is_number=False), *(Column(f"R{days}") for days in found)],
        rows=rows,
        csv_url=asked.csv_url(REPURCHASE[30]),
        more_files=asked.files((REPURCHASE[60], REPURCHASE[90])),
        note=with_points(note_of(asked, REPURCHASE[90], found[90]), (mark for each in series for mark in each.marks)),
    )


def _point(asked: Asked, found: Answer, point: Point) -> Mark:
    figure = found.steps[point]
    url = asked.rows_url(found.question.metric, at=point) if figure.part else ""
    return Mark(figure.share, sample=figure.sample, url=url, is_complete=is_whole(point, found))


def _of(figure: Figure) -> str:
    return f"{percent_text(figure.share)} ({figure.part:,} / {figure.whole:,})"


def _horizons_in_words(found: Mapping[int, Answer]) -> str:
    if not found[30].whole.whole:
        return _("Nobody who bought for the first time in this period has had 30 days to come back yet.")
    words = _("Came back within 30 days: %(r30)s; within 60: %(r60)s; within 90: %(r90)s.")
    return words % {f"r{days}": percent_text(each.whole.share) for days, each in found.items()}


def by_experience(asked: Asked) -> Chart:
    """Whether a first attempt that fails costs the customer."""
    title = _("Repurchase by how the first payment went")
    return _cut(asked, "first_attempt_failed", title)


def by_refund(asked: Asked) -> Chart:
    """Whether those whose first purchase was given back come again."""
    return _cut(asked, "refunded", _("Repurchase by whether the first purchase was refunded"))


def by_first_method(asked: Asked) -> Chart:
    """By what was first paid with."""
    return _cut(asked, "method", _("Repurchase by the method of the first purchase"))


def _cut(asked: Asked, dimension: str, title: str) -> Chart:
    """The three horizons by the values of a dimension of the first purchase."""
    found = {days: whole_of(asked, metric, (dimension,)) for days, metric in REPURCHASE.items()}
    parts = found[30].parts
    values = [values for values, each in sorted(parts.items(), key=lambda item: -item[1].whole) if each.whole]
    shown = values[:MOST_METHODS]
    series = [Series(f"R{days}", [_cut_mark(asked, each, values, dimension) for values in shown])
              for days, each in found.items()]  # fmt: skip
    labels = [value_label(dimension, each[0]) for each in values]
    rows = [
        Row([label, *(_of(each.parts[value]) for each in found.values())],
            url=asked.rows_url(REPURCHASE[30], {dimension: value[0]}, side="whole"))
        for label, value in zip(labels, values, strict=True)
    ]  # fmt: skip
    return Chart(
        code=f"repurchase-by-{dimension}".replace("_", "-"),
        title=title,
        reading=_cut_in_words(found[30], dimension),
        figure=bars(labels[:MOST_METHODS], series, PERCENT, is_horizontal=True),
        columns=[Column(str(DIMENSIONS[dimension]), is_number=False), *(Column(f"R{days}") for days in found)],
        rows=rows,
        csv_url=asked.csv_url(REPURCHASE[30], (dimension,)),
        more_files=asked.files((REPURCHASE[60], REPURCHASE[90]), (dimension,)),
        note=with_hatching(_waits(asked, found), (mark for each in series for mark in each.marks)),
    )


def _waits(asked: Asked, found: Mapping[int, Answer]) -> str:
    """The horizons of one period rest on different customers."""
    remark = _("Each horizon counts only the customers whose days have passed.")
    return f"{remark} {note_of(asked, REPURCHASE[90], found[90], has_steps=False)}".strip()


def _cut_mark(asked: Asked, found: Answer, values: Values, dimension: str) -> Mark:
    figure = found.parts[values]
    url = asked.rows_url(found.question.metric, {dimension: values[0]}) if figure.part else ""
    return Mark(figure.share, sample=figure.sample, url=url, text=percent_text(figure.share))


def _cut_in_words(found: Answer, dimension: str) -> str:
    sound = [(values[0], figure) for values, figure in found.parts.items() if not figure.is_small]
    if len(sound) < 2:
        return _("There are no two groups of 30 or more to compare.")
    (low, least), (high, most) = (pick(sound, key=lambda item: item[1].share or 0) for pick in (min, max))
    words = _("Within 30 days come back: of “%(high)s” %(most)s, of “%(low)s” %(least)s.")
    return words % {
        "high": value_label(dimension, high), "most": percent_text(most.share),
        "low": value_label(dimension, low), "least": percent_text(least.share),
    }  # fmt: skip


def intervals(asked: Asked) -> Chart:
    """How many days pass between two purchases of a customer."""
    found = asked.ask(PURCHASE_INTERVAL)
    counts = binned(found.spread)
    all_of = found.whole.sample
    ends = [*(each - 1 for each in BINS[1:]), None]
    labels = [_bin_text(first, last) for first, last in zip(BINS, ends, strict=True)]
    median = found.whole.times.get(50)
    # Bounds must be above zero, and a purchase may follow on the same day: everything is drawn one day later.
    marked = [] if median is None else [Threshold(median + 1, _("half: %(days)s") % {"days": _days(median)})]
    return Chart(
        code="purchase-intervals",
        title=_("Days between purchases"),
        reading=reading_of(PURCHASE_INTERVAL, found.whole),
        figure=histogram(
            [*(each + 1 for each in BINS), 2 * BINS[-1]], [*map(str, BINS), f"{BINS[-1]}+"],
            [Mark(many if all_of else None, sample=all_of, text="") for many in counts], marked,
        ),
        columns=[Column(_("Days"), is_number=False), Column(_("Purchases")), Column(_("Of all"))],
        rows=[
            Row([label, f"{many:,}", percent_text(Figure(many, all_of, all_of).share)])
            for label, many in zip(labels, counts, strict=True)
        ],
        csv_url=asked.csv_url(PURCHASE_INTERVAL),
        note=note_of(asked, PURCHASE_INTERVAL, found, has_steps=False),
    )  # fmt: skip


def binned(spread: Mapping[int, int]) -> list[int]:
    """Exact days as counts of `BINS`."""
    counts = [0] * len(BINS)
    for days, many in spread.items():
        counts[max(place for place, first in enumerate(BINS) if first <= max(0, days))] += many
    return counts


def _bin_text(first: int, last: int | None) -> str:
    return f"{first}+" if last is None else str(first) if first == last else f"{first}–{last}"


def _days(number: int) -> str:
    return time_text(number, Unit.DAYS)


def customers(asked: Asked) -> Chart:
    """The plain form: customers with several orders, by week or month."""
    return over_time(by_people(asked), CUSTOMERS_AGAIN)


TILES: Final[Sequence[Metric]] = (*REPURCHASE.values(), PURCHASE_INTERVAL, CUSTOMERS_AGAIN)
PANELS: Final = (cohorts, over_cohorts, by_experience, by_refund, by_first_method, intervals, customers)
