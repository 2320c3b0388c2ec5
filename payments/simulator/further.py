"""The merchant's further provider and bank accounts: one for each layout that the five providers do not deliver."""

from __future__ import annotations

from typing import Final

from payments.calendars import Cycle
from payments.facts import MovementKind
from payments.money import Rounding
from payments.simulator.fates import Fate
from payments.simulator.mappings import example
from payments.simulator.planting import UNKNOWN_KIND
from payments.simulator.terms import Account, Contract, Method, Offering, Practice, ProviderPlan, Schedule
from payments.simulator.world import Fault

METHODS: Final = (
    Method("paypal", "wallet", "페이팔", "PayPal", "PayPal"),
    Method("kakao-pay", "wallet", "카카오페이", "カカオペイ", "KakaoPay"),
)

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
        line="txn_9**********************",
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

GMO: Final = ProviderPlan(
    code="gmo",
    name="GMOペイメントゲートウェイ",
    adapter="mapped",
    layout="gmo",
    zone="Asia/Tokyo",
    country="JP",
    currency="JPY",
    bank_account="mizuho-jpy",
    share=0.05,
    offerings=(Offering("card", ("クレジットカード",), 100, 3_400),),
    contracts=(
        Contract(
            "JPY",
            rate_basis_points="310",
            vat_rate_basis_points=1_000,
            fee_rounding=Rounding.DOWN,
            vat_rounding=Rounding.DOWN,
            transfer_fee_minor=400,
            payout_threshold_minor=6_000,
        ),
    ),
    schedule=Schedule("JPY", Cycle.DAILY, 2, "JP"),
    payer="GMOペイメントゲートウェイ",
    account_name="tshop00071234",
    mapping=example("gmo_like"),
    practice=Practice(
        prefix="GM",
        payment="##############",
        keys={MovementKind.CAPTURE: "********************************"},
        line="GD##########",
        payout="GMO{number:07d}",
        text="フリコミ GMOPG {payouts}",
        first_number=2_001_311,
        faults=(*_KEYED_FAULTS, Fault.FEE_VAT, UNKNOWN_KIND),
        fates=_NAMED_FATES,
        has_residuals=True,
        has_parts=True,
        has_disputes=True,
        transfer_words="振込手数料",
        unknown="キャンペーン還元",
    ),
)

KAKAOPAY: Final = ProviderPlan(
    code="kakaopay",
    name="카카오페이",
    adapter="mapped",
    layout="kakaopay",
    zone="Asia/Seoul",
    country="KR",
    currency="KRW",
    bank_account="shinhan-krw",
    share=0.10,
    offerings=(Offering("kakao-pay", ("카카오머니", "카카오페이카드"), 100, 24_000),),
    contracts=(
        Contract(
            "KRW",
            rate_basis_points="180",
            vat_rate_basis_points=1_000,
            is_returned_on_refund=True,
        ),
    ),
    schedule=Schedule("KRW", Cycle.DAILY, 2, "KR"),
    payer="(주)카카오페이",
    account_name="KM20410022",
    mapping=example("kakaopay_like"),
    practice=Practice(
        prefix="KP",
        payment="T????????????????????",
        keys={MovementKind.CAPTURE: "A????????????????????"},
        payout="KPY{paid_on:%y%m%d}{number:04d}",
        text="카카오페이정산 {payouts}",
        stating="sum",
        faults=(*_KEYED_FAULTS, Fault.FEE_VAT, UNKNOWN_KIND),
        fates=_NAMED_FATES,
        is_negative_taken=True,
        has_carries=False,
        has_reserve=True,
        unknown="포인트정산",
    ),
)

SQUARE: Final = ProviderPlan(
    code="square",
    name="Square",
    adapter="square",
    layout="square",
    zone="Asia/Tokyo",
    country="JP",
    currency="JPY",
    bank_account="mufg-web-jpy",
    share=0.08,
    offerings=(Offering("card", ("CARD",), 100, 5_200),),
    contracts=(Contract("JPY", rate_basis_points="325", is_returned_on_refund=True),),
    schedule=Schedule("JPY", Cycle.DAILY, 1, "JP"),
    payer="スクエア",
    account_name="L8JEONGSANJP1",
    practice=Practice(
        prefix="SQ",
        payment="**********************",
        keys={
            MovementKind.CAPTURE: "",
            MovementKind.REFUND: "**********************_re",
            MovementKind.CHARGEBACK: "dsp_******************",
            MovementKind.CHARGEBACK_REVERSAL: "dsp_******************",
        },
        line="poe_**********************",
        payout="po_{paid_on:%Y%m%d}{number:06d}",
        text="スクエア SQUARE {payouts}",
        stating="header",
        booking="event",
        faults=(*_KEYED_FAULTS, UNKNOWN_KIND),
        fates=(*_NAMED_FATES, Fate.RETURNED),
        is_negative_taken=True,
        has_carries=False,
        has_residuals=True,
        has_reserve=True,
        has_disputes=True,
        unknown="LOYALTY_CREDIT",
    ),
)

_FURTHER_ZONES: Final = {"USD": ("America/New_York", "US"), "JPY": ("Asia/Tokyo", "JP"), "KRW": ("Asia/Seoul", "KR")}


def _account(code: str, name: str, number: str, currency: str, layout: str, mapping: str = "") -> Account:
    zone, country = _FURTHER_ZONES.get(currency, ("Europe/Amsterdam", "EU"))
    read_by = example(mapping, "banks") if mapping else None
    return Account(code, name, number, currency, zone, country, layout, read_by, is_further=True)


ACCOUNTS: Final = (
    _account("chase-usd", "Chase Business Checking (USD)", "000123456789", "USD", "bai2"),
    _account("mizuho-jpy", "みずほ銀行 普通預金 (JPY)", "00011002345678", "JPY", "zengin"),
    _account("mufg-web-jpy", "三菱UFJ銀行 普通預金 2 (JPY)", "00050057654321", "JPY", "japanese_bank", "mufg"),
    _account("shinhan-krw", "신한은행 보통예금 (KRW)", "110987654321", "KRW", "korean_bank", "shinhan"),
    _account("rabobank-eur", "Rabobank Zakelijk (EUR)", "NL91RABO0315273637", "EUR", "camt054"),
)
PROVIDERS: Final = (STRIPE, KOMOJU, GMO, KAKAOPAY, SQUARE)
