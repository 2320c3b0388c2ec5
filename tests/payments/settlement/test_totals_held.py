"""What the database holds of totals compared, that order does not matter to them, and what fees of totals are."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import Error
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.facts import LineKind
from payments.ledger.models import Movement
from payments.methods.models import FeeContract
from payments.settlement.models import (
    Break,
    ComparedLine,
    ComparedMovement,
    StatementLine,
    TotalComparison,
)
from payments.settlement.selectors import snapshot
from tests.payments.settlement.facts import Merchant
from tests.payments.settlement.test_totals import JULY, breaks, reconcile, sales, total

pytestmark = pytest.mark.django_db


def test_no_movement_is_compared_twice_nor_matched_and_compared() -> None:
    merchant = Merchant()
    merchant.movements(*sales(10_000), *sales(20_000, prefix="k", provider_key="p1"))
    merchant.statement("s1", total(1, 10_000), {"provider_key": "p1", "amount": 20_000}, on=date(2026, 7, 6))
    reconcile()
    comparison = TotalComparison.objects.get()
    free, matched = Movement.objects.get(movement_key="m0"), Movement.objects.get(movement_key="k0")
    line = StatementLine.objects.get(transaction_count=1)

    for broken in (
        lambda: ComparedMovement.objects.bulk_create([ComparedMovement(movement=free, comparison=comparison)]),
        lambda: ComparedMovement.objects.bulk_create([ComparedMovement(movement=matched, comparison=comparison)]),
        lambda: ComparedLine.objects.bulk_create([ComparedLine(line=line, comparison=comparison)]),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({}, "total_compared_once"),
        ({"method": "x", "kind": 6}, "total_is_of_movements"),
        ({"method": "x", "ledger_count": -1}, "total_counts_up"),
        ({"method": "x", "sold_on": date(2026, 6, 1)}, "total_period_in_order"),
        ({"method": "x", "currency": "eur"}, "total_currency_is_iso"),
    ],
)
def test_the_database_holds_what_a_comparison_is(changed: dict[str, Any], constraint: str) -> None:
    merchant = Merchant()
    usual = {
        "provider": merchant.provider,
        "statement": merchant.statement("s1", on=date(2026, 7, 6)),
        "kind": 1,
        "method": "card",
        "currency": "KRW",
        "sold_from": JULY,
        "sold_on": date(2026, 7, 6),
        "stated_count": 1,
        "stated_sum": 1,
        "ledger_count": 1,
        "ledger_sum": 1,
        "due_on": date(2026, 7, 7),
        "compared_at": datetime(2026, 7, 7, tzinfo=UTC),
    }
    TotalComparison.objects.create(**usual)
    with pytest.raises(Error, match=constraint), transaction.atomic():
        TotalComparison.objects.create(**{**usual, **changed})


def fees(amount: int, vat: int = 0, **more: Any) -> dict[str, Any]:
    """What the statement charges for sales."""
    charged = {
        "kind": LineKind.FEE,
        "fee": amount,
        "fee_commission": amount,
        "vat": vat,
        "line_key": "costs",
        "reference": "inv_1",
    }
    return {**total(3, 0), **charged, **more}


@pytest.mark.parametrize(
    ("charged", "vat", "expected"),
    [
        (600, 0, None),
        (602, 60, (660, 662)),
        (601, 60, None),
        (600, 60, None),
        (603, 60, (660, 663)),
        (540, 54, (660, 594)),
    ],
)
def test_fees_of_a_total_are_what_the_contract_agrees_for_all_of_it(
    charged: int, vat: int, expected: tuple[int, int] | None
) -> None:
    merchant = Merchant(fee_basis_points=Decimal("100"))
    if not vat:
        FeeContract.objects.update(vat_rate_basis_points=0)
    merchant.movements(*sales(10_000, 20_000, 30_000))
    merchant.statement("s1", total(3, 60_000), fees(charged, vat), on=date(2026, 7, 6))
    reconcile()

    found = [(each.expected, each.found) for each in Break.objects.filter(kind="fee").exclude(state="resolved")]
    assert found == ([expected] if expected else [])


def test_fees_rounded_in_sum_and_one_by_one_are_both_right() -> None:
    merchant = Merchant(fee_basis_points=Decimal("100"))
    FeeContract.objects.update(vat_rate_basis_points=0)
    merchant.movements(*sales(*[10_090] * 10))
    one_by_one, in_sum, neither = 1_000, 1_009, 1_005
    for number, fee in enumerate((one_by_one, in_sum, neither)):
        merchant.statement("s1", total(10, 100_900), fees(fee), on=date(2026, 7, 6), sequence=str(number))
        reconcile()
        breaks_of_fees = Break.objects.filter(kind="fee").exclude(state="resolved").count()
        assert breaks_of_fees == (1 if fee == neither else 0)


def test_fees_are_judged_when_the_total_is_explained_whatever_came_first() -> None:
    merchant = Merchant(fee_basis_points=Decimal("100"))
    FeeContract.objects.update(vat_rate_basis_points=0)
    merchant.statement("s1", total(3, 60_000), fees(700), on=date(2026, 7, 6))
    reconcile()
    assert [row[0] for row in breaks()] == ["amount"]
    merchant.movements(*sales(10_000, 20_000, 30_000))
    reconcile()
    assert breaks() == [("fee", "fee", 100, 600, 700)]


DAYS = [date(2026, 7, day) for day in (1, 2, 6)]
movement_rows = st.fixed_dictionaries(
    {
        "provider_key": st.sampled_from(["", "", "", "p1"]),
        "reference": st.sampled_from(["o1", "o2"]),
        "amount": st.sampled_from([10_000, 20_000]),
        "on": st.sampled_from(DAYS),
        "method": st.sampled_from(["card", "ideal"]),
    }
)
total_rows = st.builds(
    total,
    st.integers(1, 2),
    st.sampled_from([10_000, 20_000, 30_000]),
    method=st.sampled_from(["card", "ideal", ""]),
)


@st.composite
def arrivals(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """Some exports, settlements of totals (some corrected), and statements that name a movement."""
    serial = itertools.count(1)
    found: list[tuple[str, Any]] = []
    for _ in range(draw(st.integers(1, 3))):
        rows = draw(st.lists(movement_rows, min_size=1, max_size=3))
        found.append(("movements", [{**row, "key": f"m{next(serial)}"} for row in rows]))
    for number, day in enumerate((date(2026, 7, 3), date(2026, 7, 8))[: draw(st.integers(1, 2))]):
        versions = draw(st.lists(st.lists(total_rows, min_size=1, max_size=3), min_size=1, max_size=2))
        placed = [
            [{**row, "paid": day, "on": day, "line_key": f"{row['line_key']}/{n}"} for n, row in enumerate(rows)]
            for rows in versions
        ]
        found.append(("statement", (f"s{number}", day, placed)))
    if draw(st.booleans()):
        line = {"provider_key": draw(st.sampled_from(["", "p1"])), "reference": "o1", "amount": 10_000, "line_key": "x"}
        found.append(("statement", ("named", DAYS[1], [[line]])))
    return found


def state_after(facts: list[tuple[str, Any]], runs: random.Random | None) -> snapshot.Snapshot:
    point = transaction.savepoint()
    try:
        merchant = Merchant()
        for kind, what in facts:
            if kind == "movements":
                merchant.movements(*what)
            else:
                key, day, versions = what
                for number, rows in enumerate(versions):
                    merchant.statement(key, *rows, on=day, sequence=str(number))
            if runs is not None and runs.random() < 0.6:
                reconcile()
        reconcile()
        return snapshot.take()
    finally:
        transaction.savepoint_rollback(point)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(facts=arrivals(), seed=st.integers(0, 10_000))
def test_any_order_and_any_number_of_runs_end_in_the_same_state(facts: list[tuple[str, Any]], seed: int) -> None:
    shuffled = list(facts)
    random.Random(seed).shuffle(shuffled)
    assert state_after(shuffled, random.Random(seed)) == state_after(facts, None)
