"""How the frame behaves under hands: keyboard, narrow screens, no script, filters without reload."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from config.staff.roles import Role
from tests.browser.conftest import Site, Window
from tests.browser.desk_work import a_key
from tests.browser.pages import EXAMPLES, set_screen
from tests.browser.test_accessibility import findings

pytestmark = pytest.mark.browser

OpenWindow = Callable[..., Window]


@pytest.fixture(autouse=True)
def _in_english(site: Site) -> None:
    for person in site.cast.values():
        set_screen(person, "en")


def test_language_and_theme_switch_without_script(site: Site, window: OpenWindow) -> None:
    page = window(Role.FINANCE, script=False).page
    page.goto(site.url)
    page.get_by_role("button", name="日本語").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    page.get_by_role("button", name="ダーク").first.click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_narrow_menu_opens_without_script(site: Site, window: OpenWindow) -> None:
    page = window(Role.ADMINISTRATOR, width=390, script=False).page
    page.goto(site.url)
    people = page.get_by_role("link", name="People")
    expect(people).to_be_hidden()
    page.get_by_text("Menu").click()
    people.click()
    expect(page).to_have_url(f"{site.url}/people/")


def test_escape_closes_the_narrow_menu_and_gives_the_focus_back(site: Site, window: OpenWindow) -> None:
    page = window(Role.ADMINISTRATOR, width=390).page
    page.goto(site.url)
    page.get_by_text("Menu").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="People")).to_be_hidden()
    expect(page.locator("summary")).to_be_focused()


@pytest.mark.parametrize(("dark", "colour"), [(False, "rgb(11, 92, 153)"), (True, "rgb(140, 200, 255)")])
def test_whatever_has_the_focus_is_ringed_strongly(site: Site, window: OpenWindow, colour: str, *, dark: bool) -> None:
    page = window(Role.FINANCE, dark=dark).page
    page.goto(f"{site.url}/insights/failure/")
    page.locator(".insight-question summary").focus()
    page.keyboard.press("Enter")
    controls = ("select[name=zone]", "input[name=device]", ".insight-question button", ".insight-question a.btn")
    for each in (".insight-question summary", *controls, ".insight-tile a"):
        page.keyboard.press("Tab")
        page.locator(each).first.focus()
        expect(page.locator(each).first).to_have_css("outline-color", colour)
        expect(page.locator(each).first).to_have_css("outline-width", "3px")


def test_the_first_tab_leads_past_the_navigation(site: Site, window: OpenWindow) -> None:
    page = window(Role.ADMINISTRATOR).page
    page.goto(f"{site.url}/people/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_automatic_appearance_follows_the_device(site: Site, window: OpenWindow) -> None:
    for is_dark, theme in ((True, "dark"), (False, "light")):
        page = window(dark=is_dark).page
        page.goto(f"{site.url}/account/login/")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)


def test_a_filter_narrows_the_list_without_reload_and_back_undoes_it(site: Site, window: OpenWindow) -> None:
    page = window(Role.ADMINISTRATOR).page
    page.goto(f"{site.url}/people/?sort=email")
    page.evaluate("window.isSamePage = true")
    page.keyboard.press("/")
    page.keyboard.type("fraud_")
    expect(page.locator("#list-status")).to_have_text("2 rows")
    expect(page).to_have_url(f"{site.url}/people/?q=fraud_&sort=email")
    page.get_by_label("Role", exact=True).select_option("fraud_lead")
    expect(page.locator("#list-status")).to_have_text("1 row")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert page.evaluate("window.isSamePage") is True
    page.get_by_role("link", name="Role: Fraud lead").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_filters_work_without_script(site: Site, window: OpenWindow) -> None:
    page = window(Role.ADMINISTRATOR, script=False).page
    page.goto(f"{site.url}/people/")
    page.get_by_label("Name or e-mail").fill("auditor")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Clear all", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(8)


def test_a_click_on_a_heading_orders_the_list(site: Site, window: OpenWindow) -> None:
    page = window(Role.ADMINISTRATOR).page
    page.goto(f"{site.url}/people/")
    page.get_by_role("link", name="E-mail").click()
    expect(page).to_have_url(f"{site.url}/people/?sort=email")
    expect(page.locator("tbody tr").first).to_contain_text("administrator@example.com")
    page.get_by_role("link", name="E-mail").click()
    expect(page.locator("tbody tr").first).to_contain_text("payment_admin@example.com")
    expect(page.get_by_role("columnheader", name="E-mail")).to_have_attribute("aria-sort", "descending")


def test_a_refused_form_keeps_what_was_typed(site: Site, window: OpenWindow) -> None:
    opened = window(Role.ADMINISTRATOR)
    page = opened.page
    page.goto(f"{site.url}/people/invite/")
    page.get_by_label("E-mail").fill("auditor@example.com")
    page.get_by_label("Name").fill("Somebody")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text("There is already a person with this e-mail address.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Somebody")
    assert findings(page) == []
    opened.complaints.clear()  # the browser reports the status 422 of the page itself


def test_the_bar_of_a_selection_counts_it_and_moves_no_row(site: Site, window: OpenWindow) -> None:
    page = window(Role.PAYMENT_ADMIN).page
    page.goto(f"{site.url}/inbox/")
    boxes, bar = page.locator("tbody input[type=checkbox]"), page.locator(".bulk-bar")
    expect(bar).to_be_hidden()
    before = boxes.nth(1).bounding_box()
    for place in (0, 1):
        boxes.nth(place).check()
    expect(bar).to_be_visible()
    expect(bar.locator("[data-chosen-count]")).to_have_text("2")
    assert boxes.nth(1).bounding_box() == before
    page.locator("[data-choose-all]").check()
    expect(bar.locator("[data-chosen-count]")).to_have_text(str(boxes.count()))


def test_a_key_is_not_revoked_by_one_click(site: Site, window: OpenWindow) -> None:
    page = window(Role.ADMINISTRATOR).page
    page.goto(f"{site.url}/keys/{a_key().pk}/")
    expect(page.get_by_role("button", name="Revoke the key")).to_be_hidden()
    page.get_by_text("Revoke at once").click()
    expect(page.get_by_text("This can’t be taken back.")).to_be_visible()
    expect(page.get_by_role("button", name="Revoke the key")).to_be_visible()


def test_a_day_is_whole_at_a_desk(site: Site, window: OpenWindow) -> None:
    page = window(Role.FINANCE, width=1440).page
    day = EXAMPLES["settlement:day"](site)
    page.goto(f"{site.url}/settlement/days/{day['provider']}/{day['booked_on']}/")
    frames = page.locator(".table-frame")
    assert frames.evaluate_all("frames => frames.filter(each => each.scrollWidth > each.clientWidth).length") == 0
    assert frames.count() >= 3


A4_INSIDE_MARGINS = 703
"""186 mm in pixels of 1/96 inch: what the page margins leave."""


def test_a_day_prints_as_one_light_document_with_its_name_and_state_and_without_controls(
    site: Site, window: OpenWindow
) -> None:
    page = window(Role.FINANCE, width=A4_INSIDE_MARGINS, dark=True).page
    day = EXAMPLES["settlement:day"](site)
    page.goto(f"{site.url}/settlement/days/{day['provider']}/{day['booked_on']}/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{day['booked_on']}")
    expect(page.locator("h1 .badge")).to_be_visible()
    for hidden in ("header.side", ".acts", ".views", ".crumbs"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".layer").first).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator(".layer dt").first).to_have_css("color", "rgb(63, 70, 80)")
    assert page.evaluate("document.documentElement.scrollWidth") <= A4_INSIDE_MARGINS
    tops = page.locator(".layer").evaluate_all("layers => layers.map(each => each.getBoundingClientRect().top)")
    assert len(set(tops)) == 1, "the three layers stand side by side"


@pytest.mark.parametrize(("path", "words"), [("/nowhere/", "Not found"), ("/people/", "No permission")])
def test_error_pages_are_accessible(site: Site, window: OpenWindow, path: str, words: str) -> None:
    opened = window(Role.FINANCE)
    opened.page.goto(site.url + path)
    expect(opened.page.get_by_role("heading", level=1)).to_have_text(words)
    assert findings(opened.page) == []
    opened.complaints.clear()  # the browser reports the status of the page itself
