"""What payments and movements are called: by each provider in its own way, by our shop with the provider's letters."""

from __future__ import annotations

from random import Random
from typing import Final

from payments.facts import MovementKind
from payments.simulator.chance import letters
from payments.simulator.terms import ProviderPlan

DIGITS: Final = "0123456789"
_BASE32: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_ALPHABETS: Final = {
    "#": DIGITS,
    "*": "abcdefghijklmnopqrstuvwxyz0123456789",
    "?": _BASE32,
}
_PREFIXES: Final = {"toss": "KR", "naver": "NV", "sbps": "JS", "adyen-jp": "JP", "adyen-eu": "EU"}


def prefix_of(plan: ProviderPlan) -> str:
    """The two letters our order numbers at a provider begin with."""
    return plan.practice.prefix if plan.practice else _PREFIXES[plan.code]


def filled(pattern: str, generator: Random) -> str:
    """A reference by its pattern (see `Practice`)."""
    return "".join(generator.choice(_ALPHABETS[each]) if each in _ALPHABETS else each for each in pattern)


def provider_key(plan: ProviderPlan, generator: Random, reference: str, count: int, kind: MovementKind) -> str:
    """A key as the provider makes them; '' for a provider without."""
    if plan.practice:
        pattern = plan.practice.keys.get(kind, plan.practice.keys.get(MovementKind.CAPTURE, ""))
        return filled(pattern, generator)
    match plan.code:
        case "toss":
            return "txrd_a01" + letters(generator, _BASE32, 23).lower()
        case "naver":
            # Naver's numbers carry the day; the order number is unique on it.
            return f"20{reference[3:9]}{reference.rpartition('-')[2].rjust(6, '0')}{count}1"
        case "adyen-eu":
            return "88" + letters(generator, DIGITS, 14)
        case "adyen-jp":
            return letters(generator, _BASE32, 16)
        case _:
            return ""


def payment_reference(plan: ProviderPlan, generator: Random, reference: str) -> str:
    """A reference of a payment as the provider makes them."""
    if plan.practice:
        return filled(plan.practice.payment, generator)
    match plan.code:
        case "toss":
            return f"tjeon20{reference[3:9]}" + letters(generator, _BASE32, 8)
        case "naver":
            return f"20{reference[3:9]}{letters(generator, DIGITS, 9)}"
        case "adyen-eu":
            return "85" + letters(generator, DIGITS, 14)
        case "adyen-jp":
            return letters(generator, _BASE32, 16)
        case _:
            return f"SB{reference[3:9]}{letters(generator, DIGITS, 7)}"
