"""The merchant's further provider and bank accounts: one for each layout that the five providers do not deliver."""

from __future__ import annotations

from typing import Final

from payments.calendars import Cycle
from payments.facts import MovementKind
from payments.money import Rounding
from payments.simulator.fates import Fate
from payments.simulator.planting import UNKNOWN_KIND
from payments.simulator.terms import Account, Contract, Method, Offering, Practice, ProviderPlan, Schedule
from payments.simulator.world import Fault

METHODS: Final = (Method("paypal", "wallet", "페이팔", "PayPal", "PayPal"),)

_KEYED_FAULTS: Final = (
    Fault.UNSTATED,
    Fault.UNLEDGERED,
    Fault.AMOUNT,
    Fault.DUPLICATE,
    Fault.FEE_OVER,
    Fault.FEE_UNDER,
)
_NAMED_FATES: Final = (Fate.LOST, Fate.LATE, Fate.SHORT, Fate.SPLIT, Fate.JOINED)
"""Where the bank shows which payout it is."""

STRIPE: Final = ProviderPlan(
    code="stripe",
    name="Stripe",
    adapter="stripe",
    layout="stripe",
    zone="America/Los_Angeles",
    country="US",
    currency="USD",
    bank_account="chase-usd",
    share=0.12,
    offerings=(Offering("card", ("visa", "mastercard", "amex"), 100, 54),),
    contracts=(Contract("USD", rate_basis_points="290", fixed_minor=30, chargeback_fee_minor=1_500),),
    schedule=Schedule("USD", Cycle.DAILY, 2, "US"),
    payer="STRIPE",
    account_name="acct_1Jeongsan",
    buyer_currencies=(("USD", 0.72), ("EUR", 0.12), ("JPY", 0.09), ("KWD", 0.07)),
    practice=Practice(
        prefix="ST",
        payment="pi_3**********************",
        keys={
            MovementKind.CAPTURE: "ch_3**********************",
            MovementKind.REFUND: "re_3**********************",
            MovementKind.REFUND_FAILURE: "re_3**********************",
            MovementKind.CHARGEBACK: "dp_1**********************",
            MovementKind.CHARGEBACK_REVERSAL: "dp_1**********************",
        },
        line="txn_3**********************",
        payout="po_1Jeongsan{number:08d}",
        text="STRIPE TRANSFER {payouts}",
        first_number=10_041,
        faults=(*_KEYED_FAULTS, Fault.CURRENCY, UNKNOWN_KIND),
        fates=(*_NAMED_FATES, Fate.RETURNED),
        is_negative_taken=True,
        has_carries=False,
        has_residuals=True,
        has_reserve=True,
        has_parts=True,
        has_disputes=True,
        has_failed_refunds=True,
        unknown="loyalty_rebate",
    ),
)

KOMOJU: Final = ProviderPlan(
    code="komoju",
    name="KOMOJU",
    adapter="komoju",
    layout="komoju",
    zone="Asia/Tokyo",
    country="JP",
    currency="JPY",
    bank_account="mizuho-jpy",
    share=0.10,
    offerings=(Offering("convenience-store", ("konbini",), 60, 3_900), Offering("paypay", ("paypay",), 40, 2_800)),
    contracts=tuple(
        Contract(
            "JPY",
            method=method,
            rate_basis_points=rate,
            vat_rate_basis_points=1_000,
            fee_rounding=Rounding.HALF_UP,
            vat_rounding=Rounding.HALF_UP,
        )
        for method, rate in (("", "360"), ("convenience-store", "275"), ("paypay", "350"))
    ),
    schedule=Schedule("JPY", Cycle.WEEKLY, 2, "JP", weekday=4),
    payer="デジカ",
    account_name="jeongsan",
    practice=Practice(
        prefix="KM",
        payment="************************",
        keys={MovementKind.CAPTURE: "************************"},
        payout="{paid_on}/{currency}",
        text="フリコミ KOMOJU",
        stating="sum",
        booking="event",
        faults=(*_KEYED_FAULTS, Fault.FEE_VAT, UNKNOWN_KIND),
        fates=(Fate.LOST,),
        has_carries=False,
        unknown="Campaign",
    ),
)

ACCOUNTS: Final[tuple[Account, ...]] = (
    Account(
        "chase-usd", "Chase Business Checking (USD)", "000123456789", "USD", "America/New_York", "US", "bai2",
        is_further=True,
    ),
    Account(
        "mizuho-jpy", "みずほ銀行 普通預金 (JPY)", "00011002345678", "JPY", "Asia/Tokyo", "JP", "camt053",
        is_further=True,
    ),
)  # fmt: skip
PROVIDERS: Final = (STRIPE, KOMOJU)
