"""Tiles: a figure, how it changed, and its line; what the head of a page and the overview show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from analytics.dashboards.asking import Asked
from analytics.dashboards.wording import NOTHING, figure_text, percent_text, value_of
from analytics.metrics.declarations import Distribution, Metric, Share
from analytics.rollups.questions import PeriodTooLong


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
    """For its line, a value a step."""

    @property
    def line(self) -> list[int]:
        """The values that there are; a line needs two."""
        values = [each for each in self.points if each is not None]
        return values if len(values) > 1 else []


def tile(asked: Asked, metric: Metric, percent: int = 95) -> Tile:
    """The tile of a metric."""
    name = f"{_(metric.name)} p{percent}" if isinstance(metric, Distribution) else _(metric.name)
    url = asked.metric_url(metric)
    try:
        found, before = asked.ask(metric), asked.ask_before(metric)
    except PeriodTooLong:
        return Tile(metric, name, "", "", None, 0, False, url, ())
    now = value_of(metric, found.whole, percent)
    was = value_of(metric, before.whole, percent) if before and before.whole.sample else None
    return Tile(
        metric=metric,
        name=name,
        value=figure_text(metric, found.whole, asked.currency, percent) if found.whole.sample else NOTHING,
        change=_change(metric, now, was) if found.whole.sample else "",
        is_better=_is_better(metric, now, was),
        sample=found.whole.sample,
        is_small=found.whole.is_small,
        url=url,
        points=[value_of(metric, figure, percent) if figure.sample else None for figure in found.steps.values()],
    )


def _change(metric: Metric, now: int | None, was: int | None) -> str:
    """Shares in points, everything else in percent of what it was."""
    if now is None or was is None:
        return ""
    if isinstance(metric, Share):
        sign = "+" if now > was else "−" if now < was else "±"
        tenths = (abs(now - was) + 5) // 10
        return _("%(sign)s%(points)s points") % {"sign": sign, "points": f"{tenths // 10}.{tenths % 10}"}
    if not was:
        return ""
    moved = (now - was) * 10_000 // abs(was)
    return f"{'+' if moved > 0 else '−' if moved < 0 else '±'}{percent_text(abs(moved))}"


def _is_better(metric: Metric, now: int | None, was: int | None) -> bool | None:
    if now is None or was is None or now == was:
        return None
    return (now < was) == metric.is_better_when_lower
