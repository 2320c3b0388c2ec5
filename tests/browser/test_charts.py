"""Charts in a real browser: every kind draws in every language and both themes, asks nobody else, and leads to its rows."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import clear_url_caches
from playwright.sync_api import Page, expect

from config.staff.roles import Role
from tests.browser.chart_samples import DRILL
from tests.browser.conftest import Site, Window
from tests.browser.pages import set_screen
from tests.browser.test_accessibility import COLOURS, EVERYTHING, findings

pytestmark = pytest.mark.browser
KINDS: Final = 11
DRAWN: Final = "[data-drawn]:has(.cartesianlayer .trace path)"
SCRIPT_LIMIT: Final = 600_000
"""Bytes of all scripts of a page as they travel, gzipped."""
FIRST_LIMIT: Final = 5_000
"""Milliseconds; wide, for machines that do other things too. `make bench` holds the real limit."""
VISITOR: Final = Role.FINANCE


@pytest.fixture(autouse=True)
def page_of_charts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The site with one page more."""
    monkeypatch.setattr(settings, "ROOT_URLCONF", "tests.browser.chart_page")
    clear_url_caches()
    yield
    clear_url_caches()


@pytest.fixture
def charts(site: Site, window: Callable[..., Window]) -> Callable[..., Page]:
    """Open the page: `charts("only=line", language="ko", width=390)`, with all its charts drawn unless told otherwise."""

    def open_page(query: str = "", *, language: str = "en", is_drawn: bool = True, **how: Any) -> Page:
        set_screen(site.cast[VISITOR], language)
        page = window(VISITOR, **how).page
        page.on("request", lambda request: _ask_only(site, request.url))
        page.goto(f"{site.url}/every-chart/?{query}")
        if is_drawn:
            draw_all(page)
        return page

    return open_page


asked_elsewhere: list[str] = []


def _ask_only(site: Site, url: str) -> None:
    if not url.startswith((site.url, "data:", "blob:")):
        asked_elsewhere.append(url)


@pytest.fixture(autouse=True)
def nobody_else_is_asked() -> Iterator[None]:
    """Charts offer by default to upload themselves; nothing may leave the site."""
    asked_elsewhere.clear()
    yield
    assert asked_elsewhere == []


def draw_all(page: Page) -> None:
    """Bring every chart near the window once."""
    for box in page.locator("[data-chart]").all():
        box.scroll_into_view_if_needed()
        expect(box).to_have_attribute("data-drawn", "")
    page.evaluate("scrollTo(0, 0)")


@pytest.mark.parametrize(("language", "theme"), [("ko", "light"), ("ja", "dark"), ("en", "light")])
def test_every_kind_is_drawn_and_accessible(language: str, theme: str, charts: Callable[..., Page]) -> None:
    page = charts(language=language, dark=theme == "dark")
    assert page.locator(DRAWN).count() == KINDS
    assert page.locator("html").get_attribute("data-bs-theme") == theme
    assert findings(page, EVERYTHING) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert findings(page, COLOURS) == []


@pytest.mark.parametrize("language", ["ko", "ja", "en"])
def test_every_kind_fits_a_telephone(language: str, charts: Callable[..., Page]) -> None:
    page = charts(language=language, width=390)
    assert page.locator(DRAWN).count() == KINDS
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert findings(page, EVERYTHING) == []


def test_the_language_of_the_page_is_the_language_of_the_buttons(charts: Callable[..., Page]) -> None:
    titles = {"en": "Reset axes", "ko": "축 초기화", "ja": "軸をリセット"}
    for language, title in titles.items():
        page = charts("only=line", language=language)
        assert _buttons(page)[-1] == title
        assert page.evaluate("typeof window.module") == "undefined"


def _buttons(page: Page) -> list[str]:
    found: list[str] = page.locator(".modebar-btn").evaluate_all("all => all.map(each => each.dataset.title)")
    return found


def test_no_button_sends_a_chart_away(charts: Callable[..., Page]) -> None:
    page = charts("only=line")
    assert _buttons(page) == ["Download plot as a PNG", "Reset axes"]
    assert page.locator(".modebar a[href], .plotlyjsicon").count() == 0
    kept = page.locator("[data-drawn]").evaluate(
        "box => ['showSendToCloud', 'plotlyServerURL', 'displaylogo', 'showTips'].map(name => box._context[name])"
    )
    assert kept == [False, "", False, False]


def test_a_switch_of_the_theme_draws_again(charts: Callable[..., Page]) -> None:
    page = charts("only=line&only=bars")
    line = page.locator("#chart-line .js-line").nth(1)
    assert line.evaluate("each => each.style.stroke") == "rgb(0, 114, 178)"
    page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")
    expect(line).to_have_css("stroke", "rgb(74, 168, 224)")
    page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'light')")
    expect(line).to_have_css("stroke", "rgb(0, 114, 178)")


