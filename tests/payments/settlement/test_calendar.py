"""The calendar: what each day of each provider is worth, told apart by status, in six questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.staff.roles import Role
from payments.methods.models import Provider
from payments.money import Money
from payments.settlement.selectors.calendar import Cell, Month, month
from payments.settlement.selectors.day_layers import Risk
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
JULY = date(2026, 7, 1)


def cell(found: Month, day: int, provider: str = "toss") -> Cell:
    return next(each for each in found.rows[day - 1].cells if each.provider_code == provider)


def test_each_status_of_a_day_is_told_apart() -> None:
    merchant = Merchant()
    merchant.movements(
        {"key": "m1", "provider_key": "p1"},
        {"key": "lost", "on": date(2026, 7, 7), "amount": 70},
        {"key": "soon", "on": date(2026, 7, 14), "amount": 5},
    )
    merchant.statement("s1", {"provider_key": "p1"}, on=JULY)
    merchant.statement("s2", {"provider_key": "p2", "amount": 300}, on=date(2026, 7, 3))
    reconcile_everything(as_of=date(2026, 7, 15))
    merchant.statement("s3", {"provider_key": "p3"}, on=date(2026, 7, 15))

    found = month(JULY, date(2026, 7, 15))

    assert [cell(found, day).status for day in (1, 3, 7, 14, 15, 20)] == [
        "ready",
        "open",
        "missing",
        "awaited",
        "reading",
        "nothing",
    ]
    assert cell(found, 3).nets == (Money(300, "KRW"),)
    assert cell(found, 3).risks == (Risk("KRW", 300, 1),)
    assert cell(found, 7).risks == (Risk("KRW", 70, 1),)
    assert found.columns[0].risks == (Risk("KRW", 370, 2),)
    assert found.columns[0].nets == (Money(20_300, "KRW"),)
    assert [row.day.day for row in found.rows if row.is_today] == [15]


def test_bank_holidays_are_those_of_the_providers_country() -> None:
    Merchant(code="korea")
    Merchant(code="japan", currency="JPY", zone="Asia/Tokyo", country="JP")

    found = month(JULY, JULY)

    assert (cell(found, 17, "korea").is_bank_open, cell(found, 17, "japan").is_bank_open) == (False, True)
    assert (cell(found, 20, "korea").is_bank_open, cell(found, 20, "japan").is_bank_open) == (True, False)


def test_currencies_stay_apart_and_the_column_names_the_only_one() -> None:
    single, several = Merchant(code="single"), Merchant(code="several")
    single.statement("s1", {"amount": 5})
    several.statement("s1", {"amount": 7}, {"amount": 9, "currency": "USD"})
    reconcile_everything(as_of=date(2026, 7, 1))

    found = month(JULY, JULY)

    assert cell(found, 1, "several").nets == (Money(7, "KRW"), Money(9, "USD"))
    assert [column.currency for column in found.columns] == ["", "KRW"]


def test_a_disabled_provider_stays_as_long_as_it_has_something_in_the_month() -> None:
    merchant = Merchant()
    merchant.statement("s1", {"amount": 5})
    Provider.objects.update(is_enabled=False)

    assert [column.provider_code for column in month(JULY, JULY).columns] == ["toss"]
    assert month(date(2026, 8, 1), JULY).columns == ()


@pytest.mark.parametrize("count", [3, 30])
def test_a_month_is_six_questions(count: int, django_assert_num_queries: Callable[..., Any]) -> None:
    for place in range(2):
        merchant = Merchant(code=f"provider-{place}")
        for day in range(1, count + 1):
            merchant.statement(f"s{day}", {"provider_key": f"p{day}"}, on=date(2026, 7, day))
    reconcile_everything(as_of=date(2026, 8, 14))

    with django_assert_num_queries(6):
        found = month(JULY, JULY)

    assert sum(1 for row in found.rows for each in row.cells if each.status == "open") == 2 * count


def test_the_month_is_in_the_address(client: Client) -> None:
    Merchant()
    client.force_login(person(Role.AUDITOR))
    address = reverse("settlement:calendar")

    page = client.get(f"{address}?month=2026-07")
    assert page.context["month"].first == JULY
    text = page.content.decode()
    assert 'href="?month=2026-06"' in text
    assert 'href="?month=2026-08"' in text
    today = page.context["today"]
    for unusable in ("", "?month=2026-13", "?month=july", "?month=0001-01"):
        assert client.get(f"{address}{unusable}").context["month"].first == today.replace(day=1)


def test_the_risk_of_a_month_opens_the_breaks_of_that_month_and_no_others(client: Client) -> None:
    merchant = Merchant()
    for number, day in enumerate((date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 31))):
        merchant.statement(f"s{number}", {"provider_key": f"p{number}", "amount": 100}, on=day)
    reconcile_everything(as_of=date(2026, 8, 31))
    client.force_login(person(Role.AUDITOR))

    page = client.get(f"{reverse('settlement:calendar')}?month=2026-07")
    (risk,) = page.context["month"].columns[0].risks
    address = "/settlement/breaks/?provider=toss&amp;day_from=2026-07-01&amp;day_to=2026-07-31&amp;currency=KRW"
    assert f'href="{address}"' in page.content.decode()
    opened = client.get(address.replace("&amp;", "&")).context["risks"]
    assert (risk.at_risk, risk.count) == (opened[0].at_risk, opened[0].count) == (200, 2)


def test_without_a_provider_the_page_says_what_makes_the_first_row(client: Client) -> None:
    client.force_login(person(Role.AUDITOR))

    assert "No provider yet" in client.get(reverse("settlement:calendar")).content.decode()
