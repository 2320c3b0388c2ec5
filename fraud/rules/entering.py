"""Values as people type them and read them back: `3.1` times, `2 h`, `12.5` per cent, `50,000 KRW`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from fraud.features.catalogue import FAMILIES
from fraud.features.declarations import Unit
from fraud.rules.parsing import Refused
from fraud.rules.vocabulary import Field
from payments.money import UnknownCurrency, UnreadableAmount, format_minor, parse_minor

_SPAN: Final = re.compile(r"([0-9]{1,9}) ?(s|min|h|d)?")
_SECONDS: Final[Mapping[str, int]] = {"d": 86_400, "h": 3600, "min": 60, "s": 1}
_SCALES: Final[Mapping[str, int]] = {Unit.BASIS_POINTS: 10_000, Unit.PPM: 10_000, Unit.REFERENCE: 100}
"""What is typed × this is what is stored: times, per cent, and whole units of the reference currency."""
_IN_CAPITALS: Final = frozenset({"country", "currency"})
_MONEY: Final = re.compile(r"(?P<before>[A-Za-z]{3})? ?(?P<amount>[0-9][0-9.,]*) ?(?P<after>[A-Za-z]{3})?")


class ValueRefused(ValueError):
    """A value that cannot be read; `code` says why."""

    def __init__(self, code: Refused) -> None:
        super().__init__(str(code))
        self.code = code


def typed(field: Field, text: str) -> int | str:
    """What somebody typed, as a condition has it. Raises ValueRefused."""
    text = text.strip()
    if field.is_text:
        return text.upper() if field.unit in _IN_CAPITALS else text
    if field.unit == Unit.SECONDS:
        return _span(text)
    if field.unit == Unit.CODE:
        if text not in FAMILIES:
            raise ValueRefused(Refused.FIELD)
        return FAMILIES.index(text) + 1
    return _number(text, _SCALES.get(field.unit, 1))


def typed_amount(text: str) -> tuple[int, str]:
    """An amount with its currency, in minor units. Raises ValueRefused."""
    found = _MONEY.fullmatch(text.strip())
    if found is None or (found["before"] is None) == (found["after"] is None):
        raise ValueRefused(Refused.CURRENCY)
    currency = (found["before"] or found["after"]).upper()
    try:
        return parse_minor(found["amount"], currency), currency
    except (UnreadableAmount, UnknownCurrency) as error:
        raise ValueRefused(Refused.CURRENCY) from error


def written(field: Field, value: int | str) -> str:
    """A value as it would be typed again."""
    if isinstance(value, str):
        return value
    if field.unit == Unit.SECONDS:
        size = next((name for name, seconds in _SECONDS.items() if value and value % seconds == 0), "s")
        return f"{value // _SECONDS[size]} {size}"
    if field.unit == Unit.CODE:
        return FAMILIES[value - 1] if 0 < value <= len(FAMILIES) else str(value)
    plain = Decimal(value) / _SCALES.get(field.unit, 1)
    return f"{plain.normalize():f}"


def written_amount(minor: int, currency: str) -> str:
    """An amount as it would be typed again."""
    return f"{format_minor(minor, currency)} {currency}"


def _span(text: str) -> int:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueRefused(Refused.NUMBER)
    return int(found[1]) * _SECONDS[found[2] or "s"]


def _number(text: str, scale: int) -> int:
    try:
        number = Decimal(text.replace(",", "").removesuffix("%").strip()) * scale
    except InvalidOperation as error:
        raise ValueRefused(Refused.NUMBER) from error
    if not number.is_finite() or number != number.to_integral_value():
        raise ValueRefused(Refused.NUMBER)
    return int(number)
