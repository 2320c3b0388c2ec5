"""Tiles: a figure, how it changed, and its line; what the head of a page, the overview and Today show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from analytics.dashboards.asking import Asked
from analytics.dashboards.names import translated as _
from analytics.dashboards.notes import began_within, left_words
from analytics.dashboards.told import is_over
from analytics.dashboards.wording import NOTHING, figure_text, percent_text, told_period, value_of
from analytics.metrics.declarations import Amount, Distribution, Metric, Mix, Share
from analytics.rollups.questions import Answer, Figure, PeriodTooLong, Point, Step

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of a page."""

    metric: Metric
    name: str
    value: str
    """'' where the question is too long for it."""
    change: str
    """Against the period compared with, in words; '' without one."""
    is_better: bool | None
    """None: as it was, or nothing to compare with."""
    sample: int
    is_small: bool
    url: str
    points: Sequence[int | None]
    """For its line, a value a step that is over."""
    beside: str = ""
    """Other percentiles of a distribution: one alone hides its tail."""
    asked: Asked | None = None
    """The question, where it is of earlier days than the page: what its facts wait for was not over."""
    page: str = ""
    """The page of the KPI that it leads to instead of its own, where there is one."""
    told: str = ""
    """The week or month that it tells, where it is of people: theirs do not add up."""
    left: str = ""
    """The filters of the page that it knows nothing of, in words."""

    @property
    def line(self) -> list[int]:
        """The values that there are; a line needs two."""
        values = [each for each in self.points if each is not None]
        return values if len(values) > 1 else []


def tile(asked: Asked, metric: Metric, percent: int = 95, page: str = "") -> Tile:
    """The tile of a metric."""
    name = f"{_(metric.name)} p{percent}" if isinstance(metric, Distribution) else _(metric.name)
    told = waited(asked, metric)
    url = told.metric_url(metric)
    try:
        # Of times only the whole is compared: the percentiles of each day would be found for nobody.
        found, before = (
            told.ask(metric),
            told.ask_before(metric, Step.PERIOD if isinstance(metric, Distribution) else None),
        )
    except PeriodTooLong:
        return Tile(metric, name, "", "", None, 0, False, url, (), page=page)
    now, was = _compared(metric, found, before, percent)
    return Tile(
        metric=metric,
        name=name,
        value=figure_text(metric, found.whole, asked.currency, percent) if found.whole.sample else NOTHING,
        change=_change(metric, now, was),
        is_better=_is_better(metric, now, was),
        sample=found.whole.sample,
        is_small=found.whole.is_small,
        url=url,
        points=_points(metric, found, percent),
        beside=_beside(metric, found.whole, percent),
        asked=None if told is asked else told,
        page=page,
        told=told_period(found) if found.whole.sample else "",
        left=left_words(asked, metric),
    )


def waited(asked: Asked, metric: Metric) -> Asked:
    """The same question of so many days earlier that what the facts wait for is over; of hours it is not changed.

    Who came first in the last four weeks can't have come back after thirty days.
    """
    wait = -(-metric.wait // DAY)
    if wait < 2 or asked.now_on is None:
        return asked
    late = asked.last_on - (asked.now_on - DAY * (wait + 1))
    return replace(asked, first_on=asked.first_on - late, last_on=asked.last_on - late) if late > DAY * 0 else asked


def _compared(metric: Metric, found: Answer, before: Answer | None, percent: int) -> tuple[int | None, int | None]:
    """The figure and the earlier one; None where one of them rests on too little.

    Of an amount, and of what waits to be decided, only the steps that are over, on both sides: half a day is no worse
    for being half, and days whose vouchers may still be paid are no better for it. Percentiles of steps do not add up:
    while much of the whole is not paid out yet, what was is the quick part of it, and no faster than before. Amounts
    add up: where nothing was counted yet on most days before, all that they tell is when counting began.
    """
    if before is None or found.whole.is_small or before.whole.is_small:
        return None, None
    if isinstance(metric, Amount) and began_within(found, before):
        return None, None
    if isinstance(metric, Distribution):
        if not (found.whole.is_decided and before.whole.is_decided):
            return None, None
        return value_of(metric, found.whole, percent), value_of(metric, before.whole, percent)
    if isinstance(metric, Amount) or metric.pending or not found.whole.is_decided:
        over = [is_over(point, found) for point in found.steps]
        now, was = _sum(found.steps, over), _sum(before.steps, over)
        if isinstance(metric, Share) and (now.is_small or was.is_small):
            return None, None
        return value_of(metric, now), value_of(metric, was)
    return value_of(metric, found.whole, percent), value_of(metric, before.whole, percent)


def _sum(steps: Mapping[Point, Figure], over: Sequence[bool]) -> Figure:
    counted = [figure for figure, is_counted in zip(steps.values(), over, strict=False) if is_counted]
    part, whole, sample = (sum(getattr(each, side) for each in counted) for side in ("part", "whole", "sample"))
    return Figure(part, whole, sample)


def _points(metric: Metric, found: Answer, percent: int) -> list[int | None]:
    return [
        value_of(metric, figure, percent) if figure.sample else None
        for point, figure in found.steps.items()
        if is_over(point, found)
    ]


def _beside(metric: Metric, figure: Figure, percent: int) -> str:
    if not isinstance(metric, Distribution) or not figure.sample:
        return ""
    shares = [each for each in (50, 95, 99) if each != percent]
    return " · ".join(f"p{share} {figure_text(metric, figure, percent=share)}" for share in shares)


def _change(metric: Metric, now: int | None, was: int | None) -> str:
    """Shares in points, everything else in percent of what it was."""
    if now is None or was is None or isinstance(metric, Mix):
        return ""
    sign = "+" if now > was else "−" if now < was else "±"
    if isinstance(metric, Share):
        tenths = (abs(now - was) + 5) // 10
        sign = sign if tenths else "±"
        return _("%(sign)s%(points)s points") % {"sign": sign, "points": f"{tenths // 10}.{tenths % 10}"}
    return f"{sign}{percent_text(abs(now - was) * 10_000 // abs(was))}" if was else ""


def _is_better(metric: Metric, now: int | None, was: int | None) -> bool | None:
    """None too where a share changed by less than is written."""
    if now is None or was is None or abs(now - was) < (5 if isinstance(metric, Share) else 1):
        return None
    return (now < was) == metric.is_better_when_lower
