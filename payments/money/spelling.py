"""The careful reader of amounts: every spelling people use, and a reason for each one that is not certain."""

import re
from typing import Final

from .affixes import TO_PLAIN, sign_of
from .currencies import EXPONENTS
from .refusals import LARGEST_MINOR, LONGEST_CELL, AmountProblem, UnreadableAmount

_CORE = re.compile(r"[0-9.,](?:[0-9.,' ]*[0-9.,])?", re.ASCII)
_SCIENTIFIC = re.compile(r"[0-9.,][eE][+\-]?[0-9]", re.ASCII)
_DIGITS = re.compile(r"[0-9]*", re.ASCII)
_WHOLE = re.compile(r"[0-9]+|[0-9]{1,3}([,.' ])[0-9]{3}(?:\1[0-9]{3})*", re.ASCII)
_WHOLE_IN_LAKHS = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}", re.ASCII)
_DIVIDERS = str.maketrans("", "", ",.' ")

# Where people write 1,23,456.78.
_CURRENCIES_IN_LAKHS: Final = frozenset({"BDT", "BTN", "INR", "LKR", "NPR", "PKR"})
# Zero-decimal currencies whose home divides thousands with a comma and never writes a decimal comma. In pesos, dong or
# CFA francs "1,234" may as well be an unrounded fee of 1.234.
_COMMA_DIVIDES_THOUSANDS: Final = frozenset({"JPY", "KRW"})


class _Refused(Exception):
    """Carries the reason up to the one place that knows the original text."""

    def __init__(self, reason: AmountProblem) -> None:
        self.reason = reason


def read_spelling(text: str, currency: str, decimal_mark: str | None) -> int:
    """Return the minor units a cell spells. `currency` is known. Raises UnreadableAmount."""
    try:
        return _read(text, currency, decimal_mark)
    except _Refused as refused:
        raise UnreadableAmount(text, refused.reason) from None


def _read(text: str, currency: str, decimal_mark: str | None) -> int:
    # Before anything looks at the text: a cell of a million zeros must cost nothing.
    if len(text) > LONGEST_CELL:
        raise _Refused(AmountProblem.TOO_LONG)
    plain = text.translate(TO_PLAIN).strip()
    if not plain:
        raise _Refused(AmountProblem.EMPTY)
    if _SCIENTIFIC.search(plain):
        raise _Refused(AmountProblem.SCIENTIFIC)
    before, core, after = _cut(plain)
    sign = sign_of(before, after, currency)
    if isinstance(sign, AmountProblem):
        raise _Refused(sign)
    if core[-1] in ".," and (core[-1] != decimal_mark or after):
        # "5.-" is Swiss for five francs and not for minus five, so a closing mark stands alone or not at all.
        raise _Refused(AmountProblem.BAD_GROUPING)
    whole, fraction = _whole_and_fraction(core, currency, decimal_mark)
    return sign * _minor(whole, fraction, EXPONENTS[currency])


def _cut(plain: str) -> tuple[str, str, str]:
    """Cut a cell into what stands before the digits, the digits with their marks, and what stands after."""
    core = _CORE.search(plain)
    if core is None or not any(character.isdigit() for character in core[0]):
        raise _Refused(AmountProblem.NOT_A_NUMBER)
    return plain[: core.start()], core[0], plain[core.end() :]


def _whole_and_fraction(core: str, currency: str, decimal_mark: str | None) -> tuple[str, str]:
    mark = decimal_mark or _decimal_mark_in(core, currency)
    whole, _, fraction = core.partition(mark) if mark else (core, "", "")
    if not _DIGITS.fullmatch(fraction):
        raise _Refused(AmountProblem.BAD_GROUPING)
    is_grouped_well = _WHOLE.fullmatch(whole) or (not whole and fraction)
    if not is_grouped_well and not (currency in _CURRENCIES_IN_LAKHS and _WHOLE_IN_LAKHS.fullmatch(whole)):
        raise _Refused(AmountProblem.BAD_GROUPING)
    return whole.translate(_DIVIDERS), fraction


def _decimal_mark_in(core: str, currency: str) -> str:
    """Return the mark that can only be the decimal mark, "" if there can be no decimals; refuse the ambiguous."""
    dots, commas = core.count("."), core.count(",")
    if dots and commas:
        return "." if core.rfind(".") > core.rfind(",") else ","
    if dots + commas != 1:
        return ""
    mark = "." if dots else ","
    whole, _, fraction = core.partition(mark)
    could_divide_thousands = len(fraction) == 3 and 1 <= len(whole) <= 3 and whole.isdigit() and whole != "0"
    if not could_divide_thousands:
        return mark
    if mark == "," and currency in _COMMA_DIVIDES_THOUSANDS:
        return ""
    raise _Refused(AmountProblem.AMBIGUOUS)


def _minor(whole: str, fraction: str, exponent: int) -> int:
    significant = fraction.rstrip("0")
    if len(significant) > exponent:
        raise _Refused(AmountProblem.TOO_MANY_DECIMALS)
    minor = int(whole + significant.ljust(exponent, "0") or "0")
    if minor > LARGEST_MINOR:
        raise _Refused(AmountProblem.TOO_LARGE)
    return minor
