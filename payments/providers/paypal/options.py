"""What may be set for PayPal in the provider's `mapping`.

decimals    {"TWD": 0}: how many digits of an amount in a settlement report stand behind the decimal mark that it
            leaves out, by currency. Without it ISO 4217 counts; for HUF and TWD, of which PayPal takes no decimals,
            there is no telling, and the file is refused until it is set.
date_order  "dmy" or "mdy": how the activity download writes dates, where its rows do not tell (05/06/2026).
first_part  0 or 1 (1 without it): the number of the first file of a settlement report in several files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from payments.facts import FileRefused, Problem
from payments.money import EXPONENTS
from payments.wording import translatable

UNKNOWN_KEY: Final = translatable("The mapping of PayPal has no key “%(key)s”. It may have: %(known)s.")
BAD_VALUE: Final = translatable("“%(value)s” cannot be the value of “%(key)s” in the mapping of PayPal.")

KEYS: Final = frozenset({"decimals", "date_order", "first_part"})
"""None of them is a key of a mapped file."""
_MOST_DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of a PayPal account."""

    decimals: Mapping[str, int]
    date_order: str = ""
    """'' for: find out."""
    first_part: int | None = None
    """None where nobody has said."""


def options_of(mapping: Mapping[str, Any] | None) -> Options:
    """Read the settings. Raises FileRefused by the name of a key that is unknown or has an impossible value."""
    given = mapping or {}
    for key in given:
        if key not in KEYS:
            raise FileRefused(Problem(UNKNOWN_KEY, {"key": str(key), "known": ", ".join(sorted(KEYS))}))
    decimals = given.get("decimals", {})
    if not isinstance(decimals, Mapping):
        raise _bad("decimals", decimals)
    for currency, digits in decimals.items():
        if currency not in EXPONENTS or type(digits) is not int or not 0 <= digits <= _MOST_DECIMALS:
            raise _bad(f"decimals.{currency}", digits)
    if given.get("date_order", "dmy") not in ("dmy", "mdy"):
        raise _bad("date_order", given["date_order"])
    first_part = given.get("first_part")
    if first_part is not None and (type(first_part) is not int or first_part not in (0, 1)):
        raise _bad("first_part", first_part)
    return Options(dict(decimals), str(given.get("date_order", "")), first_part)


def _bad(key: str, value: Any) -> FileRefused:
    return FileRefused(Problem(BAD_VALUE, {"key": key, "value": str(value)[:40]}))
