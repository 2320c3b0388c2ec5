"""Mollie's amounts: objects of currency and value, with up to four decimals, which are kept exact until they are added.

An exact amount is an integer of `PER_MAJOR` parts of a major unit.
"""

import re
from typing import Final, Self

from payments.facts import Problem
from payments.money import AmountProblem, Rounding, UnknownCurrency, UnreadableAmount, divide_rounded, exponent
from payments.providers.fields import MISSING, Fields
from payments.tabular.amounts import amount_problem, currency_problem
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

DECIMALS: Final = 6
PER_MAJOR: Final = 10**DECIMALS

OTHER_CURRENCY: Final = translatable("“%(field)s” is in %(found)s, and the settlement in %(expected)s.")

_PLAIN: Final = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,6}))?")


def exact(value: str, *, field: str) -> int:
    """Read a plain decimal number into parts of a major unit. Raises RowRefused."""
    found = _PLAIN.fullmatch(value)
    if found is None:
        is_scientific = re.fullmatch(r"-?[0-9.]+[eE][+-]?[0-9]+", value[:60]) is not None
        reason = AmountProblem.SCIENTIFIC if is_scientific else AmountProblem.NOT_A_NUMBER
        raise RowRefused(amount_problem(UnreadableAmount(value, reason), field=field))
    sign, whole, fraction = found.groups(default="")
    parts = int(whole) * PER_MAJOR + int(fraction.ljust(DECIMALS, "0"))
    return -parts if sign else parts


class Money:
    """Amounts of one settlement: exact in its currency, and rounded to minor units."""

    __slots__ = ("_per_minor", "currency")

    def __init__(self, currency: str) -> None:
        """Raises UnknownCurrency."""
        self.currency = currency
        self._per_minor = PER_MAJOR // 10 ** exponent(currency)

    @classmethod
    def of(cls, fields: Fields, key: str) -> Self:
        """For the currency of one amount object. Raises RowRefused."""
        currency = _inner(fields, key).text("currency")
        try:
            return cls(currency)
        except UnknownCurrency:
            raise RowRefused(currency_problem(currency, field=fields.name(key))) from None

    def amount(self, fields: Fields, key: str, *, is_required: bool = True) -> int:
        """The exact amount of an object; 0 where it may be null. Raises RowRefused, for another currency too."""
        if not (is_required or fields.has(key)):
            return 0
        inner = _inner(fields, key)
        found = inner.text("currency")
        if found != self.currency:
            values = {"field": fields.name(key), "found": found[:3], "expected": self.currency}
            raise RowRefused(Problem(OTHER_CURRENCY, values, field=fields.name(key)))
        return exact(inner.text("value"), field=inner.name("value"))

    def minor(self, parts: int) -> int:
        """Whole minor units, a half away from zero."""
        return divide_rounded(parts, self._per_minor, Rounding.HALF_UP)

    def shown(self, parts: int) -> str:
        """An exact amount as messages write it: all decimals that it needs."""
        sign, (whole, rest) = "-" if parts < 0 else "", divmod(abs(parts), PER_MAJOR)
        decimals = f"{rest:0{DECIMALS}d}".rstrip("0")
        return f"{sign}{whole}.{decimals.ljust(exponent(self.currency), '0')}".rstrip(".")

    def is_within_a_unit(self, parts: int) -> bool:
        """Whether a difference is less than one minor unit."""
        return bool(abs(parts) < self._per_minor)


def _inner(fields: Fields, key: str) -> Fields:
    inner = fields.inner(key)
    if inner is None:
        raise fields.refused(MISSING, key)
    return inner
