"""A day of which the statement of a provider is not here yet is called incomplete, wherever it is shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from analytics.metrics.facts import FAMILIES, LINES
from analytics.rollups.services.computing import compute_dirty
from config.staff.roles import Role
from payments.methods.models import Offering, PaymentMethod, Provider
from payments.settlement.models import Statement
from tests.analytics.naive import SEOUL
from tests.analytics.test_time_to_cash import told
from tests.cast import person
from tests.payments.intake.api.asking import Machine
from tests.payments.settlement.facts import Merchant
from tests.payments.valid_rows import row

SALE: dict[str, Any] = {"fee": 100, "paid": date(2026, 7, 6)}
WHOLE = {"first_on": "2026-07-01", "last_on": "2026-07-03"}
METRICS = ("payment_cost", "time_to_cash")
NOT_HERE = "Statements that are not here yet, or lack a part, and so are not all counted: slow ({days})."
LATE = NOT_HERE.format(days="2026-07-02 – 2026-07-03")


@pytest.fixture
def slow(db: None) -> Iterator[Merchant]:
    """On Saturday the statements of three days of one provider are here, and of another that of Wednesday alone."""
    with time_machine.travel(datetime(2026, 7, 4, 12, tzinfo=SEOUL), tick=False):
        quick, slow = Merchant(), Merchant(code="slow")
        for day in (1, 2, 3):
            _told(quick, day)
        _told(slow, 1)
        yield slow


def _told(merchant: Merchant, day: int) -> None:
    told(merchant, f"{merchant.provider.code}-{day}", *[SALE] * 40, on=date(2026, 7, day))
    compute_dirty(families=[each for each in FAMILIES if LINES in each.facts])


def complete(code: str, **query: str) -> tuple[bool, list[bool], dict[str, bool]]:
    """What the API says of the whole, of each day and of each provider."""
    answered = Machine("metrics:read").get(f"metrics/{code}", WHOLE | {"split": "provider"} | query).json()
    return (
        answered["whole"]["is_complete"],
        [each["is_complete"] for each in answered["steps"]],
        {each["values"][0]: each["is_complete"] for each in answered["parts"]},
    )


@pytest.mark.parametrize("code", METRICS)
def test_the_days_and_the_provider_are_not_complete_until_the_statement_comes(slow: Merchant, code: str) -> None:
    assert complete(code) == (False, [True, False, False], {"slow": False, "toss": True})
    assert complete(code, step="week")[1] == [False]
    assert complete(code, provider="toss") == (True, [True, True, True], {"toss": True})
    assert complete(code, provider="slow") == (False, [True, False, False], {"slow": False})
    assert complete(code, first_on="2026-07-01", last_on="2026-07-01")[0]
    _told(slow, 2)
    assert complete(code) == (False, [True, True, False], {"slow": False, "toss": True})
    _told(slow, 3)
    assert complete(code) == (True, [True, True, True], {"slow": True, "toss": True})


def test_a_provider_is_not_waited_for_where_it_pays_nothing_of_what_is_asked(slow: Merchant) -> None:
    card = row(PaymentMethod, code="card")
    row(Offering, provider=Provider.objects.get(code="toss"), method=card)
    assert complete("payment_cost", method="card")[0]
    row(Offering, provider=slow.provider, method=card)
    assert not complete("payment_cost", method="card")[0]
    slow.provider.payout_schedules.update(currency="JPY")
    assert complete("payment_cost")[0]
    assert not complete("time_to_cash")[0]


@pytest.fixture
def reader(slow: Merchant) -> Client:
    """Somebody of finance."""
    client = Client()
    client.force_login(person(Role.FINANCE))
    return client


@pytest.mark.parametrize("code", METRICS)
def test_page_and_file_say_it_too(reader: Client, slow: Merchant, code: str) -> None:
    address, query = f"/insights/metrics/{code}/", WHOLE | {"split": "provider"}
    page = reader.get(address, query)
    assert LATE in page.content.decode()
    by_provider, by_day = page.context["charts"]
    assert page.context["reading"].endswith("That is not complete yet.")
    assert by_day.reading.endswith("That is not complete yet.")
    assert [each.cells[0] for each in by_day.rows] == [
        "2026-07-01", "2026-07-02 · not complete", "2026-07-03 · not complete",
    ]  # fmt: skip
    assert {each.cells[0] for each in by_provider.rows} == {"toss", "slow · not complete"}
    assert by_day.figure["data"][-1]["line"]["dash"] == "dot"
    file = reader.get(address, query | {"format": "csv"}).content.decode().removeprefix("\ufeff")
    marks = [(each["at"], each["provider"], each["is_complete"]) for each in csv.DictReader(io.StringIO(file))]
    assert marks == [
        ("", "", "False"), ("2026-07-01", "", "True"), ("2026-07-02", "", "False"), ("2026-07-03", "", "False"),
        ("", "slow", "False"), ("", "toss", "True"),
    ]  # fmt: skip
    _told(slow, 2)
    _told(slow, 3)
    text = reader.get(address, query).content.decode()
    assert "not here yet" not in text
    assert "not complete" not in text


@pytest.mark.parametrize("has_schedule", [True, False])
def test_the_days_of_a_statement_that_lacks_a_part_are_not_complete(slow: Merchant, *, has_schedule: bool) -> None:
    _told(slow, 2)
    _told(slow, 3)
    if not has_schedule:
        slow.provider.payout_schedules.all().delete()
    assert complete("payment_cost") == (True, [True, True, True], {"slow": True, "toss": True})
    Statement.objects.filter(statement_key="slow-2").update(part=1, part_count=2)
    lacking = (False, [True, False, True], {"slow": False, "toss": True})
    assert complete("payment_cost") == lacking
    assert complete("payment_cost", currency="JPY")[0]
    client = Client()
    client.force_login(person(Role.FINANCE))
    page = client.get("/insights/comparison/", WHOLE).content.decode()
    assert NOT_HERE.format(days="2026-07-02") in page
    Statement.objects.filter(statement_key="slow-2").update(part_count=1)
    assert complete("payment_cost")[0]


@pytest.mark.parametrize(
    ("page", "charts"),
    [("comparison", {"providers", "places", "payment-cost-by-provider", "payment-cost-alike",
                     "time-to-cash-by-provider"}),
     ("times", {"time-to-cash-spread", "time-to-cash-by-provider"})],
)  # fmt: skip
def test_the_charts_of_the_pages_name_who_is_late(reader: Client, page: str, charts: set[str]) -> None:
    found = reader.get(f"/insights/{page}/", WHOLE).context["charts"]
    assert {each.code for each in found if LATE in each.note} == charts
    for each in found:
        slow = [line for line in each.rows if any(cell.startswith("slow") for cell in line.cells)]
        if each.code in charts and slow:
            assert any("not complete" in cell for line in slow for cell in line.cells), each.code
