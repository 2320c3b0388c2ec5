"""Amounts as the activity download spells them, 1,234.56 or 1.234,56: nearly every cell is another one."""

from __future__ import annotations

from typing import Final

from payments.money import exponent
from payments.tabular.amounts import Amounts

_LONGEST: Final = 18
_REMEMBERED: Final = 20_000


class Spelled(Amounts):
    """Minor units by the text of a cell; what is not plainly grouped is left to the careful reader."""

    __slots__ = ("_decimals", "_divider", "_mark")

    def __init__(self, currency: str, decimal_mark: str) -> None:
        """Raises UnknownCurrency."""
        super().__init__(currency, decimal_mark)
        self._mark = decimal_mark
        self._divider = "," if decimal_mark == "." else "."
        self._decimals = exponent(currency)

    def __missing__(self, text: str) -> int:
        body = text[1:] if text[:1] == "-" else text
        whole, _, fraction = body.partition(self._mark)
        if len(fraction) == self._decimals and len(body) <= _LONGEST:
            digits = whole.replace(self._divider, "")
            count = len(whole) - len(digits)
            # Every fourth character from the end divides thousands, and nothing else does.
            is_grouped = not count or (whole[-4::-4] == self._divider * count and digits[:1] == whole[:1])
            digits += fraction
            if (
                whole
                and is_grouped
                and digits.isdecimal()
                and digits.isascii()
                and (fraction or len(body) == len(whole))
            ):
                minor = int(digits) if body is text else -int(digits)
                if len(self) < _REMEMBERED:
                    self[text] = minor
                return minor
        read: int = super().__missing__(text)
        return read
