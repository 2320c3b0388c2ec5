"""The further provider accounts in Japan and Korea."""

from __future__ import annotations

from typing import Final

from payments.calendars import Cycle
from payments.facts import MovementKind
from payments.money import Rounding
from payments.simulator.fates import Fate
from payments.simulator.further.troubles import KEYED_FAULTS, NAMED_FATES
from payments.simulator.mappings import example
from payments.simulator.planting import UNKNOWN_KIND
from payments.simulator.terms import Contract, Offering, Practice, ProviderPlan, Schedule
from payments.simulator.world import Fault

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
        faults=(*KEYED_FAULTS, Fault.FEE_VAT, UNKNOWN_KIND),
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
        faults=(*KEYED_FAULTS, Fault.FEE_VAT, UNKNOWN_KIND),
        fates=NAMED_FATES,
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
        faults=(*KEYED_FAULTS, Fault.FEE_VAT, UNKNOWN_KIND),
        fates=NAMED_FATES,
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
        faults=(*KEYED_FAULTS, UNKNOWN_KIND),
        fates=(*NAMED_FATES, Fate.RETURNED),
        is_negative_taken=True,
        has_carries=False,
        has_residuals=True,
        has_reserve=True,
        has_disputes=True,
        unknown="LOYALTY_CREDIT",
    ),
)
