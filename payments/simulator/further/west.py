"""The further provider accounts in Europe and America."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from payments.calendars import Cycle
from payments.facts import MovementKind
from payments.simulator.fates import Fate
from payments.simulator.further.troubles import KEYED_FAULTS, NAMED_FATES
from payments.simulator.planting import UNKNOWN_KIND
from payments.simulator.terms import Contract, Offering, Practice, ProviderPlan, Schedule
from payments.simulator.world import Fault

_STRIPE_PRACTICE: Final = Practice(
    prefix="ST",
    payment="pi_3**********************",
    keys={
        MovementKind.CAPTURE: "ch_3**********************",
        MovementKind.REFUND: "re_3**********************",
        MovementKind.REFUND_FAILURE: "re_3**********************",
        MovementKind.CHARGEBACK: "dp_1**********************",
        MovementKind.CHARGEBACK_REVERSAL: "dp_1**********************",
    },
    line="txn_9**********************",
    payout="po_1Jeongsan{number:08d}",
    text="STRIPE TRANSFER {payouts}",
    first_number=10_041,
    faults=(*KEYED_FAULTS, Fault.CURRENCY, UNKNOWN_KIND),
    fates=(*NAMED_FATES, Fate.RETURNED),
    is_negative_taken=True,
    has_carries=False,
    has_residuals=True,
    has_reserve=True,
    has_parts=True,
    has_disputes=True,
    has_failed_refunds=True,
    unknown="loyalty_rebate",
)

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
    practice=_STRIPE_PRACTICE,
)

STRIPE_MANUAL: Final = replace(
    STRIPE,
    code="stripe-manual",
    name="Stripe (manual payouts)",
    layout="stripe_manual",
    zone="Europe/Berlin",
    country="DE",
    currency="EUR",
    bank_account="n26-eur",
    share=0.08,
    contracts=(Contract("EUR", rate_basis_points="150", fixed_minor=25, chargeback_fee_minor=2_000),),
    schedule=Schedule("EUR", Cycle.DAILY, 2, "DE"),
    account_name="acct_1JeongsanDE",
    buyer_currencies=(("EUR", 0.82), ("USD", 0.18)),
    practice=replace(
        _STRIPE_PRACTICE,
        prefix="SM",
        payout="po_1******************",
        statement="balance/{day}",
        text="STRIPE {payouts}",
        booking="event",
        is_wallet=True,
        is_withdrawn_by_hand=True,
        is_negative_taken=False,
        has_residuals=False,
        has_reserve=False,
    ),
)

MOLLIE: Final = ProviderPlan(
    code="mollie",
    name="Mollie",
    adapter="mollie",
    layout="mollie",
    zone="Europe/Amsterdam",
    country="EU",
    currency="EUR",
    bank_account="rabobank-eur",
    share=0.14,
    offerings=(Offering("ideal", ("ideal",), 60, 44), Offering("card", ("creditcard",), 40, 62)),
    contracts=(
        Contract("EUR", rate_basis_points="180", fixed_minor=25),
        Contract("EUR", method="ideal", fixed_minor=29),
    ),
    schedule=Schedule("EUR", Cycle.DAILY, 2, "EU"),
    payer="Stichting Mollie Payments",
    account_name="1234567",
    practice=Practice(
        prefix="ML",
        payment="tr_**********",
        keys={MovementKind.CAPTURE: "", MovementKind.REFUND: "re_**********"},
        payout="1234567.{paid_on:%y%m}.{number:03d}",
        text="Mollie {payouts}",
        stating="exact",
        faults=(Fault.UNSTATED, Fault.UNLEDGERED, Fault.AMOUNT, Fault.DUPLICATE, UNKNOWN_KIND),
        fates=NAMED_FATES,
        is_negative_taken=True,
        has_carries=False,
        has_reserve=True,
        has_totals=True,
    ),
)

MOLLIE_BALANCE: Final = replace(
    MOLLIE,
    code="mollie-balance",
    name="Mollie (balance reports)",
    layout="mollie_balance",
    share=0.08,
    schedule=Schedule("EUR", Cycle.DAILY, 1, "EU"),
    account_name="bal_8Jeongsan4CYsNcGyJdUP",
    practice=Practice(
        prefix="MB",
        payment="tr_**********",
        keys={MovementKind.CAPTURE: "", MovementKind.REFUND: "re_**********"},
        payout="",
        statement="{account}/{day}/{day}",
        text="Mollie Payments",
        booking="event",
        faults=(Fault.UNSTATED, Fault.UNLEDGERED, Fault.AMOUNT, Fault.DUPLICATE, UNKNOWN_KIND),
        fates=(Fate.LOST,),
        is_wallet=True,
        has_totals=True,
    ),
)

_PAYPAL: Final = Practice(
    prefix="PE",
    payment="?????????????????",
    keys={MovementKind.CAPTURE: "", MovementKind.REFUND: "?????????????????"},
    payout="?????????????????",
    statement="{day}",
    text="PAYPAL {payouts}",
    booking="event",
    faults=(Fault.UNSTATED, Fault.UNLEDGERED, Fault.AMOUNT, Fault.DUPLICATE, UNKNOWN_KIND),
    fates=NAMED_FATES,
    has_disputes=True,
    is_wallet=True,
    unknown="Verschiedenes",
)

PAYPAL_DE: Final = ProviderPlan(
    code="paypal-de",
    name="PayPal Jeongsan DE",
    adapter="paypal",
    layout="paypal_activity",
    zone="Europe/Berlin",
    country="DE",
    currency="EUR",
    bank_account="n26-eur",
    share=0.08,
    offerings=(Offering("paypal", ("PayPal",), 100, 47),),
    contracts=(Contract("EUR", rate_basis_points="249", fixed_minor=35),),
    schedule=Schedule("EUR", Cycle.DAILY, 1, "DE"),
    payer="PayPal Europe S.a.r.l.",
    account_name="JSDE77EUR0001",
    buyer_currencies=(("EUR", 0.82), ("USD", 0.18)),
    practice=_PAYPAL,
)

PAYPAL_US: Final = ProviderPlan(
    code="paypal-us",
    name="PayPal Jeongsan US",
    adapter="paypal",
    layout="paypal_settlement",
    zone="America/Los_Angeles",
    country="US",
    currency="USD",
    bank_account="chase-usd",
    share=0.08,
    offerings=(Offering("paypal", ("PayPal",), 100, 51),),
    contracts=(Contract("USD", rate_basis_points="349", fixed_minor=49),),
    schedule=Schedule("USD", Cycle.DAILY, 1, "US"),
    payer="PAYPAL INST XFER",
    account_name="JSUS77USD0001",
    practice=replace(
        _PAYPAL,
        prefix="PU",
        statement="{account}/{day}",
        faults=(*KEYED_FAULTS, UNKNOWN_KIND),
        unknown="T4501",
    ),
)
