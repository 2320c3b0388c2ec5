"""Cells that hold money: read once, remembered, and refused in words a finance person understands."""

import re
from functools import lru_cache
from typing import Final

from payments.cards import SHORTEST, holds_card_number
from payments.facts import Problem
from payments.money import AmountProblem, UnknownCurrency, UnreadableAmount, exponent, parse_minor, parse_minor_units
from payments.wording import translatable

REASONS: Final = {
    AmountProblem.EMPTY: translatable("The amount is missing."),
    AmountProblem.TOO_LONG: translatable("“%(text)s” is too long to be an amount."),
    AmountProblem.NOT_A_NUMBER: translatable("“%(text)s” is not an amount."),
    AmountProblem.SCIENTIFIC: translatable(
        "“%(text)s” is a number as spreadsheets write it: its digits may be lost. Import the file as it was downloaded."
    ),
    AmountProblem.AMBIGUOUS: translatable(
        "“%(text)s” can be read in two ways: the mark may divide thousands or decimals. "
        "Say in the mapping which decimal mark the file uses."
    ),
    AmountProblem.BAD_GROUPING: translatable("“%(text)s” has its thousands marks in the wrong places."),
    AmountProblem.TOO_MANY_DECIMALS: translatable("“%(text)s” has more decimals than the currency has."),
    AmountProblem.TOO_LARGE: translatable("“%(text)s” is larger than any amount can be."),
    AmountProblem.CONFLICTING_SIGNS: translatable("“%(text)s” has two signs that contradict each other."),
    AmountProblem.OTHER_CURRENCY: translatable("“%(text)s” names another currency than its line."),
}
UNKNOWN_CURRENCY: Final = translatable("“%(text)s” is not a currency (ISO 4217 code).")
NEGATIVE: Final = translatable("“%(text)s” is negative, but the column already says the side.")

_SHOWN: Final = 40
_REMEMBERED: Final = 20_000
_SURE_LENGTH: Final = 19
"""With fewer characters than this no amount leaves 64 bits, whatever the currency."""
_COMMA_DIVIDES_THOUSANDS: Final = frozenset({"JPY", "KRW"})
"""Where `1,234` can be nothing else, though no decimal mark is declared."""


def shown(text: str) -> str:
    """A cell as it may stand in a message: one short line."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHOWN else plain[: _SHOWN - 1] + "…"


def amount_problem(refusal: UnreadableAmount, *, line: int | None = None, field: str = "") -> Problem:
    """The problem to report for an amount that could not be read."""
    return Problem(REASONS[refusal.reason], {"text": shown(refusal.text)}, line, field)


def currency_problem(text: str, *, line: int | None = None, field: str = "") -> Problem:
    """The problem to report for a currency code that is none."""
    return Problem(UNKNOWN_CURRENCY, {"text": shown(text)}, line, field)


@lru_cache(maxsize=256)
def _sure(currency: str, decimal_mark: str | None) -> re.Pattern[str]:
    """What machines write: digits, or thousands divided well, no more decimals than the currency has (the group).

    Nothing in that needs a thought, and no card number fits it. Where no mark is declared, only what has one meaning.
    """
    decimals = exponent(currency)
    mark, divider, first, least = decimal_mark or ".", "." if decimal_mark == "," else ",", "[0-9]{1,3}", 1
    if decimal_mark is None:
        # 0,800 has no thousands to divide.
        decimals, first, least = min(decimals, 2), "[1-9][0-9]{0,2}", 1 if currency in _COMMA_DIVIDES_THOUSANDS else 2
    whole = rf"-?(?:[0-9]{{1,{SHORTEST - 1}}}+|{first}(?:{re.escape(divider)}[0-9]{{3}}){{{least},}})"
    return re.compile(whole + (rf"(?:{re.escape(mark)}([0-9]{{1,{decimals}}}))?" if decimals else "()"))


class Amounts(dict[str, int]):
    """Minor units of one currency by the text of a cell: a dictionary look-up for every amount seen before.

    The empty cell is 0. Raises UnreadableAmount, and UnknownCurrency when made for a code that is none.
    """

    __slots__ = ("_scales", "_sure", "currency", "decimal_mark", "is_minor", "is_signed")

    def __init__(
        self, currency: str, decimal_mark: str | None = None, *, is_signed: bool = True, is_minor: bool = False
    ) -> None:
        """`is_minor` says that the cells count minor units already. Raises UnknownCurrency."""
        super().__init__({"": 0})
        decimals = exponent(currency)
        self._sure = None if is_minor else _sure(currency, decimal_mark).fullmatch
        self._scales = tuple(10 ** (decimals - given) for given in range(decimals + 1))
        """What an amount with so many decimals is multiplied with."""
        self.currency = currency
        self.decimal_mark = decimal_mark
        self.is_signed = is_signed
        self.is_minor = is_minor

    def __missing__(self, text: str) -> int:
        minor = self.once(text)
        # Full, it stays as it is: what repeats in a file is met early.
        if len(self) < _REMEMBERED:
            self[text] = minor
        return minor

    def once(self, text: str) -> int:
        """An amount of a column in which none repeats, such as a running balance: it is not remembered."""
        found = self._sure(text) if len(text) < _SURE_LENGTH and self._sure else None
        if found is None:
            minor = self._read(text)
        else:
            decimals = found[1]
            minor = int(text.replace(",", "").replace(".", "")) * self._scales[len(decimals) if decimals else 0]
        if minor < 0 and not self.is_signed:
            raise UnreadableAmount(text, AmountProblem.CONFLICTING_SIGNS)
        return minor

    def _read(self, text: str) -> int:
        if len(text) >= SHORTEST and holds_card_number(text):
            raise UnreadableAmount("", AmountProblem.TOO_LARGE)
        if not text.strip():
            return 0
        if self.is_minor:
            return parse_minor_units(text)
        return parse_minor(text, self.currency, decimal_mark=self.decimal_mark)


__all__ = ["Amounts", "UnknownCurrency", "UnreadableAmount", "amount_problem", "currency_problem", "shown"]
