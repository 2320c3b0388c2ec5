"""What a list of lines adds up to: from the totals where they tell the rows apart, the same figures either way."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.staff.roles import Role
from payments.facts import LineKind
from payments.settlement.filters import LineFilters
from payments.settlement.models import LineTotal, Payout, Statement, StatementLine
from payments.settlement.querysets import (
    lines_of_day,
    lines_of_payout,
    lines_of_statement,
    totals_of_day,
    totals_of_payout,
)
from payments.settlement.selectors.day_dates import sums_of_lines, sums_of_totals
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 1)
OF_KINDS = [
    {}, {"currency": "krw"}, {"currency": "USD"}, {"payout": "pay-1"}, {"payout": "pay-1", "part": "net"},
    *({"part": part} for part in ("gross", "refunds", "chargebacks", "net", "transactions")),
    *({"part": f"kind-{kind.value}"} for kind in LineKind),
]  # fmt: skip
OF_LINES = [
    {"part": "fees"}, {"part": "vat"}, {"part": "other"}, {"q": "p1"}, {"match": "matched"}, {"sold": "2026-07-01"},
    {"paid": "2026-07-03", "part": "gross"},
]  # fmt: skip


def posted(count: int) -> Statement:
    """A day with every kind of line, two payouts, two currencies, and a version that is current no more."""
    merchant = Merchant()
    sales = [{"provider_key": f"p{n}", "fee": 300, "vat": 30, "payout": f"pay-{n % 2 + 1}"} for n in range(count)]
    others = [
        {"kind": kind, "amount": -17 * kind.value, "fee": kind.value, "payout": "pay-1"}
        for kind in LineKind if kind is not LineKind.SALE
    ]  # fmt: skip
    merchant.statement("s1", *sales, {"amount": 5})
    statement = merchant.statement(
        "s1", *sales, *others, {"amount": 777, "currency": "USD"}, payout={"key": "pay-1", "amount": 6_000}
    )
    merchant.statement("s2", *sales, on=date(2026, 7, 2))
    reconcile_everything(as_of=date(2026, 7, 31))
    return statement


def filtered(query: dict[str, str], lines: Any, totals: Any) -> tuple[Any, Any]:
    """The lines of a list and their totals, None where there are none."""
    filterset = LineFilters(query, queryset=lines)
    assert filterset.form.is_valid(), filterset.form.errors
    return filterset.qs, filterset.totals(totals)


@pytest.mark.parametrize("count", [2, 9])
def test_totals_say_the_same_as_the_lines_they_stand_for(count: int) -> None:
    statement = posted(count)
    payout = Payout.objects.get(payout_key="pay-1", currency="KRW")
    lists = [
        (lines_of_day(statement.provider, DAY), totals_of_day(statement.provider, DAY)),
        (lines_of_payout(payout), totals_of_payout(payout)),
        (lines_of_statement(statement), statement.totals.all()),
        *((lines_of_statement(each), each.totals.all()) for each in Statement.objects.filter(is_current=False)),
    ]
    for each in lists:
        for query in OF_KINDS:
            lines, totals = filtered(query, *each)
            assert totals is not None, query
            assert sums_of_totals(totals) == sums_of_lines(lines), query
        for query in OF_LINES:
            assert filtered(query, *each)[1] is None, query
    everything = sums_of_totals(lists[0][1])
    assert [each.line_count for each in everything] == [count + len(LineKind) - 1, 1]


@pytest.mark.parametrize("count", [2, 120])
def test_a_list_adds_up_totals_and_not_lines(client: Client, count: int) -> None:
    posted(count)
    client.force_login(person(Role.AUDITOR))
    url = reverse("settlement:day_lines", kwargs={"provider": "toss", "booked_on": "2026-07-01"})

    def added_up(query: str) -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url + query).context["sums"][0].line_count > 0
        return [each["sql"].partition('FROM "')[2].partition('"')[0] for each in asked if "SUM(" in each["sql"]]

    assert added_up("") == added_up("?part=net&currency=krw") == [LineTotal._meta.db_table]
    assert added_up("?part=fees") == [StatementLine._meta.db_table]
