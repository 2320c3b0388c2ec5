"""The merchant: its bank accounts, payment methods and five provider accounts with what they cost and when they pay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from payments.calendars import Cycle
from payments.money import Rounding
from payments.simulator.mappings import KOOKMIN_CSV, NAVER_JSON, SBPS_CSV
from payments.simulator.terms import Account, Contract, Limit, Method, Offering, ProviderPlan, Schedule

KRW_ACCOUNT = Account(
    "kookmin-krw", "국민은행 보통예금 (KRW)", "80470104123456", "KRW", "Asia/Seoul", "KR", "passbook", KOOKMIN_CSV
)
JPY_ACCOUNT = Account("mufg-jpy", "三菱UFJ銀行 普通預金 (JPY)", "00050051234567", "JPY", "Asia/Tokyo", "JP", "camt053")
EUR_ACCOUNT = Account(
    "ing-eur", "ING Zakelijke Rekening (EUR)", "NL20INGB0001234567", "EUR", "Europe/Amsterdam", "EU", "mt940"
)
ACCOUNTS = (KRW_ACCOUNT, JPY_ACCOUNT, EUR_ACCOUNT)

METHODS = (
    Method(
        "card",
        "card",
        "신용·체크카드",
        "クレジットカード",
        "Card",
        (Limit("KRW", 100), Limit("JPY", 50), Limit("EUR", 50)),
    ),
    Method("toss-pay", "wallet", "간편결제", "かんたん決済", "Easy pay", (Limit("KRW", 100, 2_000_000),)),
    Method("naver-pay", "wallet", "네이버페이", "NAVER Pay", "Naver Pay", (Limit("KRW", 100, 2_000_000),)),
    Method("paypay", "wallet", "페이페이", "PayPay", "PayPay", (Limit("JPY", 1, 500_000),)),
    Method(
        "virtual-account", "virtual_account", "가상계좌", "バーチャル口座", "Virtual account", (Limit("KRW", 1_000),)
    ),
    Method(
        "carrier-billing",
        "carrier_billing",
        "휴대폰 소액결제",
        "キャリア決済",
        "Carrier billing",
        (Limit("KRW", 200, 300_000, customer_monthly_cap=1_000_000),),
    ),
    Method(
        "convenience-store",
        "convenience_store",
        "편의점 결제",
        "コンビニ決済",
        "Convenience store",
        (Limit("JPY", 200, 299_999),),
    ),
    Method("ideal", "bank_transfer", "iDEAL 계좌이체", "iDEAL 銀行振込", "iDEAL", (Limit("EUR", 10, 1_000_000),)),
)


def _toss(start: date) -> ProviderPlan:
    # The card fee of Korean merchants is set anew twice a year; here it falls half way into the first quarter.
    revised_on = start + timedelta(days=45)
    included = Contract("KRW", vat_rate_basis_points=1000, is_vat_included=True, is_returned_on_refund=True)
    return ProviderPlan(
        code="toss",
        name="토스페이먼츠",
        adapter="toss",
        layout="toss",
        zone="Asia/Seoul",
        country="KR",
        currency="KRW",
        bank_account=KRW_ACCOUNT.code,
        share=0.42,
        offerings=(
            Offering("card", ("카드",), 55, 38_000),
            Offering("toss-pay", ("간편결제",), 25, 27_000),
            Offering("virtual-account", ("가상계좌",), 10, 85_000),
            Offering("carrier-billing", ("휴대폰",), 10, 12_000),
        ),
        contracts=(
            replace(included, rate_basis_points="290"),
            replace(included, method="card", effective_to=revised_on, rate_basis_points="231"),
            replace(included, method="card", effective_from=revised_on, rate_basis_points="220.5"),
            replace(included, method="toss-pay", rate_basis_points="250"),
            replace(included, method="virtual-account", fixed_minor=330, is_returned_on_refund=False),
            replace(included, method="carrier-billing", rate_basis_points="385", minimum_minor=110),
        ),
        schedule=Schedule("KRW", Cycle.DAILY, 3, "KR"),
        payer="토스페이먼츠(주)",
        account_name="jeongsan01",
        event_adapter="toss",
    )


def _naver() -> ProviderPlan:
    return ProviderPlan(
        code="naver",
        name="네이버 스마트스토어",
        adapter="mapped",
        layout="naver",
        zone="Asia/Seoul",
        country="KR",
        currency="KRW",
        bank_account=KRW_ACCOUNT.code,
        share=0.18,
        offerings=(Offering("naver-pay", ("NAVERPAY",), 100, 33_000),),
        contracts=(
            Contract(
                "KRW",
                rate_basis_points="303",
                vat_rate_basis_points=1000,
                is_vat_included=True,
                fee_rounding=Rounding.DOWN,
                vat_rounding=Rounding.DOWN,
                is_returned_on_refund=True,
            ),
        ),
        schedule=Schedule("KRW", Cycle.DAILY, 6, "KR"),
        payer="네이버파이낸셜(주)",
        account_name="jeongsan-store",
        mapping=NAVER_JSON,
    )


def _sbps() -> ProviderPlan:
    taxed = Contract("JPY", vat_rate_basis_points=1000, fee_rounding=Rounding.DOWN, vat_rounding=Rounding.DOWN)
    return ProviderPlan(
        code="sbps",
        name="SBペイメントサービス",
        adapter="mapped",
        layout="konbini",
        zone="Asia/Tokyo",
        country="JP",
        currency="JPY",
        bank_account=JPY_ACCOUNT.code,
        share=0.16,
        offerings=(
            Offering("convenience-store", ("コンビニ決済",), 60, 4_200),
            Offering("paypay", ("PayPay",), 40, 3_100),
        ),
        contracts=(
            replace(taxed, rate_basis_points="350", transfer_fee_minor=200),
            replace(taxed, method="convenience-store", rate_basis_points="275", minimum_minor=120),
            replace(taxed, method="paypay", rate_basis_points="345"),
        ),
        schedule=Schedule("JPY", Cycle.WEEKLY, 2, "JP", weekday=4),
        payer="エスビーペイメントサービス",
        account_name="JS0001",
        has_keys=False,
        mapping=SBPS_CSV,
    )


def _adyen_jp() -> ProviderPlan:
    return ProviderPlan(
        code="adyen-jp",
        name="Adyen JeongsanJP",
        adapter="adyen",
        layout="adyen",
        zone="Asia/Tokyo",
        country="JP",
        currency="JPY",
        bank_account=JPY_ACCOUNT.code,
        share=0.14,
        offerings=(Offering("card", ("visa", "mc", "jcb", "amex"), 100, 7_800),),
        contracts=(
            Contract(
                "JPY",
                rate_basis_points="100",
                monthly_fee_minor=15_000,
                chargeback_fee_minor=1_500,
                payout_threshold_minor=10_000,
            ),
            Contract("JPY", method="card", rate_basis_points="45", fixed_minor=13, has_pass_through=True),
        ),
        schedule=Schedule("JPY", Cycle.DAILY, 2, "JP"),
        payer="ADYEN JAPAN KK",
        account_name="JeongsanJP",
        event_adapter="adyen",
        buyer_currencies=(("JPY", 0.85), ("USD", 0.15)),
    )


def _adyen_eu() -> ProviderPlan:
    return ProviderPlan(
        code="adyen-eu",
        name="Adyen JeongsanEU",
        adapter="adyen",
        layout="adyen",
        zone="Europe/Amsterdam",
        country="EU",
        currency="EUR",
        bank_account=EUR_ACCOUNT.code,
        share=0.10,
        offerings=(
            Offering("card", ("visa", "mc", "amex"), 75, 58),
            Offering("ideal", ("ideal",), 25, 46),
        ),
        contracts=(
            Contract(
                "EUR",
                rate_basis_points="100",
                monthly_fee_minor=9_500,
                chargeback_fee_minor=1_500,
                payout_threshold_minor=5_000,
            ),
            Contract(
                "EUR",
                method="card",
                rate_basis_points="30",
                fixed_minor=11,
                has_pass_through=True,
                chargeback_fee_minor=750,
            ),
            Contract("EUR", method="ideal", fixed_minor=29),
        ),
        schedule=Schedule("EUR", Cycle.DAILY, 2, "EU"),
        payer="ADYEN N.V.",
        account_name="JeongsanEU",
        event_adapter="adyen",
        buyer_currencies=(("EUR", 0.74), ("USD", 0.16), ("JPY", 0.10)),
    )


@dataclass(frozen=True)
class Merchant:
    """Everything that is agreed, for a simulation that starts on a date."""

    providers: tuple[ProviderPlan, ...]
    accounts: tuple[Account, ...] = ACCOUNTS
    methods: tuple[Method, ...] = METHODS

    def provider(self, code: str) -> ProviderPlan:
        """The provider of a code. Raises StopIteration."""
        return next(plan for plan in self.providers if plan.code == code)


def merchant_from(start: date) -> Merchant:
    """Return the merchant as it is configured for a simulation starting on a date: the five providers of every one."""
    return Merchant((_toss(start), _naver(), _sbps(), _adyen_jp(), _adyen_eu()))
