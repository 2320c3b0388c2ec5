"""The money room: integer minor units with a currency, read, rounded, split and charged exactly, never as floats.

Import everything from here; the files behind it are an inner matter of the room.
"""

from .currencies import EXPONENTS, NO_CURRENCY, UnknownCurrency, exponent, format_minor
from .fees import Fee, FeeTerms, contract_fee, split_vat
from .parsing import minor_from_major, parse_minor, parse_minor_units
from .refusals import LARGEST_MINOR, AmountProblem, UnreadableAmount
from .rounding import Rounding, allocate, convert, divide_rounded, share_of
from .value import CurrencyMismatch, Money

__all__ = [
    "EXPONENTS",
    "LARGEST_MINOR",
    "NO_CURRENCY",
    "AmountProblem",
    "CurrencyMismatch",
    "Fee",
    "FeeTerms",
    "Money",
    "Rounding",
    "UnknownCurrency",
    "UnreadableAmount",
    "allocate",
    "contract_fee",
    "convert",
    "divide_rounded",
    "exponent",
    "format_minor",
    "minor_from_major",
    "parse_minor",
    "parse_minor_units",
    "share_of",
    "split_vat",
]
