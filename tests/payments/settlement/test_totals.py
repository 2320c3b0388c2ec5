"""Statements that give only totals: compared by settlement, month, method and kind, as one or not at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from payments.facts import LineKind, MovementKind
from payments.methods.models import Offering, PaymentMethod, PayoutSchedule
from payments.settlement.models import (
    Break,
    ComparedLine,
    Match,
    OpenLine,
    OpenMovement,
    TotalComparison,
)
from payments.settlement.selectors import snapshot
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.settlement.facts import Merchant

AS_OF = date(2026, 7, 31)
JULY = date(2026, 7, 1)

pytestmark = pytest.mark.django_db


def total(count: int, amount: int, **more: Any) -> dict[str, Any]:
    """A line that adds up `count` transactions of July, paid on the sixth unless it says otherwise."""
    method, kind = more.get("method", "card"), more.get("kind", LineKind.SALE)
    paid = more.pop("paid", date(2026, 7, 6))
    return {
        "count": count,
        "amount": amount,
        "from": JULY,
        "on": paid,
        "paid": paid,
        "line_key": f"{kind}/{method}",
        **more,
    }


def sales(*amounts: int, on: date = JULY, **more: Any) -> list[dict[str, Any]]:
    prefix = more.pop("prefix", "m")
    return [{"key": f"{prefix}{n}", "amount": amount, "on": on, **more} for n, amount in enumerate(amounts)]


def reconcile() -> None:
    reconcile_everything(as_of=AS_OF)


def breaks() -> list[tuple[str, str, int, int | None, int | None]]:
    found = Break.objects.exclude(state="resolved").order_by("natural_key")
    return [(each.kind, each.subject, each.amount_at_risk, each.expected, each.found) for each in found]


def in_totals() -> set[tuple[str, str]]:
    return {(row.movement_key, row.line_identity) for row in snapshot.take().matches if row.rule == 4}


def test_equal_count_and_sum_settle_all_movements_of_the_total() -> None:
    merchant = Merchant()
    merchant.movements(*sales(10_000, 20_000, 30_000))
    merchant.statement("s1", total(3, 60_000), on=date(2026, 7, 6))
    reconcile()

    assert in_totals() == {("m0", "1/card"), ("m1", "1/card"), ("m2", "1/card")}
    assert breaks() == []
    assert (OpenLine.objects.count(), OpenMovement.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("amounts", "stated", "risk"),
    [
        ((10_000, 20_000), (3, 60_000), 30_000),
        ((10_000, 20_000, 30_000, 5_000), (3, 60_000), 5_000),
        ((10_000, 20_000, 29_000), (3, 60_000), 1_000),
        ((20_000, 40_000), (3, 60_000), 0),
        ((), (3, 60_000), 60_000),
    ],
)
def test_a_difference_is_one_break_about_the_total(
    amounts: tuple[int, ...], stated: tuple[int, int], risk: int
) -> None:
    merchant = Merchant()
    if amounts:
        merchant.movements(*sales(*amounts))
    merchant.statement("s1", total(*stated), on=date(2026, 7, 6))
    reconcile()

    assert in_totals() == set()
    assert breaks() == [("amount", "totals", risk, sum(amounts), stated[1])]
    comparison = TotalComparison.objects.get()
    assert (comparison.stated_count, comparison.ledger_count) == (stated[0], len(amounts))
    assert (comparison.stated_sum, comparison.ledger_sum) == (stated[1], sum(amounts))


def test_methods_kinds_months_and_settlements_are_told_apart() -> None:
    merchant = Merchant()
    merchant.movements(
        *sales(10_000, 20_000, on=JULY),
        *sales(7_000, on=JULY, prefix="i", method="ideal"),
        *sales(-3_000, on=JULY, prefix="r", kind=MovementKind.REFUND),
        *sales(4_000, on=date(2026, 6, 30), prefix="j"),
        *sales(5_000, on=date(2026, 7, 7), prefix="n"),
    )
    june = {"from": date(2026, 6, 1), "on": date(2026, 6, 30), "line_key": "june"}
    merchant.statement(
        "s1",
        total(2, 30_000),
        total(1, 7_000, method="ideal"),
        total(1, -3_000, kind=LineKind.REFUND),
        {**total(1, 4_000), **june},
        on=date(2026, 7, 6),
    )
    merchant.statement("s2", total(1, 5_000, paid=date(2026, 7, 9)), on=date(2026, 7, 9))
    reconcile()

    assert breaks() == []
    assert in_totals() == {
        ("m0", "1/card"),
        ("m1", "1/card"),
        ("i0", "1/ideal"),
        ("r0", "2/card"),
        ("j0", "june"),
        ("n0", "1/card"),
    }


def test_a_method_that_the_provider_calls_by_several_names_is_compared_as_one() -> None:
    merchant = Merchant()
    method = PaymentMethod.objects.create(code="card", family="card", name_ko="카드", name_ja="カード", name_en="Card")
    Offering.objects.create(provider=merchant.provider, method=method, provider_names=["visa", "Mastercard"])
    merchant.movements(*sales(10_000, 20_000, 30_000))
    merchant.statement(
        "s1", total(1, 20_000, method="VISA"), total(2, 40_000, method="mastercard"), on=date(2026, 7, 6)
    )
    reconcile()

    assert breaks() == []
    assert TotalComparison.objects.values_list("stated_count", "ledger_count", "method").get() == (3, 3, "card")
    assert ComparedLine.objects.count() == 2


def test_a_total_without_a_method_takes_what_no_other_names() -> None:
    merchant = Merchant()
    refunds = [*sales(-1_000, prefix="a", kind=MovementKind.REFUND, method="ideal")]
    refunds += sales(-2_000, -3_000, prefix="b", kind=MovementKind.REFUND)
    merchant.movements(*refunds)
    merchant.statement(
        "s1",
        total(1, -1_000, kind=LineKind.REFUND, method="ideal"),
        total(2, -5_000, kind=LineKind.REFUND, method=""),
        on=date(2026, 7, 6),
    )
    reconcile()

    assert breaks() == []
    assert in_totals() == {("a0", "2/ideal"), ("b0", "2/"), ("b1", "2/")}


def test_without_a_schedule_a_settlement_holds_all_that_happened_until_it_was_paid() -> None:
    merchant = Merchant()
    PayoutSchedule.objects.all().delete()
    merchant.movements(*sales(10_000, on=date(2026, 7, 6)), *sales(20_000, on=date(2026, 7, 7), prefix="n"))
    merchant.statement("s1", total(1, 10_000), on=date(2026, 7, 6))
    reconcile()

    assert in_totals() == {("m0", "1/card")}
    assert list(OpenMovement.objects.values_list("movement__movement_key", flat=True)) == ["n0"]


def test_what_no_settlement_has_a_total_for_is_missing_when_it_is_due() -> None:
    merchant = Merchant()
    merchant.movements(*sales(10_000), *sales(500, prefix="p", method="paypal"))
    merchant.statement("s1", total(1, 10_000), on=date(2026, 7, 6))
    reconcile()

    assert breaks() == [("missing_on_statement", "missing_on_statement", 500, 500, None)]


def test_our_ledger_has_its_days_of_grace() -> None:
    merchant = Merchant()
    merchant.statement("s1", total(1, 10_000), on=date(2026, 7, 6))
    reconcile_everything(as_of=date(2026, 7, 7))
    assert breaks() == []
    reconcile_everything(as_of=date(2026, 7, 8))
    assert breaks() == [("amount", "totals", 10_000, 0, 10_000)]


def test_what_comes_late_joins_its_total_and_closes_the_break() -> None:
    merchant = Merchant()
    merchant.movements(*sales(10_000))
    merchant.statement("s1", total(2, 30_000), on=date(2026, 7, 6))
    reconcile()
    assert breaks() == [("amount", "totals", 20_000, 10_000, 30_000)]

    merchant.movements(*sales(20_000, prefix="late"))
    reconcile()
    assert breaks() == []
    assert in_totals() == {("m0", "1/card"), ("late0", "1/card")}


def test_a_settlement_that_comes_late_takes_its_movements_from_the_next() -> None:
    merchant = Merchant()
    merchant.movements(*sales(10_000, on=JULY), *sales(20_000, on=date(2026, 7, 6), prefix="n"))
    merchant.statement("s2", total(1, 20_000, paid=date(2026, 7, 8)), on=date(2026, 7, 8))
    reconcile()
    assert breaks() == [("amount", "totals", 10_000, 30_000, 20_000)]

    merchant.statement("s1", total(1, 10_000, paid=date(2026, 7, 3)), on=date(2026, 7, 3))
    reconcile()
    assert breaks() == []


def test_a_corrected_version_reopens_and_compares_again() -> None:
    merchant = Merchant()
    merchant.movements(*sales(10_000, 20_000))
    merchant.statement("s1", total(2, 30_000), on=date(2026, 7, 6), sequence="1")
    reconcile()
    assert len(in_totals()) == 2

    merchant.statement("s1", total(1, 10_000), on=date(2026, 7, 6), sequence="2")
    assert in_totals() == set()
    reconcile()
    assert breaks() == [("amount", "totals", 20_000, 30_000, 10_000)]

    merchant.statement("s1", total(2, 30_000), on=date(2026, 7, 6), sequence="3")
    reconcile()
    assert breaks() == []
    assert len(in_totals()) == 2


def test_a_second_run_changes_nothing() -> None:
    merchant = Merchant()
    merchant.movements(*sales(10_000, 20_000), *sales(9_000, prefix="p", method="paypal"))
    merchant.statement("s1", total(2, 30_000), total(2, 8_000, method="ideal"), on=date(2026, 7, 6))
    reconcile()
    before = list(TotalComparison.objects.order_by("pk").values())
    reconcile_everything(as_of=date(2026, 8, 1))
    assert list(TotalComparison.objects.order_by("pk").values()) == before


def test_a_line_that_names_a_movement_takes_it_out_of_the_total() -> None:
    merchant = Merchant()
    merchant.movements(*sales(10_000), *sales(20_000, prefix="k", provider_key="p1"))
    merchant.statement("s1", total(2, 30_000), on=date(2026, 7, 6))
    reconcile()
    assert len(in_totals()) == 2

    merchant.statement("s2", {"provider_key": "p1", "amount": 20_000}, on=date(2026, 7, 6))
    reconcile()
    assert Match.objects.get().movement.movement_key == "k0"
    assert breaks() == [("amount", "totals", 20_000, 10_000, 30_000)]
