"""A file of a format nobody knows: dropped, described, looked at and posted, as somebody does it for the first time."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from config.staff.roles import Role
from payments.intake.models import FileImport, MappingVersion
from payments.methods.models import Provider
from payments.settlement.models import StatementLine
from payments.settlement.services import imports
from tests.browser.conftest import Site, Window
from tests.browser.pages import set_screen
from tests.browser.test_accessibility import findings

pytestmark = pytest.mark.browser

OpenWindow = Callable[..., Window]
FOUR_COLUMNS = (
    "Booking ref;When;Charged;Our cut\n"
    "T-901;03.07.2026 09:15;1.250,00;31,25\n"
    "T-902;14.07.2026 18:40;80,50;2,01\n"
    "T-903;15.07.2026 08:00;-80,50;0,00\n"
)
"""No word of it is one the proposals know for sure, and its numbers and dates are written as nowhere else on the site."""
IMPORT_PAGE = re.compile(r"/settlement/imports/\d+/$")
LONGEST_SECONDS = 180
ACT_SECONDS = 10
"""What a newcomer takes to find a field or button, read what stands beside it, and use it."""


def test_a_newcomer_imports_a_four_column_file_by_describing_it(site: Site, window: OpenWindow, tmp_path: Path) -> None:
    provider = _tidepay()
    set_screen(site.cast[Role.FINANCE], "en")
    file = tmp_path / "tidepay-july.csv"
    file.write_text(FOUR_COLUMNS, encoding="utf-8")
    page = window(Role.FINANCE).page

    began = monotonic()
    page.goto(f"{site.url}/settlement/imports/")
    page.get_by_label("Drop files here, or choose them").set_input_files(file)
    page.get_by_label("These are").select_option("statement:tidepay")
    page.get_by_role("button", name="Receive").click()
    expect(page).to_have_url(IMPORT_PAGE)
    _worker_reads()
    page.reload()

    acts = 5 + _describe(page)  # file, owner, receive, describe, post
    expect(page).to_have_url(IMPORT_PAGE)
    _worker_reads()
    page.reload()
    expect(page.get_by_text("Nothing is posted yet.")).to_be_visible()
    page.get_by_role("button", name="Post 3 lines").click()
    expect(page.get_by_text("The file is posted; reconciliation follows.")).to_be_visible()
    taken = monotonic() - began + acts * ACT_SECONDS
    assert taken < LONGEST_SECONDS, f"{acts} acts of {ACT_SECONDS} s and the pages' own time are {taken:.0f} s"

    posted = StatementLine.objects.filter(provider=provider).order_by("line_number")
    assert [(line.merchant_reference, line.gross, line.fee, line.net, str(line.occurred_at)) for line in posted] == [
        ("T-901", 125_000, 3_125, 121_875, "2026-07-03 07:15:00+00:00"),
        ("T-902", 8_050, 201, 7_849, "2026-07-14 16:40:00+00:00"),
        ("T-903", -8_050, 0, -8_050, "2026-07-15 06:00:00+00:00"),
    ]
    assert [version.number for version in MappingVersion.objects.filter(provider=provider)] == [1]


def _tidepay() -> Provider:
    told = {"name": "Tidepay", "adapter": "mapped", "zone": "Europe/Amsterdam", "country": "NL", "currencies": ["EUR"]}
    return Provider.objects.get_or_create(code="tidepay", defaults=told)[0]


def _describe(page: Page) -> int:
    """Say what the four columns are, look at the lines, and keep it; how many acts that took on its page."""
    page.get_by_role("link", name="Describe its columns").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What do its columns mean?")
    said = [
        _say(page, "Booking ref", "Our order number"),
        _say(page, "When", "Time of the transaction"),
        _say(page, "Charged", "Gross: what the buyer paid"),
        _say(page, "Our cut", "Fee, all of it"),
    ]
    expect(page.locator("#mapping-verdict")).to_contain_text("All 3 lines of the file can be read.")
    first = page.get_by_role("region", name="Its first lines, as they would be posted").locator("tbody tr").first
    expect(first).to_contain_text("1,250.00")
    expect(first).to_contain_text("1,218.75")
    assert findings(page) == []
    page.get_by_role("button", name="Keep it and read the file").click()
    return sum(said) + 2  # to look at the lines, and to keep it


def _say(page: Page, column: str, meaning: str) -> bool:
    """Choose what a column means, and wait until the page has tried it; False where that is what it proposed."""
    choice = page.get_by_label(column, exact=True)
    if choice.locator("option:checked").inner_text() == meaning:
        return False
    with page.expect_response(lambda response: response.url.endswith("/mapping/")):
        choice.select_option(label=meaning)
    expect(page.get_by_label(column, exact=True).locator("option:checked")).to_have_text(meaning)
    return True


def _worker_reads() -> None:
    imports.advance(FileImport.objects.latest("pk").pk)
