"""What buyers pay with at Adyen: cards that stay the same for a buyer and a brand, by BIN and last four digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from payments.simulator.chance import chance

_BINS: Final = {
    ("JP", "visa"): ("453412", "453412", "453412", "498007", "454185", "402942"),
    ("JP", "mc"): ("528260", "522990", "541210"),
    ("JP", "jcb"): ("354013", "357081", "356901"),
    ("JP", "amex"): ("376401", "371502"),
    ("EU", "visa"): ("455660", "455660", "455660", "425723", "483565"),
    ("EU", "mc"): ("531306", "537533", "516760"),
    ("EU", "amex"): ("374355", "376612"),
}
"""By market and brand; one that stands several times is that much more common."""


@dataclass(frozen=True, slots=True)
class Card:
    """As much of a card as may be known."""

    bin: str
    last4: str
    installment_months: int = 0


def card_of(seed: int, country: str, customer: str, brand: str) -> Card | None:
    """Return the card of a brand that a buyer has; None where we are told of no cards."""
    bins = _BINS.get((country, brand))
    if bins is None:
        return None
    luck = chance(seed, "card", customer, brand)
    months = luck.choice((0, 0, 0, 0, 0, 0, 3, 6)) if country == "JP" else 0
    return Card(luck.choice(bins), f"{luck.randrange(10_000):04d}", months)
