"""The pages of the KPIs: which charts each shows, in the order of reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.charts import Chart
from analytics.dashboards.asking import Asked
from analytics.dashboards.forms import DAYS
from analytics.dashboards.pages import abandonment, comparison, failure, mix, repurchase, times
from analytics.metrics.catalogue.abandonment import ABANDONMENT
from analytics.metrics.catalogue.failure import FAILURE_RATE
from analytics.metrics.catalogue.repurchase import REPURCHASE
from analytics.metrics.catalogue.times import CUSTOMER_TIME, PROVIDER_LATENCY
from analytics.metrics.declarations import Metric

Panel = Callable[[Asked], Chart]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its figures as tiles, its charts, and the metrics whose definitions it shows."""

    title: Promise
    lead: Promise
    tiles: Sequence[Metric]
    panels: Sequence[Panel]
    more: Sequence[Metric] = ()
    """Metrics of its charts that are no tiles: their definitions are shown too."""
    days: int = DAYS
    """How long its period is when nobody names one."""
    has_window: bool = False
    """Whether it asks after how long a checkout counts as abandoned."""

    @property
    def metrics(self) -> Sequence[Metric]:
        """All that it tells."""
        return (*self.tiles, *self.more)


PAGES: Final[Mapping[str, Page]] = {
    "failure": Page(
        _("Failure rate"),
        _("How many payments fail, why, and where."),
        failure.TILES,
        failure.PANELS,
    ),
    "times": Page(
        _("Processing time"),
        _("How long providers, customers and payouts take: half, most, and the slowest."),
        times.TILES,
        times.PANELS,
        more=times.MORE,
    ),
    "abandonment": Page(
        _("Abandonment"),
        _("How many checkouts are not paid, where they are left, and what comes back."),
        abandonment.TILES,
        abandonment.PANELS,
        more=abandonment.MORE,
        has_window=True,
    ),
    "repurchase": Page(
        _("Repurchase"),
        _("Who comes back, how soon, and what the first payment has to do with it."),
        repurchase.TILES,
        repurchase.PANELS,
        days=repurchase.DAYS,
    ),
    "mix": Page(
        _("Payment mix"),
        _("What is paid with, by whom, in which season, and what grows."),
        mix.TILES,
        mix.PANELS,
        more=mix.MORE,
    ),
    "comparison": Page(
        _("Providers compared"),
        _("Success, speed, cost and time to cash of each provider, like with like."),
        comparison.TILES,
        comparison.PANELS,
        more=comparison.MORE,
    ),
}
"""By the last part of the address."""

OVERVIEW: Final[Mapping[str, Sequence[Metric]]] = {
    "failure": (FAILURE_RATE,),
    "times": (PROVIDER_LATENCY, CUSTOMER_TIME),
    "abandonment": (ABANDONMENT["60m"],),
    "repurchase": (REPURCHASE[30],),
}
"""The four KPIs: what the overview and Today show, by the page that each leads to."""
KPIS: Final[Sequence[Metric]] = tuple(metric for metrics in OVERVIEW.values() for metric in metrics)
"""Their metrics."""
