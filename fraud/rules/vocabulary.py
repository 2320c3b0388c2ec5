"""What a rule may speak of: the facts of a payment, its score, and the features of the catalogue; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fraud.features.declarations import Feature, Unit

AMOUNT: Final = "amount"
CURRENCY: Final = "currency"
SCORE: Final = "score_ppm"
TEXTS: Final = ("currency", "country", "card_country", "ip_country", "method", "provider", "shop", "brand", "bin")
"""Facts that are texts, named as in `Facts` and as the columns of an assessment; '' is missing."""
REFERENCE_AMOUNT: Final = "amount_reference"
"""The feature `amount`, under a name of its own beside the amount in minor units."""


class Kind(StrEnum):
    """Where a field is read, and what it is."""

    FEATURE = "feature"
    AMOUNT = "amount"
    SCORE = "score"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a rule can ask about."""

    name: str
    kind: Kind
    unit: str
    """Two fields are compared only when their units are the same."""
    position: int = 0
    """Of a feature, from 1."""

    @property
    def is_text(self) -> bool:
        """Whether its values are texts; all others are whole numbers."""
        return self.kind is Kind.TEXT


Vocabulary = Mapping[str, Field]
"""Every field by its name."""
_COUNTRIES: Final = frozenset({"country", "card_country", "ip_country"})


def vocabulary_of(features: Iterable[Feature]) -> dict[str, Field]:
    """The facts, the score, then the features in their order."""
    fields = [Field(AMOUNT, Kind.AMOUNT, "minor")]
    fields += [Field(name, Kind.TEXT, "country" if name in _COUNTRIES else name) for name in TEXTS]
    fields.append(Field(SCORE, Kind.SCORE, Unit.PPM))
    for feature in features:
        name = REFERENCE_AMOUNT if feature.name == AMOUNT else feature.name
        fields.append(Field(name, Kind.FEATURE, feature.unit, feature.position))
    return {field.name: field for field in fields}
