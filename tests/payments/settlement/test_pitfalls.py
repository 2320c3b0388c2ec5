"""What befalls references, refunds and fees (pitfalls 6, 7 and 9): one order paid twice, refunds in part, a rate that changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from payments.facts import LineKind, MovementKind
from payments.methods.models import FeeContract
from payments.settlement.models import Match, MatchRule
from payments.settlement.selectors import snapshot
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 31)
BACK = {"kind": MovementKind.REFUND, "amount": -3_000, "reference": "order-1"}
TOLD_BACK = {"kind": LineKind.REFUND, "amount": -3_000, "reference": "order-1"}


def kinds() -> list[str]:
    return sorted(row.kind for row in snapshot.take().breaks)


@pytest.mark.parametrize("keys", [("p1", "p2"), ("p2", "p1")])
def test_pitfall_6_a_retry_that_captured_too_is_told_from_the_first_by_its_key(keys: tuple[str, str]) -> None:
    merchant = Merchant()
    merchant.movements(*({"key": f"m-{key}", "provider_key": key, "reference": "order-1"} for key in ("p1", "p2")))
    merchant.statement("s1", *({"provider_key": key, "reference": "order-1"} for key in keys))
    reconcile_everything(as_of=AS_OF)
    assert [row.rule for row in Match.objects.all()] == [MatchRule.PROVIDER_KEY] * 2
    assert kinds() == []


def test_pitfall_6_an_order_number_used_again_next_month_is_another_sale() -> None:
    merchant = Merchant()
    days = (date(2026, 6, 1), date(2026, 7, 1))
    merchant.movements(*({"key": f"m{day}", "reference": "subscription-1", "on": day} for day in days))
    for day in days:
        merchant.statement(f"s{day}", {"reference": "subscription-1"}, on=day)
    reconcile_everything(as_of=AS_OF)
    pairs = {(row.movement.occurred_on, row.line.sold_on) for row in Match.objects.select_related("movement", "line")}
    assert pairs == {(day, day) for day in days}
    assert kinds() == []


def test_pitfall_7_equal_refunds_in_part_take_one_line_each_and_the_third_is_missing() -> None:
    merchant = Merchant()
    merchant.movements(*({"key": f"r{n}", "provider_key": f"r{n}", **BACK} for n in (1, 2, 3)))
    merchant.statement("s1", {"provider_key": "r1", **TOLD_BACK})
    merchant.statement("s2", {"provider_key": "r2", **TOLD_BACK}, on=date(2026, 7, 9))
    reconcile_everything(as_of=AS_OF)
    assert sorted(row.movement.provider_key for row in Match.objects.select_related("movement")) == ["r1", "r2"]
    assert kinds() == ["missing_on_statement"]
    merchant.statement("s3", {"provider_key": "r3", **TOLD_BACK}, on=date(2026, 7, 30))
    reconcile_everything(as_of=AS_OF)
    assert kinds() == []


def test_pitfall_7_a_refund_larger_than_what_was_left_is_another_amount() -> None:
    merchant = Merchant()
    merchant.movements({"key": "r1", "provider_key": "r1", **BACK})
    merchant.statement("s1", {"provider_key": "r1", **TOLD_BACK, "amount": -13_000})
    reconcile_everything(as_of=AS_OF)
    assert kinds() == ["amount"]


@pytest.mark.parametrize(("second_fee", "breaks"), [(300, []), (231, ["fee"])])
def test_pitfall_9_a_rate_that_changes_within_a_statement_holds_from_its_day(
    second_fee: int, breaks: list[str]
) -> None:
    merchant = Merchant(fee_basis_points=Decimal("231"))
    changes = date(2026, 7, 2)
    old = merchant.provider.fee_contracts.get()
    FeeContract.objects.filter(pk=old.pk).update(effective_to=changes)
    old.pk, old.effective_from, old.rate_basis_points = None, changes, Decimal("300")
    old.save(force_insert=True)
    merchant.statement(
        "s1",
        {"provider_key": "a", "fee": 231, "vat": 23, "on": date(2026, 7, 1)},
        {"provider_key": "b", "fee": second_fee, "vat": second_fee // 10, "on": changes},
    )
    reconcile_everything(as_of=AS_OF)
    assert [kind for kind in kinds() if kind == "fee"] == breaks
