"""The door amounts come in by: text or exact numbers become minor units, quickly when plain, carefully when not."""

import re
from decimal import Decimal
from typing import Final

from .currencies import EXPONENTS, UnknownCurrency
from .refusals import LARGEST_MINOR, LONGEST_CELL, AmountProblem, UnreadableAmount
from .spelling import read_spelling

# With fewer characters than this the fast path cannot leave 64 bits, whatever the currency.
_FAST_LENGTH = 15
# The next most frequent spelling in files, 1,653.75: both marks are certain, the commas only have to go.
_DIVIDED_BY_COMMAS: Final = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", re.ASCII)
_POWERS: Final[tuple[int, ...]] = tuple(10**digits for digits in range(5))


def parse_minor(text: str, currency: str, *, decimal_mark: str | None = None) -> int:
    """Read an amount in major units and return it in minor units of the currency.

    Declare `decimal_mark` ('.' or ',') wherever the format fixes it: then the other mark only divides thousands, and
    a closing mark ("1000,", as MT940 writes) is allowed. Undeclared, a single mark with three digits behind it
    ("1,234") is refused as ambiguous, except a comma in yen and won, where it can only divide thousands.
    Signs may stand before or behind, as parentheses, as ▲ or △ before, or as CR (+) and DR (-) behind; the currency's
    own code or symbol may stand on either side. More decimals than the currency has are refused unless they are zeros.
    Raises UnknownCurrency, UnreadableAmount, and ValueError for another decimal mark.
    """
    exponent = EXPONENTS.get(currency)
    if exponent is None:
        raise UnknownCurrency(currency)
    if decimal_mark is not None and decimal_mark not in (".", ","):
        raise ValueError(f"the decimal mark is '.' or ',', not {decimal_mark!r}")
    # The fast path takes what machines write (123.45, 38.1, 1000, -5) and nothing that needs a thought.
    if len(text) < _FAST_LENGTH and text.isascii():
        whole, mark, fraction = text.partition(decimal_mark or ".")
        length = len(fraction)
        if length <= exponent and (length or not mark) and (length != 3 or decimal_mark):
            digits = whole + fraction
            if digits.isdigit() or (whole[:1] == "-" and digits[1:].isdigit()):
                return int(digits) * _POWERS[exponent - length]
        if _DIVIDED_BY_COMMAS.fullmatch(text) and (decimal_mark == "." or (decimal_mark is None and "." in text)):
            whole, mark, fraction = text.replace(",", "").partition(".")
            if len(fraction) <= exponent:
                return int(whole + fraction) * _POWERS[exponent - len(fraction)]
    return read_spelling(text, currency, decimal_mark)


def parse_minor_units(text: str) -> int:
    """Read an integer that already counts minor units, with at most a leading sign. Raises UnreadableAmount."""
    if len(text) > LONGEST_CELL:
        raise UnreadableAmount(text, AmountProblem.TOO_LONG)
    plain = text.strip().replace("−", "-")
    digits = plain[1:] if plain[:1] in ("-", "+") else plain
    if not (digits.isascii() and digits.isdigit()):
        raise UnreadableAmount(text, AmountProblem.NOT_A_NUMBER if plain else AmountProblem.EMPTY)
    minor = int(plain)
    if abs(minor) > LARGEST_MINOR:
        raise UnreadableAmount(text, AmountProblem.TOO_LARGE)
    return minor


def minor_from_major(amount: Decimal | int, currency: str) -> int:
    """Turn an exact number in major units (JSON read with `parse_float=Decimal`) into minor units.

    Raises UnknownCurrency, UnreadableAmount, and TypeError for floats.
    """
    exponent = EXPONENTS.get(currency)
    if exponent is None:
        raise UnknownCurrency(currency)
    if type(amount) is int:
        amount = Decimal(amount)
    if not isinstance(amount, Decimal):
        raise TypeError(f"an amount is a Decimal or an int, not {type(amount).__name__}")
    if not amount.is_finite():
        raise UnreadableAmount(str(amount), AmountProblem.NOT_A_NUMBER)
    # Bounds come before the text: 1E+80000000 written out is eighty megabytes. Zero has no size, whatever its exponent.
    if not amount:
        return 0
    if amount.adjusted() > LONGEST_CELL // 2:
        raise UnreadableAmount("a number beyond all amounts", AmountProblem.TOO_LARGE)
    if amount.adjusted() < -LONGEST_CELL // 2:
        raise UnreadableAmount("a number beyond all decimals", AmountProblem.TOO_MANY_DECIMALS)
    return read_spelling(format(amount, "f"), currency, ".")
