"""The review queue under hands that never leave the keyboard, and the few things its keys must not do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from config.staff.roles import Role
from fraud.review.models import Case, CaseState, Decision, DecisionState, Verdict
from tests.browser.casework import plain_cases
from tests.browser.conftest import Site, Window
from tests.browser.pages import set_screen
from tests.browser.test_accessibility import findings

pytestmark = pytest.mark.browser

OpenWindow = Callable[..., Window]
CASES = 30
CASE_PAGE = re.compile(r"/fraud/cases/\d+/$")


@pytest.fixture(autouse=True)
def _in_english_with_an_empty_queue(site: Site) -> Iterator[None]:
    for person in site.cast.values():
        set_screen(person, "en")
    _close_all()
    yield
    _close_all()


def _close_all() -> None:
    now = timezone.now()
    Decision.objects.filter(state__in=[1, 2]).update(state=DecisionState.DONE, settled_at=now)
    Case.objects.exclude(state=CaseState.CLOSED).update(
        state=CaseState.CLOSED, closed_at=now, claimed_by=None, claimed_until=None, wakes_at=None
    )


def test_thirty_cases_are_cleared_without_the_mouse(site: Site, window: OpenWindow) -> None:
    made = plain_cases(CASES, "thirty")
    page = window(Role.FRAUD_ANALYST).page
    page.goto(f"{site.url}/fraud/")
    page.keyboard.press("n")
    for number, case in enumerate(made):
        _arrives(page, f"{site.url}/fraud/cases/{case.pk}/")
        page.keyboard.press("r" if number % 3 == 0 else "a")
        page.keyboard.press("2")
        page.keyboard.press("Enter")
    expect(page.get_by_text("No case waits")).to_be_visible()

    kept = Decision.objects.filter(case__in=made).order_by("pk").values_list("case", "verdict", "reason_code")
    assert list(kept) == [
        (case.pk, Verdict.REJECT, "account_takeover")
        if number % 3 == 0
        else (case.pk, Verdict.APPROVE, "customer_confirmed")
        for number, case in enumerate(made)
    ]


def test_the_last_decision_is_taken_back_by_one_key(site: Site, window: OpenWindow) -> None:
    first, then = plain_cases(2, "undone")
    page = _first_case(site, window)
    _decide(page)
    _arrives(page, f"{site.url}/fraud/cases/{then.pk}/")
    expect(page.locator(".undo-bar")).to_contain_text("Approved: undone-1.")
    page.keyboard.press("u")
    _arrives(page, f"{site.url}/fraud/cases/{first.pk}/")
    expect(page.locator(".undo-bar")).to_have_count(0)
    assert Decision.objects.get(case=first).state == DecisionState.UNDONE


def test_the_bar_goes_when_there_is_nothing_to_take_back(site: Site, window: OpenWindow) -> None:
    plain_cases(2, "gone")
    page = window(Role.FRAUD_ANALYST).page
    page.clock.install()
    page.goto(f"{site.url}/fraud/")
    page.keyboard.press("n")
    _arrives(page, CASE_PAGE)
    _decide(page)
    expect(page.locator(".undo-bar")).to_be_visible()
    page.clock.fast_forward(11_000)
    expect(page.locator(".undo-bar")).to_have_count(0)


def test_put_off_escalate_and_leave_aside_by_key(site: Site, window: OpenWindow) -> None:
    snoozed, escalated, left, last = plain_cases(4, "acts")
    page = _first_case(site, window)
    page.keyboard.press("h")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    _arrives(page, f"{site.url}/fraud/cases/{escalated.pk}/")
    page.keyboard.press("e")
    page.keyboard.type("narj u?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    _arrives(page, f"{site.url}/fraud/cases/{left.pk}/")
    page.keyboard.press("n")
    _arrives(page, f"{site.url}/fraud/cases/{last.pk}/")
    for case in (snoozed, escalated, left):
        case.refresh_from_db()
    assert snoozed.state == CaseState.SNOOZED
    assert escalated.queue == 2
    assert escalated.events.get(verb="escalated").note == "narj u?"
    assert left.claimed_by is None


def test_down_and_up_and_into_a_case(site: Site, window: OpenWindow) -> None:
    plain_cases(3, "rows")
    page = window(Role.FRAUD_ANALYST).page
    page.goto(f"{site.url}/fraud/")
    for key, name in (("j", "rows-1"), ("j", "rows-2"), ("j", "rows-3"), ("j", "rows-3"), ("k", "rows-2")):
        page.keyboard.press(key)
        expect(page.get_by_role("button", name=name)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("rows-2")
    expect(page.get_by_text("In your hands until")).to_be_visible()


def test_keys_are_no_keys_while_somebody_writes_or_composes(site: Site, window: OpenWindow) -> None:
    plain_cases(1, "write")
    page = _first_case(site, window)
    page.get_by_text("Write a note").click()
    page.locator("#note_note").focus()
    page.keyboard.type("arhenjku?12")
    expect(page.locator("#note_note")).to_have_value("arhenjku?12")
    expect(page.locator("details[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("details[open]")).to_have_count(0)
    for how in ("isComposing: true", "ctrlKey: true", "metaKey: true", "altKey: true", "repeat: true"):
        _press(page, f"key: 'a', code: 'KeyA', {how}")
    expect(page.locator("details[open]")).to_have_count(0)
    # The letter that a Korean layout has there opens the same.
    _press(page, "key: 'ㅁ', code: 'KeyA'")
    expect(page.locator("details.approve[open]")).to_have_count(1)


def test_one_switch_turns_the_keys_off(site: Site, window: OpenWindow) -> None:
    plain_cases(1, "off")
    page = _first_case(site, window)
    page.keyboard.press("?")
    switch = page.get_by_label("Keys are on in this browser")
    expect(switch).to_be_focused()
    assert findings(page) == []
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator("details[open]")).to_have_count(0)
    page.reload()
    page.keyboard.press("a")
    expect(page.locator("details[open]")).to_have_count(0)
    expect(page.locator("kbd").first).to_be_hidden()
    page.locator("details.keys > summary").click()
    switch.check()
    page.keyboard.press("a")
    expect(page.locator("details.approve[open]")).to_have_count(1)


def test_an_open_form_is_accessible_in_both_themes_and_fits_a_telephone(site: Site, window: OpenWindow) -> None:
    plain_cases(1, "axe")
    page = _first_case(site, window)
    page.keyboard.press("r")
    page.keyboard.press("1")
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
        assert findings(page) == [], theme
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_case_is_decided_without_script(site: Site, window: OpenWindow) -> None:
    (case,) = plain_cases(1, "plain")
    page = window(Role.FRAUD_ANALYST, script=False).page
    page.goto(f"{site.url}/fraud/")
    page.get_by_role("button", name="Next case").click()
    page.locator("summary", has_text="Approve").click()
    page.get_by_label("The customer confirmed it").check()
    page.get_by_role("button", name="Approve all payments").click()
    expect(page.get_by_text("No case waits")).to_be_visible()
    assert Decision.objects.get(case=case).reason_code == "customer_confirmed"
    page.get_by_role("button", name="Undo").click()
    _arrives(page, f"{site.url}/fraud/cases/{case.pk}/")


def test_a_lead_decides_many_at_once(site: Site, window: OpenWindow) -> None:
    made = plain_cases(3, "many")
    page = window(Role.FRAUD_LEAD).page
    page.goto(f"{site.url}/fraud/")
    expect(page.locator(".bulk-bar")).to_be_hidden()
    page.locator("[data-choose-all]").check()
    expect(page.locator("[data-chosen-count]")).to_have_text("3")
    page.locator(".bulk-bar select").select_option("2:card_testing")
    assert findings(page) == []
    page.get_by_role("button", name="Decide all of these").click()
    expect(page.get_by_text("3 cases are decided.")).to_be_visible()
    assert set(Decision.objects.filter(case__in=made).values_list("reason_code", "is_in_bulk")) == {
        ("card_testing", True)
    }


def _first_case(site: Site, window: OpenWindow) -> Page:
    page = window(Role.FRAUD_ANALYST).page
    page.goto(f"{site.url}/fraud/")
    page.keyboard.press("n")
    _arrives(page, CASE_PAGE)
    return page


def _arrives(page: Page, url: str | re.Pattern[str]) -> None:
    """At an address whose page listens: keys pressed after the address changes and before its script ran are lost."""
    expect(page).to_have_url(url)
    page.wait_for_load_state("domcontentloaded")


def _decide(page: Page) -> None:
    for key in ("a", "1", "Enter"):
        page.keyboard.press(key)


def _press(page: Page, how: str) -> None:
    page.evaluate(f"document.body.dispatchEvent(new KeyboardEvent('keydown', {{{how}, bubbles: true}}))")
