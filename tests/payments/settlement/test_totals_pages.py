"""The pages say in words what a total was compared with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from config.staff.roles import Role
from payments.settlement.models import Break, StatementLine
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.facts import Merchant
from tests.payments.settlement.test_payment_panel import captured
from tests.payments.settlement.test_totals import sales, total

pytestmark = pytest.mark.django_db
PAID_ON = date(2026, 7, 6)


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(person(Role.AUDITOR))
    return client


def settled(*amounts: int, stated: tuple[int, int]) -> StatementLine:
    merchant = Merchant()
    merchant.movements(*sales(*amounts))
    merchant.statement("s1", total(*stated), on=PAID_ON)
    reconcile_everything(as_of=date(2026, 7, 31))
    return StatementLine.objects.get()


def text_of(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_the_page_of_a_total_shows_both_sides_and_our_movements(reader: Client) -> None:
    line = settled(10_000, 20_000, stated=(2, 30_000))
    page = text_of(reader, f"/settlement/lines/{line.pk}/")

    assert "Compared as one total" in page
    assert "Number and sum are equal: 2 movements are settled by it, provisional until sign-off." in page
    assert "<code>m0</code>" in page
    assert "<code>m1</code>" in page
    assert "Matched" in page
    assert "Our ledger knows no movement" not in page


def test_the_page_of_a_break_says_what_was_compared(reader: Client) -> None:
    settled(10_000, 20_000, stated=(3, 60_000))
    broken = Break.objects.get()
    page = text_of(reader, f"/settlement/breaks/{broken.pk}/")

    assert "Number or sum of a total of the statement are not those of our movements." in page
    assert "Statement less our ledger" in page
    assert "Both sides" not in page


def test_the_page_of_a_day_says_how_many_transactions_its_totals_add_up(reader: Client) -> None:
    settled(10_000, 20_000, stated=(3, 60_000))
    page = text_of(reader, f"/settlement/days/toss/{PAID_ON}/")

    assert "<dt>Transactions that its totals add up</dt><dd>3</dd>" in page
    assert "<dt>Of our ledger in these totals</dt><dd>2</dd>" in page


def test_a_total_that_waits_for_reconciliation_says_so(reader: Client) -> None:
    Merchant().statement("s1", total(1, 10_000), on=PAID_ON)
    page = text_of(reader, f"/settlement/lines/{StatementLine.objects.get().pk}/")
    assert "This total was not compared with our ledger yet." in page


@pytest.mark.parametrize(("stated", "state", "other"), [(30_000, "matched", "differs"), (60_000, "differs", "matched")])
def test_the_list_of_lines_tells_totals_by_their_state(reader: Client, stated: int, state: str, other: str) -> None:
    line = settled(10_000, 20_000, stated=(2, stated))
    address = f"/settlement/statements/{line.statement_id}/lines/"

    assert "card × 2" in text_of(reader, f"{address}?match={state}")
    assert "card × 2" in text_of(reader, f"{address}?match=paired")
    assert "card × 2" not in text_of(reader, f"{address}?match={other}")


@pytest.mark.parametrize(("count", "hidden"), [(2, False), (60, True)])
def test_the_page_of_a_total_asks_a_fixed_number_of_questions(
    count: int, hidden: bool, reader: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    amounts = range(1_000, 1_000 + count)
    line = settled(*amounts, stated=(count, sum(amounts)))
    reader.get("/settlement/breaks/")
    with django_assert_num_queries(9):
        page = text_of(reader, f"/settlement/lines/{line.pk}/")
    assert ("10 more are not shown." in page) is hidden


def test_the_page_of_a_payment_names_the_total_it_is_one_of(reader: Client) -> None:
    merchant = Merchant()
    captured("A-1", "tx-1", 10_000)
    merchant.statement("s1", total(1, 10_000, method=""), on=PAID_ON)
    reconcile_everything(as_of=date(2026, 7, 31))
    page = text_of(reader, "/payments/A-1/")

    assert "One of a total" in page
    assert "waits for a statement line" not in page
