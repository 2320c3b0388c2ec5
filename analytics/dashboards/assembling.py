"""Puts a page together: its tiles, its charts, what could not be answered, and the definitions of what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from analytics.charts import Chart
from analytics.dashboards.asking import Asked
from analytics.dashboards.cards import card_of
from analytics.dashboards.pages import OVERVIEW, PAGES, Page, Panel
from analytics.dashboards.tiles import tile
from analytics.metrics.declarations import Metric
from analytics.rollups.questions import PeriodTooLong


def page_of(page: Page, asked: Asked) -> dict[str, Any]:
    """What a page shows."""
    charts, refused = _drawn(page.panels, asked)
    return {
        "asked": asked,
        "before": _before(asked),
        "tiles": [tile(asked, metric) for metric in page.tiles],
        "charts": charts,
        "refused": refused,
        "definitions": definitions(page.tiles),
    }


def overview_of(asked: Asked) -> dict[str, Any]:
    """What the overview shows: for each KPI its tiles."""
    groups = [
        {
            "code": code,
            "title": PAGES[code].title,
            "lead": PAGES[code].lead,
            "tiles": [tile(asked, each) for each in metrics],
        }
        for code, metrics in OVERVIEW.items()
    ]
    return {"asked": asked, "before": _before(asked), "groups": groups}


def definitions(metrics: Sequence[Metric]) -> list[dict[str, Any]]:
    """The cards of some metrics."""
    return [{"name": _(each.name), "sentence": _(each.sentence), "card": card_of(each)} for each in metrics]


def _drawn(panels: Sequence[Panel], asked: Asked) -> tuple[list[Chart], int]:
    """The charts, and how many could not be answered: their filters are looked up in the payments themselves."""
    charts: list[Chart] = []
    refused = 0
    for panel in panels:
        try:
            charts.append(panel(asked))
        except PeriodTooLong:
            refused += 1
    return charts, refused


def _before(asked: Asked) -> tuple[Any, Any] | None:
    """The days that the page is compared with."""
    distance: timedelta | None = asked.distance
    return None if distance is None else (asked.first_on - distance, asked.last_on - distance)
