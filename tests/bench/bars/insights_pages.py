"""Every page of the dashboards over a year of ten million attempts, and over one of a tenth of them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import timedelta
from statistics import median, quantiles
from typing import Final

from tests.bench.databases import EMPTY, connected, leave
from tests.bench.figures import Figure, at_most, exactly, told
from tests.bench.ground import Ground
from tests.bench.pages import fixed_milliseconds, milliseconds_of, scanned, statements_of
from tests.bench.turns import Runs, in_rounds
from tests.bench.year import kept
from tests.bench.year.making import LAST_ON, kept_year
from tests.bench.year.sizes import large, small

LIMIT_MS: Final = 150.0
TIMES_SMALL: Final = 1.3
PERMISSIONS: Final = ("insights.view", "payments.view")
ASKED: Final = {
    "": "",
    "of_one_method": "method=card&currency=KRW",
    "by_provider": "split=provider&currency=KRW",
    "in_90_days": "first_on={quarter}&last_on={last}&split=method&currency=JPY",
    "in_a_year": "first_on={year}&last_on={last}&currency=KRW",
    "in_a_year_by_provider": "first_on={year}&last_on={last}&split=provider&currency=KRW",
    "in_utc": "zone=UTC&currency=USD",
}
"""The pages of the KPIs are asked for all of these; a currency, since some figures are of money."""
BRIEFLY: Final = ("", "of_one_method", "in_a_year_by_provider")
"""The page of one metric and the rows behind it, of which there are many, for these."""


def measure(ground: Ground) -> list[Figure]:
    """Ask for every page of both years; the slowest counts, by its own p95."""
    from django.core.management import call_command

    # Pages name their styles by the hash of these.
    call_command("collectstatic", interactive=False, verbosity=0)
    seen, scans, fixed = _pages(*(kept_year(ground.server, EMPTY, size) for size in (large(), small())))
    worst = max(seen, key=lambda page: seen[page].p95)
    furthest = max(seen, key=lambda page: seen[page].growth)
    grown = seen[furthest]
    return [
        *[told(f"insights.{page}", runs.p95, "ms", f"of {len(runs.of_large)}; {runs.growth:.2f} × a tenth")
          for page, runs in seen.items()],
        at_most("insights_pages.p95", seen[worst].p95, LIMIT_MS, 1, "ms",
                f"of {worst} over {large():,} attempts, {len(seen[worst].of_large)} runs"),
        at_most("insights_pages.growth", median(grown.of_large), median(grown.of_small), TIMES_SMALL, "ms",
                f"the median of {furthest}, beside the same over {small():,}, {len(grown.of_large)} runs each"),
        exactly("insights_pages.sequential_scans", len(scans), 0, "scans", "; ".join(scans[:5])),
        told("insights_pages.fixed", median(fixed), "ms",
             f"work that is always the same, after every page; its p95 {quantiles(fixed, n=20)[-1]:.1f}"),
    ]  # fmt: skip


def _pages(of_large: str, of_small: str) -> tuple[dict[str, Runs], list[str], list[float]]:
    """The runs of every page, which large tables are read from end to end for one, and what fixed work took beside."""
    for year in (of_large, of_small):
        kept.use_counted(year)
    leave()
    addresses, fixed = dict(_addresses()), list[float]()

    with kept.at_the_end(), connected(of_large) as to_large, connected(of_small) as to_small:

        def ask(page: str) -> tuple[float, float]:
            to_large()
            large_took = milliseconds_of(addresses[page], PERMISSIONS)
            to_small()
            small_took = milliseconds_of(addresses[page], PERMISSIONS)
            fixed.append(fixed_milliseconds())
            return large_took, small_took

        scans = set()
        for page, path in addresses.items():
            # Asked for once before any run counts.
            to_small()
            milliseconds_of(path, PERMISSIONS)
            to_large()
            for statement in statements_of(path, PERMISSIONS):
                scans |= {f"{page}: {table}" for table in scanned(statement)}
        # As the web server does when it has loaded all views.
        gc.collect()
        gc.freeze()
        try:
            seen = in_rounds(tuple(addresses), ask)
        finally:
            gc.unfreeze()
    return seen, sorted(scans), fixed


def _addresses() -> Iterator[tuple[str, str]]:
    """Every page by its name, as the table of addresses has them."""
    from django.urls import reverse

    from analytics.dashboards.urls import app_name, urlpatterns

    days = {"last": LAST_ON, "quarter": LAST_ON - timedelta(days=89), "year": LAST_ON - timedelta(days=363)}
    for pattern in urlpatterns:
        for arguments in _arguments(str(pattern.name), list(pattern.pattern.converters)):
            path = reverse(f"{app_name}:{pattern.name}", args=arguments)
            for variant in BRIEFLY if pattern.name in ("metric", "rows") else ASKED:
                spelled = ".".join(filter(None, (str(pattern.name), *arguments, variant)))
                yield spelled, f"{path}?{ASKED[variant].format(**days)}"


def _arguments(name: str, converters: list[str]) -> list[list[str]]:
    """What an address is filled in with.

    Raises:
        KeyError: a page has an address that this bar does not know.
    """
    from analytics.dashboards.pages import PAGES
    from analytics.metrics.catalogue import METRICS

    if not converters:
        return [[]]
    behind = [code for code, metric in METRICS.items() if metric.facts.reference]
    return [[code] for code in {"page": PAGES, "metric": METRICS, "rows": behind}[name]]
