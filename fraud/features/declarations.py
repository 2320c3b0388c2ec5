"""How a feature is declared: its place, its unit, whose history it is, and what its absence means; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a value counts. Values are whole numbers of at most 31 bits, or None."""

    COUNT = "count"
    SECONDS = "seconds"
    BASIS_POINTS = "basis_points"
    """10 000 is once."""
    PPM = "ppm"
    YES_NO = "yes_no"
    HOUR = "hour"
    WEEKDAY = "weekday"
    """Monday is 0."""
    CODE = "code"
    REFERENCE = "reference"
    """Hundredths of the reference currency: amounts of many currencies made comparable, never money."""


class Source(StrEnum):
    """Whose history a feature is made of."""

    PAYMENT = "payment"
    CUSTOMER = "customer"
    INSTRUMENT = "instrument"
    DEVICE = "device"
    IP = "ip"
    EMAIL = "email"
    ADDRESS = "address"
    SHOP = "shop"


class NullMeaning(StrEnum):
    """Why a value may be missing."""

    NEVER = "never"
    NO_KEY = "no_key"
    """The payment has no such key: no device was told."""
    NO_HISTORY = "no_history"
    """There is nothing before to compare with."""
    NOT_TOLD = "not_told"
    """Nobody told one of the things compared."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of the catalogue. Another definition is another feature, with a name and a place of its own."""

    position: int
    """Of its value in what is stored, from 1; never given to another."""
    name: str
    unit: Unit
    source: Source
    null_meaning: NullMeaning
    expression: str
    """SQL over the aliases of `fraud.features.statements`."""
    window_seconds: int = 0
    """How far it looks back; 0 for all that is kept, or none."""

    def schema(self) -> tuple[str, ...]:
        """Everything that makes it this feature and no other."""
        return (
            str(self.position), self.name, str(self.unit), str(self.source), str(self.null_meaning),
            " ".join(self.expression.split()), str(self.window_seconds),
        )  # fmt: skip


def schema_hash(features: Iterable[Feature]) -> str:
    """SHA-256 of some features' definitions, in their order: a model refuses others than those it was trained on."""
    text = "\n".join("\t".join(feature.schema()) for feature in features)
    return hashlib.sha256(text.encode()).hexdigest()
