"""Layers 2 and 3: payouts, fees, deposits, bank balances."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.facts import LineKind
from payments.money import FeeTerms, Rounding, contract_fee
from payments.settlement.models import Break, Deposit, Payout, StatementLine
from payments.settlement.selectors import snapshot
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 31)


def kinds() -> list[str]:
    return sorted(row.kind for row in snapshot.take().breaks if row.kind != "missing_in_ledger")


def paid(merchant: Merchant, *, stated: int = 10_000, key: str = "payout-1") -> None:
    merchant.statement(
        f"s-{key}",
        {"provider_key": f"{key}-a", "payout": key},
        {"kind": LineKind.PAYOUT, "amount": -stated, "payout": key},
        payout={"key": key, "amount": stated, "on": date(2026, 7, 3)},
    )


def test_a_payout_that_is_the_sum_of_its_lines_has_no_residual() -> None:
    merchant = Merchant()
    paid(merchant)
    merchant.bank({"amount": 10_000})
    reconcile_everything(as_of=AS_OF)
    assert (Payout.objects.get().residual, kinds()) == (0, [])


def test_a_residual_is_a_break_of_its_amount() -> None:
    merchant = Merchant()
    paid(merchant, stated=9_900)
    merchant.bank({"amount": 9_900})
    reconcile_everything(as_of=AS_OF)
    found = Break.objects.get(kind="residual")
    assert (found.amount_at_risk, found.expected, found.found) == (100, 10_000, 9_900)


def test_a_batch_that_pays_nothing_must_carry_its_sum_over() -> None:
    merchant = Merchant()
    merchant.statement(
        "s1",
        {"provider_key": "a", "payout": "7"},
        {"kind": LineKind.CARRY_OUT, "amount": -9_000, "payout": "7"},
    )
    reconcile_everything(as_of=AS_OF)
    assert kinds() == ["residual"]
    merchant.statement(
        "s1",
        {"provider_key": "a", "payout": "7"},
        {"kind": LineKind.CARRY_OUT, "amount": -10_000, "payout": "7"},
        sequence="2",
    )
    reconcile_everything(as_of=AS_OF)
    assert kinds() == []


def test_an_unknown_kind_is_kept_and_asked_about() -> None:
    merchant = Merchant()
    merchant.statement("s1", {"kind": LineKind.UNKNOWN, "amount": -500})
    reconcile_everything(as_of=AS_OF)
    assert [(row.kind, row.amount_at_risk) for row in snapshot.take().breaks] == [("unknown_kind", 500)]


def test_money_that_does_not_come_is_a_break_after_its_day() -> None:
    merchant = Merchant()
    paid(merchant)
    reconcile_everything(as_of=date(2026, 7, 6))
    assert kinds() == []
    reconcile_everything(as_of=date(2026, 7, 7))
    assert kinds() == ["missing_deposit"]
    merchant.bank({"amount": 10_000, "on": date(2026, 7, 8)})
    reconcile_everything(as_of=AS_OF)
    assert kinds() == []


def test_a_deposit_that_names_its_payout_but_is_short_says_by_how_much() -> None:
    merchant = Merchant()
    paid(merchant, key="payout-77")
    merchant.bank({"amount": 9_670, "text": "TX payout-77 shop"})
    reconcile_everything(as_of=AS_OF)
    found = Break.objects.get(layer="deposit")
    assert (found.kind, found.amount_at_risk) == ("amount", 330)


def test_half_a_payout_is_no_break_until_the_bank_is_due() -> None:
    merchant = Merchant()
    paid(merchant, key="payout-77")
    merchant.bank({"amount": 4_000, "text": "TX payout-77 shop"})
    reconcile_everything(as_of=date(2026, 7, 6))
    assert kinds() == []
    reconcile_everything(as_of=date(2026, 7, 7))
    assert kinds() == ["amount"]
    merchant.bank({"amount": 6_000, "text": "TX payout-77 shop", "on": date(2026, 7, 7)})
    reconcile_everything(as_of=AS_OF)
    assert kinds() == []


def test_two_equal_payouts_are_left_to_a_person() -> None:
    merchant = Merchant()
    paid(merchant, key="payout-a")
    paid(merchant, key="payout-b")
    merchant.bank({"amount": 10_000, "text": "one"}, {"amount": 10_000, "text": "two"})
    reconcile_everything(as_of=AS_OF)
    assert kinds() == ["ambiguous", "ambiguous"]


def test_several_payouts_in_one_credit() -> None:
    merchant = Merchant()
    paid(merchant, key="payout-a")
    paid(merchant, key="payout-b", stated=10_000)
    merchant.bank({"amount": 20_000})
    reconcile_everything(as_of=AS_OF)
    assert kinds() == []
    assert Deposit.objects.get().payouts.count() == 2


def test_an_opening_balance_must_be_the_closing_balance_before_it() -> None:
    merchant = Merchant()
    merchant.bank({"amount": 5, "on": date(2026, 7, 1)}, key="b1", opening=100)
    merchant.bank({"amount": 5, "on": date(2026, 7, 3)}, key="b3", opening=112)
    reconcile_everything(as_of=AS_OF)
    assert [(row.party, row.kind, row.amount_at_risk) for row in snapshot.take().breaks] == [
        ("bank-toss", "residual", 7)
    ]
    merchant.bank({"amount": 7, "on": date(2026, 7, 2)}, key="b2", opening=105)
    reconcile_everything(as_of=AS_OF)
    assert snapshot.take().breaks == []


@pytest.mark.parametrize(
    ("fee", "vat", "breaks"), [(231, 23, []), (232, 23, ["fee"]), (231, 22, ["fee"]), (0, 0, ["fee"])]
)
def test_every_fee_is_recomputed_from_the_contract(fee: int, vat: int, breaks: list[str]) -> None:
    merchant = Merchant(fee_basis_points=Decimal("231"))
    merchant.statement("s1", {"provider_key": "a", "fee": fee, "vat": vat})
    reconcile_everything(as_of=AS_OF)
    assert kinds() == breaks


def test_a_new_contract_judges_old_lines_again() -> None:
    merchant = Merchant(fee_basis_points=Decimal("231"))
    merchant.statement("s1", {"provider_key": "a", "fee": 200, "vat": 20})
    reconcile_everything(as_of=AS_OF)
    assert kinds() == ["fee"]
    merchant.provider.fee_contracts.update(rate_basis_points=Decimal("200"))
    reconcile_everything(as_of=AS_OF)
    assert kinds() == []


@settings(max_examples=60)
@given(
    gross=st.integers(-(10**11), 10**11).filter(bool),
    rate=st.decimals(0, 9_999, places=3),
    fixed=st.integers(0, 500),
    minimum=st.integers(0, 5_000),
    vat_rate=st.integers(0, 2_500),
    is_vat_included=st.booleans(),
    rounding=st.sampled_from(list(Rounding)),
    vat_rounding=st.sampled_from(list(Rounding)),
    is_returned=st.booleans(),
)
def test_sql_and_python_agree_on_every_fee(
    gross: int,
    rate: Decimal,
    fixed: int,
    minimum: int,
    vat_rate: int,
    is_vat_included: bool,
    rounding: Rounding,
    vat_rounding: Rounding,
    is_returned: bool,
) -> None:
    terms = FeeTerms(rate, fixed, minimum, vat_rate, is_vat_included, rounding, vat_rounding, is_returned)
    agreed = contract_fee(gross, terms)
    from payments.methods.models import FeeContract, Provider
    from tests.payments.settlement.probe import difference

    provider = Provider.objects.filter(code="probe").first() or Merchant(code="probe").provider
    FeeContract.objects.filter(provider=provider).delete()
    FeeContract.objects.create(
        provider=provider,
        currency="KRW",
        effective_from=date(2020, 1, 1),
        rate_basis_points=rate,
        fixed_minor=fixed,
        minimum_minor=minimum,
        vat_rate_basis_points=vat_rate,
        is_vat_included=is_vat_included,
        fee_rounding=rounding,
        vat_rounding=vat_rounding,
        is_returned_on_refund=is_returned,
    )
    assert difference(provider, gross, agreed.fee_minor, agreed.vat_minor) is None
    assert difference(provider, gross, agreed.fee_minor + 1, agreed.vat_minor) is not None
    assert StatementLine.objects.filter(provider=provider).exists()


def test_a_corrected_file_may_drop_a_payout_that_was_paid_already() -> None:
    merchant = Merchant()
    paid(merchant)
    merchant.bank({"amount": 10_000})
    reconcile_everything(as_of=AS_OF)
    assert Deposit.objects.count() == 1
    merchant.statement("s-payout-1", {"provider_key": "payout-1-a"}, sequence="2")
    reconcile_everything(as_of=AS_OF)
    assert (Payout.objects.count(), Deposit.objects.count()) == (0, 0)


def test_a_break_is_due_by_its_age_and_amount_not_by_when_we_saw_it() -> None:
    merchant = Merchant()
    merchant.statement(
        "s1", {"kind": LineKind.UNKNOWN, "amount": -500}, {"kind": LineKind.UNKNOWN, "amount": -2_000_000}
    )
    reconcile_everything(as_of=AS_OF)
    due = {found.amount_at_risk: found.due_at.isoformat() for found in Break.objects.all()}
    assert due == {500: "2026-07-06T15:00:00+00:00", 2_000_000: "2026-07-02T15:00:00+00:00"}
