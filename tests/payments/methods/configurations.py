"""A whole configuration for tests, and the rules of an installation that knows two formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from payments.intake.configuration import check_api_address
from payments.methods.configuration.schema import Rules

WHOLE = """
[[bank_account]]
code = "kb"
name = "국민은행 정산"
account_reference = "1234 5678"
currency = "KRW"
zone = "Asia/Seoul"
country = "KR"

[[method]]
code = "card"
family = "card"
name_ko = "카드"
name_ja = "カード"
name_en = "Card"

[[method.limit]]
currency = "KRW"
minimum = 100
maximum = 50_000_000

[[provider]]
code = "toss"
name = "Toss Payments"
adapter = "toss"
zone = "Asia/Seoul"
country = "KR"
currencies = ["KRW", "USD"]
bank_account = "kb"

[[provider.offering]]
method = "card"
provider_names = ["카드", "visa"]

[[provider.fee_contract]]
method = "card"
currency = "KRW"
effective_from = 2026-01-01
effective_to = 2026-07-01
rate_basis_points = 295.125
vat_rate_basis_points = 1000
is_vat_included = true

[[provider.fee_contract]]
currency = "KRW"
effective_from = "2026-01-01"
rate_basis_points = "250"

[[provider.payout_schedule]]
currency = "KRW"
cycle = "weekly"
lag_business_days = 2
weekday = 0
cut_off = 23:30:00
country = "KR"
"""


def check_mapping(mapping: Mapping[str, Any]) -> None:
    """A stand-in for the readers' schema: a mapping needs columns."""
    if "columns" not in mapping:
        raise ValueError("The mapping lacks the key “columns”.")


RULES = Rules(frozenset({"toss", "mapped"}), check_mapping, check_mapping, check_api_address)
