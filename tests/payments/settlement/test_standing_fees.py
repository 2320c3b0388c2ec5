"""The audit of fees that belong to no payment: transfers, months, and what nobody agreed to."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from payments.facts import LineKind
from payments.methods.models import FeeContract
from payments.settlement.models import Break
from payments.settlement.selectors import snapshot
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 9, 30)


def agree(merchant: Merchant, **terms: Any) -> FeeContract:
    """A contract of all methods."""
    defaults: dict[str, Any] = {"currency": "KRW", "effective_from": date(2020, 1, 1)}
    return FeeContract.objects.create(provider=merchant.provider, **(defaults | terms))


def charge(amount: int, **row: Any) -> dict[str, Any]:
    """A line of a fee that names no payment."""
    return {"kind": LineKind.FEE, "amount": 0, "fee": amount} | row


def pays(merchant: Merchant, key: str, *rows: dict[str, Any], on: date = date(2026, 7, 1), less: int = 0) -> None:
    """A statement that pays a sale of 10 000 and some rows, and states the payout, `less` something unsaid."""
    lines = [{"provider_key": f"{key}-sale", "amount": 10_000, "payout": key}, *({"payout": key} | row for row in rows)]
    net = sum(row["amount"] - row.get("fee", 0) - row.get("vat", 0) for row in lines) - less
    payout = {"kind": LineKind.PAYOUT, "amount": -net, "payout": key}
    merchant.statement(key, *lines, payout, on=on, payout={"key": key, "amount": net, "on": on})


def daily(merchant: Merchant, first: date, last: date, **fees: list[dict[str, Any]]) -> None:
    """A statement every third day without payouts; `fees` gives rows by day, as in d0701."""
    day = first
    while day <= last:
        rows = fees.get(f"d{day:%m%d}", [])
        merchant.statement(f"s{day}", {"kind": LineKind.RESERVE_HOLD, "amount": -1}, *rows, on=day)
        day += timedelta(days=3)


def found(as_of: date = AS_OF) -> list[tuple[str, int | None, int | None]]:
    """Natural key, expected and found of the fee breaks nobody has closed."""
    reconcile_everything(as_of=as_of)
    rows = Break.objects.filter(kind="fee").exclude(state="resolved").order_by("natural_key")
    return [(row.natural_key, row.expected, row.found) for row in rows]


@pytest.mark.parametrize(
    ("rows", "breaks"),
    [
        ([charge(200, vat=20)], []),
        ([charge(220)], []),
        ([charge(200), {"kind": LineKind.TAX, "amount": -20}], []),
        ([charge(250, vat=25)], [("transfer_fee/toss/p1/KRW", 220, 275)]),
        ([charge(180, vat=18)], [("transfer_fee/toss/p1/KRW", 220, 198)]),
        ([charge(200, vat=21)], [("transfer_fee/toss/p1/KRW", 220, 221)]),
        ([charge(200)], [("transfer_fee/toss/p1/KRW", 220, 200)]),
        ([charge(200), {"kind": LineKind.TAX, "amount": -500}], [("transfer_fee/toss/p1/KRW", 220, 200)]),
        ([], [("transfer_fee/toss/p1/KRW", 220, 0)]),
        (
            [charge(200, vat=20, line_key="a"), charge(200, vat=20, line_key="b")],
            [("other_fee/toss/p1/b/KRW", 0, 220)],
        ),
        ([charge(200, vat=20), charge(200, vat=20), charge(-200, vat=-20)], []),
        ([charge(-300)], [("other_fee/toss/p1//KRW", 0, -300), ("transfer_fee/toss/p1/KRW", 220, 0)]),
    ],
)
def test_a_transfer_costs_what_the_contract_says_once(
    rows: list[dict[str, Any]], breaks: list[tuple[str, int, int]]
) -> None:
    merchant = Merchant()
    agree(merchant, transfer_fee_minor=200, vat_rate_basis_points=1000)
    pays(merchant, "p1", *rows)
    assert found() == breaks


def test_a_wrong_transfer_fee_leads_to_its_line_and_payout() -> None:
    merchant = Merchant()
    agree(merchant, transfer_fee_minor=200)
    pays(merchant, "p1", charge(275, line_key="fee-1"))
    reconcile_everything(as_of=AS_OF)
    row = Break.objects.select_related("line", "payout").get(kind="fee")
    assert row.line is not None
    assert row.payout is not None
    assert (row.line.line_key, row.payout.payout_key, row.reference) == ("fee-1", "p1", "p1")
    assert (row.layer, row.amount_at_risk, row.booked_on) == ("settlement", 75, date(2026, 7, 1))


def test_a_fee_kept_from_the_payout_itself_is_told_once_as_its_residual() -> None:
    merchant = Merchant()
    agree(merchant, transfer_fee_minor=200)
    pays(merchant, "p1", less=200)
    assert found() == []
    assert Break.objects.get(kind="residual").amount_at_risk == 200


def test_a_missing_transfer_fee_is_no_break_before_the_bank_is_due() -> None:
    merchant = Merchant()
    agree(merchant, transfer_fee_minor=200)
    pays(merchant, "p1")
    assert found(date(2026, 7, 2)) == []
    assert found(date(2026, 7, 3)) == [("transfer_fee/toss/p1/KRW", 200, 0)]
    assert found(date(2026, 7, 2)) == []


def test_a_fee_in_another_statement_of_the_same_payout_is_found() -> None:
    merchant = Merchant()
    agree(merchant, transfer_fee_minor=200)
    pays(merchant, "p1", on=date(2026, 7, 31))
    assert found() == [("transfer_fee/toss/p1/KRW", 200, 0)]
    merchant.statement("late", charge(200, payout="p1"), on=date(2026, 8, 2))
    assert found() == []


def test_a_corrected_statement_takes_its_wrong_fee_along() -> None:
    merchant = Merchant()
    agree(merchant, transfer_fee_minor=200)
    pays(merchant, "p1", charge(300))
    assert found() == [("transfer_fee/toss/p1/KRW", 200, 300)]
    pays(merchant, "p1", charge(200))
    assert found() == []


def test_each_of_two_payouts_in_a_month_has_its_own_fee() -> None:
    merchant = Merchant()
    agree(merchant, transfer_fee_minor=200)
    pays(merchant, "p1", charge(200))
    pays(merchant, "p2", on=date(2026, 7, 8))
    assert found() == [("transfer_fee/toss/p2/KRW", 200, 0)]


def test_a_negative_payout_need_not_cost_anything_and_may() -> None:
    merchant = Merchant()
    agree(merchant, transfer_fee_minor=200)
    pays(merchant, "p1", {"kind": LineKind.RESERVE_HOLD, "amount": -12_000})
    pays(merchant, "p2", {"kind": LineKind.RESERVE_HOLD, "amount": -12_000}, charge(200))
    assert found() == []


def test_fees_nobody_agreed_to_are_breaks_and_without_a_contract_nothing_is() -> None:
    merchant = Merchant()
    pays(merchant, "p1", charge(300, line_key="x"))
    assert found() == []
    contract = agree(merchant)
    assert found() == [("other_fee/toss/p1/x/KRW", 0, 300)]
    contract.delete()
    assert found() == []


def test_a_fee_that_names_a_payment_is_no_standing_fee() -> None:
    merchant = Merchant()
    agree(merchant)
    pays(merchant, "p1", charge(300, reference="order-1"))
    assert found() == []


def test_every_month_within_the_contract_costs_its_fee_once() -> None:
    merchant = Merchant()
    agree(merchant, monthly_fee_minor=5_000, effective_from=date(2026, 6, 1))
    fees = {
        "d0610": [charge(5_000, line_key="june")],
        "d0701": [charge(5_400, line_key="july")],
        "d0803": [charge(5_000, line_key="august"), charge(5_000, line_key="august-again")],
    }
    daily(merchant, date(2026, 5, 20), date(2026, 10, 10), d0906=[], **fees)
    assert found(date(2026, 10, 31)) == [
        ("monthly_fee/toss/2026-07/KRW", 5_000, 5_400),
        ("monthly_fee/toss/2026-09/KRW", 5_000, 0),
        ("other_fee/toss/s2026-08-03/august-again/KRW", 0, 5_000),
    ]
    missing = Break.objects.get(natural_key="monthly_fee/toss/2026-09/KRW")
    assert (missing.booked_on, missing.reference, missing.amount_at_risk) == (date(2026, 9, 29), "2026-09", 5_000)


def test_a_month_is_not_missed_before_its_last_payout_is_due() -> None:
    merchant = Merchant()
    agree(merchant, monthly_fee_minor=5_000)
    daily(merchant, date(2026, 6, 1), date(2026, 8, 10))
    assert found(date(2026, 8, 4)) == []
    assert found(date(2026, 8, 5)) == [("monthly_fee/toss/2026-07/KRW", 5_000, 0)]


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 7, 1), date(2026, 8, 10)), (date(2026, 6, 1), date(2026, 7, 31))],
    ids=["nothing before it", "nothing after it"],
)
def test_a_month_imported_in_part_is_not_judged(first: date, last: date) -> None:
    merchant = Merchant()
    agree(merchant, monthly_fee_minor=5_000)
    daily(merchant, first, last)
    assert [row for row in found() if "2026-07" in row[0]] == []


def test_a_hole_in_a_month_leaves_it_unjudged_until_it_is_filled() -> None:
    merchant = Merchant()
    agree(merchant, monthly_fee_minor=5_000)
    daily(merchant, date(2026, 6, 25), date(2026, 7, 8))
    daily(merchant, date(2026, 7, 22), date(2026, 8, 10))
    assert found() == []
    daily(merchant, date(2026, 7, 10), date(2026, 7, 20))
    assert found() == [("monthly_fee/toss/2026-07/KRW", 5_000, 0)]
    merchant.statement("filled", charge(5_000), on=date(2026, 7, 15))
    assert found() == []


def test_part_of_a_month_may_cost_less_and_never_more() -> None:
    merchant = Merchant()
    agree(merchant, monthly_fee_minor=5_000, effective_from=date(2026, 7, 15))
    daily(merchant, date(2026, 6, 1), date(2026, 9, 10), d0731=[charge(2_600)], d0830=[charge(5_001)])
    assert found() == [("monthly_fee/toss/2026-08/KRW", 5_000, 5_001)]


def test_the_last_month_may_be_charged_in_the_next_one_at_the_old_price() -> None:
    merchant = Merchant()
    agree(merchant, monthly_fee_minor=5_000, effective_to=date(2026, 8, 1))
    agree(merchant, monthly_fee_minor=6_000, effective_from=date(2026, 8, 1))
    fees = {"d0701": [charge(5_000)], "d0803": [charge(5_000)], "d0902": [charge(6_000)]}
    daily(merchant, date(2026, 6, 1), date(2026, 9, 10), **fees)
    assert found() == []


def test_transfer_and_monthly_fees_are_told_apart_by_their_amounts() -> None:
    merchant = Merchant()
    agree(merchant, transfer_fee_minor=200, monthly_fee_minor=5_000)
    daily(merchant, date(2026, 6, 1), date(2026, 8, 10))
    pays(merchant, "p1", charge(4_900, line_key="m"), charge(210, line_key="t"))
    assert found() == [
        ("monthly_fee/toss/2026-07/KRW", 5_000, 4_900),
        ("transfer_fee/toss/p1/KRW", 200, 210),
    ]


def three_months(merchant: Merchant) -> list[Callable[[], object]]:
    """What a provider sends from the end of May to September, one call a file."""
    days = [date(2026, 5, 29) + timedelta(days=3 * place) for place in range(32)]
    fees = {"d0610": [charge(5_000)], "d0812": [charge(700, line_key="x")]}
    return [
        *(partial(daily, merchant, day, day, **fees) for day in days),
        partial(pays, merchant, "p1", charge(200)),
        partial(pays, merchant, "p2", on=date(2026, 7, 30)),
        partial(merchant.statement, "p2-rest", charge(260, payout="p2"), on=date(2026, 8, 2)),
        partial(pays, merchant, "p3", charge(200), charge(200, line_key="again"), on=date(2026, 6, 29)),
    ]


def test_the_order_of_arrival_and_of_runs_does_not_matter() -> None:
    """Statements of three months in any order, judged in between, end in the same breaks as all at once."""
    results = []
    for seed in range(4):
        point = transaction.savepoint()
        merchant = Merchant()
        agree(merchant, transfer_fee_minor=200, monthly_fee_minor=5_000, payout_threshold_minor=9_900)
        posts = three_months(merchant)
        generator = random.Random(seed)
        if seed:
            generator.shuffle(posts)
        for post in posts:
            post()
            if seed and generator.random() < 0.3:
                reconcile_everything(as_of=generator.choice((AS_OF, date(2026, 7, 20))))
        reconcile_everything(as_of=AS_OF)
        results.append([(row.natural_key, row.amount_at_risk) for row in snapshot.take().breaks])
        transaction.savepoint_rollback(point)
    assert {key.split("/")[0] for key, _ in results[0]} >= {"transfer_fee", "monthly_fee", "other_fee", "threshold"}
    assert all(result == results[0] for result in results)


def test_a_day_that_changes_nothing_judges_no_month() -> None:
    merchant = Merchant()
    agree(merchant, transfer_fee_minor=200, monthly_fee_minor=5_000)
    pays(merchant, "p1")
    reconcile_everything(as_of=AS_OF)
    merchant.movements({"key": "m1"})
    with CaptureQueriesContext(connection) as queries:
        reconcile_everything(as_of=AS_OF)
    assert not any("standing_line" in query["sql"] and "CREATE" in query["sql"] for query in queries)
    pays(merchant, "p2", on=date(2026, 8, 3))
    with CaptureQueriesContext(connection) as queries:
        reconcile_everything(as_of=AS_OF)
    assert any("standing_line" in query["sql"] and "CREATE" in query["sql"] for query in queries)
