"""The merchant that is measured: one Adyen account in euro, its contract, its schedule and its bank account."""

from __future__ import annotations

from typing import Final

PROVIDER: Final = "adyen-bench"
ACCOUNT: Final = "bank-bench"
MERCHANT_ACCOUNT: Final = "BenchEU"

ACCOUNT_TABLE: Final = """
[[bank_account]]
code = "bank-bench"
name = "Settlement account"
account_reference = "NL20INGB0001234567"
currency = "EUR"
zone = "Europe/Amsterdam"
country = "EU"

[[method]]
code = "card"
family = "card"
name_ko = "카드"
name_ja = "カード"
name_en = "Card"
is_enabled = true
display_order = 1

[[provider]]
code = "adyen-bench"
name = "Adyen BenchEU"
adapter = "adyen"
zone = "Europe/Amsterdam"
country = "EU"
currencies = ["EUR", "USD"]
bank_account = "bank-bench"
match_window_days = 7
ledger_grace_days = 2
deposit_grace_days = 3
is_enabled = true

[[provider.offering]]
method = "card"
provider_names = ["visa", "mc", "amex", "ideal"]
priority = 1
weight = 1

[[provider.payout_schedule]]
currency = "EUR"
cycle = "daily"
lag_business_days = 2
country = "EU"
"""
CONTRACT_TABLE: Final = """
[[provider.fee_contract]]
currency = "EUR"
effective_from = 2000-01-01
rate_basis_points = "60"
fixed_minor = 0
minimum_minor = 0
vat_rate_basis_points = 0
is_vat_included = false
fee_rounding = "down"
vat_rounding = "half_up"
is_returned_on_refund = true
has_pass_through = true
"""
"""Interchange++: 60 basis points are ours to pay, scheme fees and interchange pass through."""


def configuration(*, has_contract: bool) -> bytes:
    """The merchant as `manage.py configure` reads it; with a contract every fee is audited too."""
    return (ACCOUNT_TABLE + (CONTRACT_TABLE if has_contract else "")).encode()
