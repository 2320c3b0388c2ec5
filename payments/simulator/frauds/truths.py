"""What is true of a payment that is fraud, or that only looks so."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Story(StrEnum):
    """What was going on."""

    CARD_TESTING = "card_testing"
    """Many stolen cards in minutes, small amounts, to see which of them work."""
    STOLEN_CARD = "stolen_card"
    """Somebody new buys much more than is usual."""
    TAKEOVER = "takeover"
    """Somebody else in the account of a good customer: new device, new address."""
    TERMINAL = "terminal"
    """Cards copied at one shop: ordinary amounts, all through that shop for weeks."""
    FRIENDLY = "friendly"
    """The customer bought it and disputes it: no fraud, and no label of one."""
    RESELLER = "reseller"
    """Several cards, large amounts, every day: looks bad and is good."""


@dataclass(frozen=True, slots=True)
class FraudTruth:
    """One payment."""

    reference: str
    """Merchant reference of the order."""
    story: str
    is_fraud: bool
    observed_on: str = ""
    """ISO date of the dispute, in the provider's zone; '' when nobody ever tells."""
    source: str = ""
    """What tells of it: `chargeback`, or ''."""

    def to_json(self) -> dict[str, Any]:
        """As truth.json writes it."""
        return asdict(self)
