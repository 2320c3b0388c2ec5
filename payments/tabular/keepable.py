"""What JSON allows and we never keep: looked for in a mapping before anything else is made of it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from payments.cards import holds_card_data
from payments.facts import FileRefused, Problem
from payments.wording import translatable

UNWRITABLE: Final = translatable("The mapping holds a character or a number that cannot be kept: %(value)s.")
CARD_DATA: Final = translatable("The mapping holds what looks like a card number or a security code. Take it out.")
_UNWRITABLE: Final = re.compile("[\x00\ud800-\udfff]")


def refuse_unkeepable(data: Mapping[str, Any]) -> None:
    """Raise FileRefused for card data, a NUL, half a character, or a number that is none, however deep it stands."""
    waiting: list[Any] = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and _UNWRITABLE.search(value):
            raise FileRefused(Problem(UNWRITABLE, {"value": ascii(value)[:60]}))
        elif isinstance(value, str) and holds_card_data(value):
            raise FileRefused(Problem(CARD_DATA))
        elif isinstance(value, float) and not math.isfinite(value):
            raise FileRefused(Problem(UNWRITABLE, {"value": str(value)}))
