"""Amounts of many currencies in hundredths of one: to compare and to order by, never shown as money."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from django.conf import settings

from payments.money import EXPONENTS

_HUNDREDTHS: Final = 100
_USUAL_EXPONENT: Final = 2
_OTHERS: Final = Fraction(1)
"""Of a currency that is in no list: worth one, with two digits."""


def ratio_of(currency: str) -> Fraction:
    """Hundredths of the reference currency per minor unit; a currency without a rate counts as worth one."""
    rates: Mapping[str, str] = settings.FRAUD_REFERENCE_RATES
    rate = Fraction(rates.get(currency, "1"))
    return rate * _HUNDREDTHS / Fraction(10) ** EXPONENTS.get(currency, _USUAL_EXPONENT)


def reference_amount(amount: int, currency: str) -> int:
    """An amount in minor units as hundredths of the reference currency, rounded down."""
    return int(amount * ratio_of(currency) // 1)


def reference_sql(amount: str, currency: str) -> str:
    """The same as `reference_amount` for two SQL expressions; numeric, so nothing overflows."""
    numerator, denominator = parts_sql(currency)
    return f"div({amount}::numeric * {numerator}, {denominator})"


def parts_sql(currency: str) -> tuple[str, str]:
    """Numerator and denominator of the ratio of a currency, as SQL."""
    by_ratio: dict[Fraction, list[str]] = {}
    for code in EXPONENTS:
        by_ratio.setdefault(ratio_of(code), []).append(code)
    by_ratio.pop(_OTHERS, None)

    def cases(part: str) -> str:
        whens = [
            f"WHEN {currency} = ANY('{{{','.join(codes)}}}'::text[]) THEN {getattr(ratio, part)}"
            for ratio, codes in by_ratio.items()
        ]
        return f"(CASE {' '.join(whens)} ELSE 1 END)::numeric"

    return cases("numerator"), cases("denominator")
