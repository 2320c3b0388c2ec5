"""What features are asked about, and what is answered; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """One attempt, or one that a shop is about to make, at the instant of its decision; keys as sightings have them."""

    as_of: datetime
    amount: int
    """Minor units."""
    currency: str
    attempt_id: int = 0
    """0: not in the ledger yet."""
    payment_id: int = 0
    customer_id: int | None = None
    instrument: int | None = None
    device: int | None = None
    ip: int | None = None
    network: int | None = None
    email: int | None = None
    address: int | None = None
    shop: int | None = None
    bin: str = ""
    country: str = ""
    card_country: str = ""
    ip_country: str = ""
    method_family: str = ""
    installment_months: int = 0


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """The features of a subject, by position: `values[position - 1]`."""

    subject: Subject
    values: tuple[int | None, ...]
