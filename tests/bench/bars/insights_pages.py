"""Every page of the dashboards over a year of ten million attempts, and over one of a tenth of them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import timedelta
from statistics import median, quantiles
from typing import Final, NamedTuple

from tests.bench.databases import EMPTY, leave, use
from tests.bench.figures import Figure, at_most, exactly, told
from tests.bench.ground import Ground
from tests.bench.pages import asked, scanned
from tests.bench.year import kept
from tests.bench.year.making import LAST_ON, kept_year
from tests.bench.year.sizes import large, small

LIMIT_MS: Final = 150.0
TIMES_SMALL: Final = 1.3
RUNS: Final = 7
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


class Seen(NamedTuple):
    """What asking for one page took."""

    p95: float
    middle: float
    """Milliseconds, both."""
    scans: tuple[str, ...]


def measure(ground: Ground) -> list[Figure]:
    """Ask for every page of both years; the slowest counts, by its own p95."""
    from django.core.management import call_command

    # Pages name their styles by the hash of these.
    call_command("collectstatic", interactive=False, verbosity=0)
    of_large, of_small = _pages([kept_year(ground.server, EMPTY, size) for size in (large(), small())])
    worst = max(of_large, key=lambda page: of_large[page].p95)
    furthest = max(of_large, key=lambda page: of_large[page].middle / of_small[page].middle)
    scans = sorted({f"{page}: {table}" for page, seen in of_large.items() for table in seen.scans})
    return [
        *[told(f"insights.{page}", seen.p95, "ms", f"{of_small[page].p95:.0f} at a tenth")
          for page, seen in of_large.items()],
        at_most("insights_pages.p95", of_large[worst].p95, LIMIT_MS, 1, "ms", f"of {worst} over {large():,} attempts"),
        at_most("insights_pages.growth", of_large[furthest].middle, of_small[furthest].middle, TIMES_SMALL, "ms",
                f"the median of {furthest}, beside the same over {small():,}"),
        exactly("insights_pages.sequential_scans", len(scans), 0, "scans", "; ".join(scans[:5])),
    ]  # fmt: skip


def _pages(years: list[str]) -> list[dict[str, Seen]]:
    """Each page of one year after the same of the other: what else goes on meanwhile then slows both."""
    for year in years:
        kept.use_counted(year)
    found: list[dict[str, Seen]] = [{} for _year in years]
    try:
        with kept.at_the_end():
            # As the web server does when it has loaded all views.
            gc.collect()
            gc.freeze()
            for name, path in _addresses():
                for year, seen in zip(years, found, strict=True):
                    use(year, prefix="")
                    seen[name] = _seen(path)
    finally:
        gc.unfreeze()
        leave()
    return found


def _seen(path: str) -> Seen:
    spent, statements = asked(path, PERMISSIONS, RUNS)
    scans = tuple(table for statement in statements for table in scanned(statement))
    return Seen(quantiles(spent, n=20, method="inclusive")[-1], median(spent), scans)


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
