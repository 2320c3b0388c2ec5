"""The ISO 4217 shelf: how many digits each active currency keeps behind its decimal mark."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NO_CURRENCY: Final = "XXX"
"""ISO 4217 for a transaction without currency: of a payment that nobody has named an amount of yet."""

# ISO 4217 list one as published on 2026-01-01: every code with a minor unit, fund codes included. Codes without one
# (metals, XDR, XSU, XUA, bond units, XTS, XXX) are no money a provider settles. Babel's CLDR digits are about display
# and differ (AFN, IQD, LBP and others are 0 there), so they are no source for amounts.
_CODES_BY_EXPONENT = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW "
        "CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF "
        "IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
        "MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP "
        "SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG "
        "YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

EXPONENTS: Mapping[str, int] = MappingProxyType(
    {code: digits for digits, codes in _CODES_BY_EXPONENT.items() for code in codes.split()}
)
"""Digits behind the decimal mark by ISO 4217 code, upper case."""


class UnknownCurrency(ValueError):
    """The code is not an active ISO 4217 currency with a minor unit, written in upper case."""

    def __init__(self, currency: str) -> None:
        super().__init__(currency)
        self.currency = currency

    def __str__(self) -> str:
        return f"unknown currency {self.currency[:12]!r}"


def exponent(currency: str) -> int:
    """Return the number of digits behind the decimal mark: 0, 2, 3 or 4. Raises UnknownCurrency."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


def format_minor(minor: int, currency: str) -> str:
    """Spell minor units as a plain major amount, '.' as decimal mark and no thousands marks: 123450, USD → 1234.50.

    The spelling for files and keys, not for screens. `parse_minor(..., decimal_mark=".")` reads it back.
    Raises UnknownCurrency.
    """
    digits = exponent(currency)
    if digits == 0:
        return str(minor)
    padded = str(abs(minor)).rjust(digits + 1, "0")
    return f"{'-' if minor < 0 else ''}{padded[:-digits]}.{padded[-digits:]}"
