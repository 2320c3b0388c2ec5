"""Every page in every language and both themes: no finding of axe, no complaint of the browser, no sideways scrolling."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from config.staff.roles import Role
from tests.addresses import Address, all_addresses
from tests.browser.conftest import Site, Window
from tests.browser.pages import OTHERS, is_page, path_of, set_screen, visitor_of

pytestmark = pytest.mark.browser

PAGES = [address for address in all_addresses() if is_page(address)]
SWEPT = [(each, None) for each in PAGES] + [(each, more) for each in PAGES for more in OTHERS.get(each.name, ())]
LANGUAGES = ("ko", "ja", "en")
WIDE, NARROW = 1280, 390
DESK = 1440
"""From 1360 on a list leaves its frame, so that its head can stay: then a table that is too wide widens the page."""
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What axe would load before it looks are sounds and films, and `findings` wants none to be there.
EVERYTHING: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": STANDARD}, "resultTypes": ["violations"], "preload": False,
}  # fmt: skip
COLOURS: dict[str, Any] = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
"""What can differ between the themes of one page."""
ALL_BUT_CONTRAST: dict[str, Any] = EVERYTHING | {"rules": {"color-contrast": {"enabled": False}}}
"""Contrast is two thirds of the time. It is looked at in each theme, and no colour depends on the language (see the
test of the style sheets), so one language is enough for it; everything else is looked at in all three."""
SWAGGER_UI = (
    "heading-order",  # its tags are h3, and so is nothing above them
    "landmark-main-is-top-level",  # it draws a main of its own
    "landmark-no-duplicate-main",
    "landmark-unique",
    "nested-interactive",  # the button of an operation holds a link to itself
)
"""What the elements that Swagger UI makes itself break: no style or setting of ours reaches them, all else is held."""
VIOLATIONS = "asked => axe.run(asked).then(found => found.violations)"
OPENED = "#operations-checkouts-checkouts_create .opblock-summary-control"
SHOTS = os.environ.get("JEONGSAN_SCREENSHOTS")


@pytest.mark.parametrize(("address", "given"), SWEPT, ids=lambda each: getattr(each, "name", None))
def test_page_is_accessible_in_every_language_and_theme(
    address: Address, given: dict[str, Any] | None, site: Site, window: Callable[..., Window]
) -> None:
    path = path_of(address, site, given)
    if path is None:
        return
    visitor = visitor_of(address)
    opened = window(visitor)
    for language in LANGUAGES:
        _choose_language(opened, site, visitor, language)
        opened.page.set_viewport_size({"width": WIDE, "height": 900})
        opened.page.goto(site.url + path)
        assert opened.page.locator("html").get_attribute("lang") == language
        for theme, asked in _asked_in(language):
            opened.page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
            _keep_picture(opened.page, f"{address.name}-{language}-{theme}-wide")
            assert findings(opened.page, asked) == [], f"{path} {language} {theme}"
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= WIDE, f"{path} {language}"
        opened.page.set_viewport_size({"width": DESK, "height": 900})
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= DESK, f"{path} {language}"
        opened.page.set_viewport_size({"width": NARROW, "height": 844})
        _keep_picture(opened.page, f"{address.name}-{language}-narrow")
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= NARROW, f"{path} {language}"


def _asked_in(language: str) -> list[tuple[str, dict[str, Any]]]:
    """What is looked at in which theme; with pictures, every theme is there to be looked at."""
    in_dark = [("dark", COLOURS)] if language == LANGUAGES[0] or SHOTS else []
    return [("light", EVERYTHING if language == LANGUAGES[0] else ALL_BUT_CONTRAST), *in_dark]


def test_an_operation_of_the_api_is_readable_in_both_themes(site: Site, window: Callable[..., Window]) -> None:
    page = window(Role.PAYMENT_ADMIN).page
    page.goto(f"{site.url}/api/v1/docs/")
    page.locator(OPENED).click()
    page.locator(".opblock-body .microlight").first.wait_for()
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
        assert findings(page, COLOURS) == [], theme


def _choose_language(opened: Window, site: Site, visitor: Role | str, language: str) -> None:
    if isinstance(visitor, Role):
        set_screen(site.cast[visitor], language)
    else:
        opened.context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])


def findings(page: Page, asked: dict[str, Any] = EVERYTHING) -> list[str]:
    """What axe objects to on the page as it stands."""
    if page.locator("#swagger-ui").count():
        page.locator(".opblock").last.wait_for()
        unruled = {rule: {"enabled": False} for rule in SWAGGER_UI}
        asked = asked | {"rules": asked.get("rules", {}) | unruled}
    if page.locator(".chart-box").count():
        page.locator(".chart-box[data-drawn]").first.wait_for()
    assert page.locator("audio, video").count() == 0, "sounds and films are for axe to load"
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    violations: list[dict[str, Any]] = page.evaluate(VIOLATIONS, asked)
    return [f"{each['id']}: {node['html']} {node['failureSummary']}" for each in violations for node in each["nodes"]]


def _keep_picture(page: Page, name: str) -> None:
    """For looking at: only when JEONGSAN_SCREENSHOTS names a folder."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name.replace(':', '-')}.png", full_page=True)
