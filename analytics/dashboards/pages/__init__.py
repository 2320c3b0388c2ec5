"""The pages of the KPIs: which charts each shows, in the order of reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.charts import Chart
from analytics.dashboards.asking import Asked
from analytics.dashboards.pages import failure
from analytics.metrics.catalogue.failure import FAILURE_RATE
from analytics.metrics.declarations import Metric

Panel = Callable[[Asked], Chart]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its figures as tiles, its charts, and the metrics whose definitions it shows."""

    title: Promise
    lead: Promise
    tiles: Sequence[Metric]
    panels: Sequence[Panel]


PAGES: Final[Mapping[str, Page]] = {
    "failure": Page(
        _("Failure rate"),
        _("How many payments fail, why, and where."),
        failure.TILES,
        failure.PANELS,
    ),
}
"""By the last part of the address."""

OVERVIEW: Final[Mapping[str, Sequence[Metric]]] = {
    "failure": (FAILURE_RATE,),
}
"""What the overview shows of each page."""
