"""How soon the first chart of a page is drawn in headless Chromium, and what all scripts of the page weigh as they travel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from typing import Any, Final

from tests.bench.databases import EMPTY, leave, use
from tests.bench.figures import Figure, at_most, told
from tests.bench.ground import Ground
from tests.bench.serving import served
from tests.bench.year import kept
from tests.bench.year.making import LAST_ON, kept_year

PAGE: Final = f"/insights/failure/?first_on={LAST_ON - timedelta(days=27)}&last_on={LAST_ON}"
"""The page with most charts, over four weeks; what the server needs for more payments is told by `insights_pages`."""
ATTEMPTS: Final = 20_000
LIMIT_SECONDS: Final = 1.5
LIMIT_KILOBYTES: Final = 600.0
RUNS: Final = 7
BARE_PAGE: Final = """<!doctype html><title>bare</title><div id="box"></div><script src="{bundle}"></script>
<script>Plotly.newPlot("box", {figure}).then(() => performance.mark("chart-drawn"))</script>"""
"""The limit: the same bundle draws the same figure, and nothing else is on the page."""
_SCRIPTS: Final = "performance.getEntriesByType('resource').filter(each => each.name.endsWith('.js'))"


def measure(ground: Ground) -> list[Figure]:
    """Open the page several times with an empty cache, in turns with the bare one; the median counts."""
    from django.core.management import call_command

    # As it is served: hashed names, compressed once.
    call_command("collectstatic", interactive=False, verbosity=0)
    year = kept_year(ground.server, EMPTY, ATTEMPTS)
    kept.use_counted(year)
    leave()
    database = ground.server.copy_kept(year, "first_chart")
    session = _signed_in(database)
    with served("config.wsgi:application", ground.environment(database)) as port, _chromium() as browser:
        address = f"http://127.0.0.1:{port}"
        _open(browser, address, session)
        runs = [_open(browser, address, session) for _run in range(RUNS)]
        bare = [_open_bare(browser, address, runs[0]) for _run in range(RUNS)]
    note = f"median of {RUNS}, cold cache; answered after {median(run['answered'] for run in runs):.2f} s"
    sizes = runs[0]["sizes"]
    largest = max(sizes, key=lambda name: sizes[name])
    return [
        at_most("first_chart", median(run["drawn"] for run in runs), LIMIT_SECONDS, 1, "s", note),
        told("first_chart.processor", median(run["processor"] for run in runs), "s", "of the page's main thread"),
        told("first_chart.bare", median(bare), "s", "the bundle and one figure alone"),
        at_most("first_chart.scripts", sum(sizes.values()), LIMIT_KILOBYTES, 1, "kB", f"{len(sizes)} files"),
        told("first_chart.bundle", sizes[largest], "kB", largest),
    ]


def _signed_in(database: str) -> dict[str, str]:
    """The cookie of somebody who may see the page."""
    from django.conf import settings
    from django.test import Client

    from config.staff.roles import Role
    from tests.cast import person

    use(database)
    try:
        client = Client()
        client.force_login(person(Role.FINANCE))
    finally:
        leave()
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


@contextmanager
def _chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import ARGUMENTS, CHROMIUM

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def _open(browser: Any, address: str, session: dict[str, str]) -> dict[str, Any]:
    """Seconds from the click to the answer and to the first chart, kilobytes of each script, and the figure drawn first."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([session | {"url": address}])
    page = context.new_page()
    counters = context.new_cdp_session(page)
    counters.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address + PAGE)
    box = page.locator("[data-drawn]").first
    box.wait_for()
    spent = {each["name"]: each["value"] for each in counters.send("Performance.getMetrics")["metrics"]}
    found = {
        "processor": spent["TaskDuration"],
        "drawn": _drawn(page),
        "answered": page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd") / 1000,
        "sizes": {
            each["name"].rsplit("/", 1)[1]: each["size"] / 1000
            for each in page.evaluate(f"{_SCRIPTS}.map(({{name, encodedBodySize: size}}) => ({{name, size}}))")
        },
        "bundle": page.evaluate(f"{_SCRIPTS}.find(each => each.name.includes('plotly-')).name"),
        "figure": box.evaluate("box => document.getElementById(box.dataset.chart).textContent"),
    }
    context.close()
    return found


def _open_bare(browser: Any, address: str, run: dict[str, Any]) -> float:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    body = BARE_PAGE.replace("{bundle}", run["bundle"]).replace("{figure}", run["figure"])
    page.route("**/bare", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{address}/bare")
    page.wait_for_function("performance.getEntriesByName('chart-drawn').length")
    seconds = _drawn(page)
    context.close()
    return seconds


def _drawn(page: Any) -> float:
    return float(page.evaluate("performance.getEntriesByName('chart-drawn')[0].startTime")) / 1000
