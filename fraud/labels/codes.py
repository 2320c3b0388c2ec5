"""Which reasons of disputes speak of fraud: by the codes of the card networks and the words of providers; pure."""

from __future__ import annotations

import re
from typing import Final

_NETWORK_CODES: Final = frozenset(
    {"4837", "4863", "4871", "4870", "f10", "f14", "f24", "f29", "f30", "f31", "ua01", "ua02"}
)
"""Mastercard, American Express and Discover."""
_VISA: Final = re.compile(r"10(?:\.[0-9])?")
_WORDS: Final = (
    "fraud", "unauthorized", "unauthorised", "debit_not_authorized", "no cardholder authorization",
    "no card member authorization",
)  # fmt: skip
"""The last two are how Mastercard 4837 and American Express F24 are called where the code is left out."""


def is_about_fraud(reason: str) -> bool:
    """Whether a dispute's reason says that somebody else paid; what is not told says nothing of fraud."""
    text = reason.strip().casefold()
    first = re.split(r"[\s:_-]", text, maxsplit=1)[0]
    is_code = first in _NETWORK_CODES or _VISA.fullmatch(first) is not None
    return is_code or any(word in text for word in _WORDS)
