"""Puts a page together: its tiles, its charts, what could not be answered, and the definitions of what it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.charts import Chart
from analytics.dashboards.asking import Asked
from analytics.dashboards.cards import card_of
from analytics.dashboards.forms import DAYS
from analytics.dashboards.labels import DIMENSIONS, value_label
from analytics.dashboards.late import learn_what_is_late
from analytics.dashboards.pages import KPIS, OVERVIEW, Page, Panel
from analytics.dashboards.tiles import Tile, tile
from analytics.dashboards.turns import in_turns
from analytics.metrics.declarations import Metric
from analytics.rollups.planning import has_same_days
from analytics.rollups.questions import PeriodTooLong, Source, Step

SPANS: Final = (7, 28, 90, 365)
"""Days until today that one click asks for."""


@dataclass(frozen=True, slots=True)
class Span:
    """A period that one click asks for."""

    days: int
    first_on: str
    last_on: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A chart that nothing is kept for, with nothing in it."""

    chart: Chart
    may_count: bool
    """Whether facts can tell it: of so many days, and not of people."""


def page_of(page: Page, asked: Asked, counted: str = "") -> dict[str, Any]:
    """What a page shows; the chart of the code `counted` is counted in the facts where nothing is kept for it."""
    asked = asked.beside(page.metrics)
    parts: list[Callable[[], Chart | LeftOut | Tile]] = [
        *(partial(_drawn, panel, asked, counted) for panel in page.panels),
        *(partial(tile, asked, metric) for metric in page.tiles),
    ]
    learn_what_is_late(page.metrics, asked.narrowed)
    drawn = in_turns(asked.together, parts)
    charts = [each for each in drawn if isinstance(each, Chart)]
    left_out = [each for each in drawn if isinstance(each, LeftOut)]
    return _head_of(asked) | {
        "tiles": [each for each in drawn if isinstance(each, Tile)],
        "charts": charts,
        "has_drawings": any(each.has_values for each in charts),
        "left_out": left_out,
        "gone": [each.chart.title for each in left_out if not each.may_count],
        "may_count": any(each.may_count for each in left_out),
        "own_zone": _zone_of_more(asked),
        "singles": [{"name": _(each.name), "url": asked.metric_url(each)} for each in page.metrics],
        "definitions": definitions(page.metrics),
    }


def overview_of(asked: Asked) -> dict[str, Any]:
    """What the overview shows: the four KPIs and how they are defined."""
    tiles = kpis(asked)
    return _head_of(asked) | {
        "tiles": tiles,
        "own_zone": _zone_of_more(asked),
        "singles": [{"name": each.name, "url": each.url} for each in tiles if not each.value],
        "definitions": definitions(KPIS),
    }


def _zone_of_more(asked: Asked) -> str:
    """The zone of which the days are kept; '' where it is asked for."""
    return "" if has_same_days(asked.zone, asked.first_on, asked.last_on) else settings.REPORTING_ZONE


def kpis(asked: Asked) -> list[Tile]:
    """The four KPIs, each leading to its page."""
    asked = asked.beside(KPIS)
    told = [(metric, code) for code, metrics in OVERVIEW.items() for metric in metrics]
    return in_turns(asked.together, [partial(tile, asked, metric, page=code) for metric, code in told])


def kpis_lately() -> list[Tile]:
    """The four KPIs of the last four weeks, today included, in the reporting zone; nothing before any is counted."""
    zone = ZoneInfo(settings.REPORTING_ZONE)
    today = timezone.now().astimezone(zone).date()
    first = today - timedelta(days=DAYS - 1)
    found = kpis(Asked(first, today, zone, Step.DAY, settings.REPORTING_CURRENCY, now_on=today))
    return found if any(each.sample for each in found) else []


def _head_of(asked: Asked) -> dict[str, Any]:
    """What stands above every page: the question in words, and periods to choose from."""
    return {
        "asked": asked,
        "before": _before(asked),
        "spans": _spans(asked),
        "narrowed": [
            (DIMENSIONS[name], ", ".join(value_label(name, value) for value in values))
            for name, values in asked.narrowed.items()
        ],
    }


def _spans(asked: Asked) -> list[Span]:
    today: date = asked.now_on or asked.last_on
    starts = [(days, today - timedelta(days=days - 1)) for days in SPANS]
    chosen = (asked.first_on, asked.last_on)
    return [Span(days, first.isoformat(), today.isoformat(), chosen == (first, today)) for days, first in starts]


def definitions(metrics: Sequence[Metric]) -> list[dict[str, Any]]:
    """The cards of some metrics."""
    return [{"name": _(each.name), "sentence": _(each.sentence), "card": card_of(each)} for each in metrics]


def chart_of(page: Page, asked: Asked, code: str) -> Chart | None:
    """One chart of a page, counted in the facts where nothing is kept for it; None where the page has none such."""
    for panel in page.panels:
        left = _left_out(panel, asked)
        if left.chart.code == code:
            return panel(replace(asked, source=Source.FACTS)) if left.may_count else None
    return None


def _drawn(panel: Panel, asked: Asked, counted: str) -> Chart | LeftOut:
    """A chart, or one that nothing is kept for: pages show what is kept, and count what is asked for."""
    try:
        return panel(asked)
    except PeriodTooLong:
        left = _left_out(panel, asked)
        is_counted = left.may_count and left.chart.code == counted
        return panel(replace(asked, source=Source.FACTS)) if is_counted else left


def _left_out(panel: Panel, asked: Asked) -> LeftOut:
    unfounded = asked.unfounded()
    return LeftOut(panel(unfounded), unfounded.may_count)


def _before(asked: Asked) -> tuple[Any, Any] | None:
    """The days that the page is compared with."""
    distance: timedelta | None = asked.distance
    return None if distance is None else (asked.first_on - distance, asked.last_on - distance)
