"""The audit of fees on lines: installment shares, chargebacks, and when everything is audited again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.facts import LineKind
from payments.methods.models import FeeContract
from payments.money import Rounding, share_of, split_vat
from payments.settlement.models import Break
from payments.settlement.reconciliation.scope import configuration_hash
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 31)


def agree(merchant: Merchant, **terms: Any) -> FeeContract:
    """A contract of all methods, of one percent."""
    defaults: dict[str, Any] = {"currency": "KRW", "effective_from": date(2020, 1, 1), "rate_basis_points": 100}
    return FeeContract.objects.create(provider=merchant.provider, **(defaults | terms))


def post(merchant: Merchant, gross: int, fee: int, vat: int, installment: int) -> None:
    """One line with an installment share among its fee."""
    kind = LineKind.SALE if gross > 0 else LineKind.REFUND
    row = {"provider_key": "a", "kind": kind, "amount": gross, "fee": fee, "vat": vat, "fee_installment": installment}
    merchant.statement("s1", row)


def differences() -> list[tuple[int | None, int | None]]:
    """Expected and found of the fee breaks."""
    reconcile_everything(as_of=AS_OF)
    return list(Break.objects.filter(kind="fee").exclude(state="resolved").values_list("expected", "found"))


@pytest.mark.parametrize(
    ("fee", "vat", "installment", "breaks"),
    [
        (300, 30, 200, []),
        (300, 10, 200, []),
        (310, 31, 210, [(330, 341)]),
        (300, 11, 200, [(330, 311)]),
        (100, 10, 0, []),
        (300, 30, 0, [(110, 330)]),
    ],
)
def test_an_installment_share_is_part_of_the_fee_where_a_line_has_one(
    fee: int, vat: int, installment: int, breaks: list[tuple[int, int]]
) -> None:
    merchant = Merchant()
    agree(merchant, installment_basis_points=200, vat_rate_basis_points=1000)
    post(merchant, 10_000, fee, vat, installment)
    assert differences() == breaks


def test_an_installment_share_nobody_agreed_to_is_an_overcharge() -> None:
    merchant = Merchant()
    agree(merchant)
    post(merchant, 10_000, 300, 0, 200)
    assert differences() == [(100, 300)]


@settings(max_examples=40, deadline=None)
@given(
    gross=st.integers(1, 10**9),
    rate=st.decimals(0, 900, places=3),
    installment=st.decimals("0.001", 900, places=3),
    rounding=st.sampled_from(list(Rounding)),
    returned=st.booleans(),
)
def test_installments_are_priced_as_the_money_room_prices_shares(
    gross: int, rate: Decimal, installment: Decimal, rounding: Rounding, returned: bool
) -> None:
    merchant = Merchant(code=f"m{Break.objects.count()}-{FeeContract.objects.count()}")
    agree(
        merchant,
        rate_basis_points=rate,
        installment_basis_points=installment,
        vat_rate_basis_points=1000,
        is_vat_included=True,
        fee_rounding=rounding.value,
        vat_rounding=rounding.value,
        is_returned_on_refund=returned,
    )
    stated = share_of(gross, rate, rounding) + share_of(gross, installment, rounding)
    agreed = split_vat(stated, 1000, rounding)
    side = -1 if returned else 1
    post(merchant, side * gross, side * agreed.fee_minor, side * agreed.vat_minor, side)
    reconcile_everything(as_of=AS_OF, provider_codes=[merchant.code])
    assert not Break.objects.filter(kind="fee", provider=merchant.provider).exists()


@pytest.mark.parametrize(
    ("kind", "amount", "fee", "breaks"),
    [
        (LineKind.CHARGEBACK, -10_000, 1_500, []),
        (LineKind.CHARGEBACK, -10_000, 1_800, [(1_500, 1_800)]),
        (LineKind.CHARGEBACK, -10_000, 0, [(1_500, 0)]),
        (LineKind.CHARGEBACK_REVERSAL, 10_000, 0, []),
        (LineKind.CHARGEBACK_REVERSAL, 10_000, -1_500, []),
        (LineKind.CHARGEBACK_REVERSAL, 10_000, 1_500, [(0, 1_500)]),
    ],
)
def test_a_chargeback_costs_what_is_agreed(
    kind: LineKind, amount: int, fee: int, breaks: list[tuple[int, int]]
) -> None:
    merchant = Merchant()
    contract = agree(merchant, chargeback_fee_minor=1_500)
    merchant.statement("s1", {"provider_key": "a", "kind": kind, "amount": amount, "fee": fee})
    assert differences() == breaks
    FeeContract.objects.filter(pk=contract.pk).update(chargeback_fee_minor=None)
    assert differences() == []


def test_everything_a_run_judges_by_is_in_the_hash_of_the_configuration() -> None:
    merchant = Merchant()
    contract = agree(merchant)
    seen = {configuration_hash(merchant.provider)}
    for name, value in {"zone": "Asia/Tokyo", "country": "JP", "currencies": ["KRW", "JPY"], "match_window_days": 3,
                        "ledger_grace_days": 4, "deposit_grace_days": 5}.items():  # fmt: skip
        setattr(merchant.provider, name, value)
        seen.add(configuration_hash(merchant.provider))
    for name in ("chargeback_fee_minor", "monthly_fee_minor", "transfer_fee_minor", "payout_threshold_minor"):
        FeeContract.objects.filter(pk=contract.pk).update(**{name: 7})
        seen.add(configuration_hash(merchant.provider))
    assert len(seen) == 11
