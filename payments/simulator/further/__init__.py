"""The merchant's further provider and bank accounts: one for each layout that the five providers do not deliver."""

from __future__ import annotations

from typing import Final

from payments.simulator.further.asia import GMO, KAKAOPAY, KOMOJU, SQUARE
from payments.simulator.further.west import MOLLIE, MOLLIE_BALANCE, PAYPAL_DE, PAYPAL_US, STRIPE, STRIPE_MANUAL
from payments.simulator.mappings import example
from payments.simulator.terms import Account, Method

METHODS: Final = (
    Method("paypal", "wallet", "페이팔", "PayPal", "PayPal"),
    Method("kakao-pay", "wallet", "카카오페이", "カカオペイ", "KakaoPay"),
)
_FURTHER_ZONES: Final = {"USD": ("America/New_York", "US"), "JPY": ("Asia/Tokyo", "JP"), "KRW": ("Asia/Seoul", "KR")}
_MAPPINGS: Final = {"japanese_bank": "mufg", "korean_bank": "shinhan"}


def _account(code: str, name: str, number: str, currency: str, layout: str) -> Account:
    zone, country = _FURTHER_ZONES.get(currency, ("Europe/Amsterdam", "EU"))
    read_by = example(_MAPPINGS[layout], "banks") if layout in _MAPPINGS else None
    return Account(code, name, number, currency, zone, country, layout, read_by, is_further=True)


ACCOUNTS: Final = (
    _account("chase-usd", "Chase Business Checking (USD)", "000123456789", "USD", "bai2"),
    _account("mizuho-jpy", "みずほ銀行 普通預金 (JPY)", "00011002345678", "JPY", "zengin"),
    _account("mufg-web-jpy", "三菱UFJ銀行 普通預金 2 (JPY)", "00050057654321", "JPY", "japanese_bank"),
    _account("shinhan-krw", "신한은행 보통예금 (KRW)", "110987654321", "KRW", "korean_bank"),
    _account("n26-eur", "N26 Business (EUR)", "DE89370400440532013000", "EUR", "ofx"),
    _account("rabobank-eur", "Rabobank Zakelijk (EUR)", "NL91RABO0315273637", "EUR", "camt054"),
)
PROVIDERS: Final = (STRIPE, STRIPE_MANUAL, KOMOJU, GMO, KAKAOPAY, SQUARE, MOLLIE, PAYPAL_DE, PAYPAL_US, MOLLIE_BALANCE)
