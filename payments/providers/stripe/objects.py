"""What Stripe's objects share: ids that may be expanded, amounts in Stripe's own minor units, the shop's reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from payments.facts import EventKind, NeutralEvent
from payments.providers.deliveries import ProviderTerms, Untranslatable
from payments.providers.event_fields import LONGEST_KEY, EventFields

REFERENCE_NAMES: Final = ("merchant_reference", "order_id", "orderId", "order_reference")
"""Metadata in which shops keep their own reference, first come first served."""

# Where Stripe's minor units are not ISO 4217's: numerator and denominator of ISO minor = Stripe × n / d.
# https://docs.stripe.com/currencies: ISK and UGX are charged with two decimals that must be 00, MGA with none.
UNITS: Final[Mapping[str, tuple[int, int]]] = {"ISK": (1, 100), "UGX": (1, 100), "MGA": (100, 1)}


@dataclass(frozen=True, slots=True)
class Telling:
    """Who tells a fact, when, and under which id."""

    terms: ProviderTerms
    event_id: str
    """Of the webhook's event, or of the object read back."""
    told_at: datetime
    """When the event was made; of what is read back, the object's own instant."""

    def event(self, kind: EventKind, suffix: str = "", **facts: Any) -> NeutralEvent:
        """One neutral event; `suffix` tells apart what one body says."""
        return NeutralEvent(
            source=self.terms.source,
            source_event_id=self.event_id + suffix,
            kind=kind,
            provider=self.terms.code,
            **{"occurred_at": self.told_at, **facts},
        )

    def of(self, object_id: str, at: datetime) -> Telling:
        """The same told by an object itself: what is read twice has one id."""
        return replace(self, event_id=object_id, told_at=at)


def amount_of(fields: EventFields, key: str = "amount") -> dict[str, Any]:
    """`amount` and `currency` of an event. Raises Untranslatable."""
    currency = fields.currency()
    return {"amount": fields.minor(key, currency, UNITS), "currency": currency}


def to_stripe(minor: int, currency: str) -> int:
    """ISO 4217 minor units as Stripe counts them. Raises ValueError for what Stripe cannot say."""
    times, per = UNITS.get(currency, (1, 1))
    units, rest = divmod(minor * per, times)
    if rest:
        raise ValueError(f"Stripe has no decimals of {currency}")
    return units


def id_of(fields: EventFields, key: str) -> str:
    """The id under `key`, whether it is expanded to its object or not; '' when there is none. Raises Untranslatable."""
    if isinstance(fields.record.get(key), dict):
        return fields.inner(key).reference("id", longest=LONGEST_KEY, is_required=True)
    return fields.reference(key, longest=LONGEST_KEY)


def own_id(fields: EventFields) -> str:
    """The object's id. Raises Untranslatable."""
    return fields.reference("id", longest=LONGEST_KEY, is_required=True)


def shop_facts(fields: EventFields) -> dict[str, Any]:
    """The merchant's references that the shop put into the metadata. Raises Untranslatable."""
    metadata = fields.maybe("metadata")
    if metadata is None:
        return {}
    named = next((name for name in REFERENCE_NAMES if metadata.has(name)), None)
    return {
        "merchant_reference": metadata.shop_reference(named) if named else "",
        "customer": metadata.shop_reference("customer_id"),
        "shop_attempt": metadata.shop_reference("attempt_id"),
    }


def known(*references: str) -> tuple[str, ...]:
    """Those that are there, each once."""
    return tuple(dict.fromkeys(reference for reference in references if reference))


def refuse_unless(fields: EventFields, name: str) -> None:
    """Raise Untranslatable when the object is not of the type its event speaks of."""
    if fields.text("object") not in ("", name):
        raise Untranslatable(f"object is no {name}")