@pytest.mark.parametrize(
    ("code", "mark"),
    [("lying", ".point path >> nth=0"), ("heat-map", ".point path >> nth=1"), ("line", ".points path >> nth=3")],
)
def test_a_click_leads_to_the_rows_behind(code: str, mark: str, charts: Callable[..., Page]) -> None:
    page = charts(f"only={code}")
    box = page.locator(f"#chart-{code} {mark}").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(f"**{DRILL}*")


def test_a_chart_says_in_words_what_it_shows(charts: Callable[..., Page]) -> None:
    page = charts("only=funnel")
    drawing = page.get_by_role("group", name="Funnel: 4.12 % / 1,830.")
    drawing.focus()
    expect(drawing).to_be_focused()
    for _button in range(2):
        page.keyboard.press("Tab")
        expect(page.locator("#chart-funnel .modebar")).to_have_css("opacity", "1")
    page.keyboard.press("Tab")
    expect(page.locator("#chart-funnel summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#chart-funnel table a").first).to_be_visible()
    assert page.locator("#chart-funnel table a").first.get_attribute("href") == f"{DRILL}funnel-2026-10-20"


def test_without_scripts_the_table_says_it_all(charts: Callable[..., Page]) -> None:
    page = charts("only=line", is_drawn=False, script=False)
    expect(page.locator("#chart-line table")).to_be_visible()
    expect(page.locator("#chart-line [data-chart]")).to_be_hidden()


def test_a_chart_that_comes_later_is_drawn_and_one_that_goes_is_forgotten(charts: Callable[..., Page]) -> None:
    page = charts("only=funnel")
    page.evaluate(
        "htmx.ajax('GET', '/every-chart/?only=tree', {target: '.charts', select: '.chart', swap: 'beforeend'})"
    )
    draw_all(page)
    assert page.locator("[data-drawn]").count() == 2
    page.evaluate("window.gone = document.querySelector('#chart-funnel [data-chart]')")
    assert page.evaluate("gone.data.length") == 1
    page.evaluate(
        "htmx.ajax('GET', '/every-chart/?only=lying', {target: '#chart-funnel', select: '.chart', swap: 'outerHTML'})"
    )
    page.locator("#chart-lying [data-drawn]").wait_for()
    assert page.evaluate("gone.data") is None


def test_on_paper_charts_are_light_and_fit(charts: Callable[..., Page]) -> None:
    page = charts("only=line", dark=True)
    line = page.locator("#chart-line .js-line").nth(1)
    expect(line).to_have_css("stroke", "rgb(74, 168, 224)")
    width = page.locator("#chart-line .main-svg").first.get_attribute("width")
    assert width != "680"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(line).to_have_css("stroke", "rgb(0, 114, 178)")
    assert page.locator("#chart-line .main-svg").first.get_attribute("width") == "680"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(line).to_have_css("stroke", "rgb(74, 168, 224)")
    expect(page.locator("#chart-line .main-svg").first).to_have_attribute("width", str(width))


def test_on_paper_a_legend_of_other_lines_stands_above_what_is_drawn(charts: Callable[..., Page]) -> None:
    page = charts("only=stacked", width=480)
    height = "each => each.getBoundingClientRect().height"
    on_screen = page.locator("#chart-stacked .legend").evaluate(height)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    bottom, top = page.evaluate(
        "['.legend', '.barlayer'].map((each) => document.querySelector(`#chart-stacked ${each}`))"
        ".map((each) => each.getBoundingClientRect()).map(({ top, bottom }, place) => (place ? top : bottom))"
    )
    assert page.locator("#chart-stacked .legend").evaluate(height) < on_screen
    assert bottom <= top + 1


def test_when_the_bundle_is_out_of_reach_the_table_opens(
    site: Site, window: Callable[..., Window], charts: Callable[..., Page]
) -> None:
    opened = window(VISITOR)
    opened.page.route("**/plotly-cartesian*", lambda route: route.abort())
    opened.page.goto(f"{site.url}/every-chart/?only=line")
    expect(opened.page.locator("#chart-line table")).to_be_visible()
    expect(opened.page.locator("[data-chart]")).to_be_hidden()
    assert [each.split(": ", 1)[1] for each in opened.complaints] == ["Failed to load resource: net::ERR_FAILED"]
    opened.complaints.clear()


def test_all_scripts_together_are_small_and_the_first_chart_is_soon_there(charts: Callable[..., Page]) -> None:
    page = charts("only=line", language="ja", is_drawn=False)
    page.locator("[data-drawn]").wait_for()
    addresses: list[str] = page.evaluate(
        "performance.getEntriesByType('resource').map(each => each.name).filter(each => each.includes('.js'))"
    )
    sizes = {urlsplit(each).path: len(gzip.compress(page.request.get(each).body())) for each in addresses}
    first = page.evaluate("performance.getEntriesByName('chart-drawn')[0].startTime")
    print(f"first chart drawn after {first:.0f} ms; scripts {sum(sizes.values()):,} bytes gzipped")
    assert {path.rsplit("/", 1)[1] for path in sizes} >= {"charts.js", "plotly-cartesian.min.js", "ja.js"}
    assert sum(sizes.values()) <= SCRIPT_LIMIT, sizes
    assert first <= FIRST_LIMIT
