"""The border of webhooks: what a provider's slice makes of a delivery, and how it says no; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from payments.facts import NeutralEvent


@dataclass(frozen=True, slots=True)
class RawDelivery:
    """One request at our door."""

    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Item:
    """One event of a delivery; a batch has several."""

    event_id: str
    """The provider's own id of the event, or a hash of the item where it gives none; 1 to 160 characters."""
    event_type: str
    """As the provider names it, at most 80 characters; '' where it names none."""
    body: bytes
    """What `translate` takes."""
    is_verified: bool
    """True when a signature covers everything in it that decides about money."""
    needs_read_back: bool = False
    """True when the item says too little, or cannot be trusted: `reference_to_read` names what to ask the provider."""
    hint: str = ""
    """Of one that must be read back: what `reference_to_read` will name; of one whose event is not called `event_id`:
    what it is called. At most 120 characters; '' where unknown."""
    order: str = ""
    """Beside the hint, the merchant's reference that the item names, at most 80 characters; anybody may make it up."""


@dataclass(frozen=True, slots=True)
class ProviderTerms:
    """What a slice has to know of the provider it speaks for."""

    code: str
    zone: str
    """IANA zone of times that state none."""
    currencies: tuple[str, ...] = ()
    captures_apart: bool = False
    """True where an authorization takes no money until a capture is told; matters to Adyen, which does not say."""

    @property
    def source(self) -> str:
        """The source of its events, delivered or read back."""
        return f"provider:{self.code}"


class DeliveryRefused(Exception):
    """The door does not take the delivery; `reason` is a value of the inbox's `RefusalReason`."""

    reason: ClassVar[str] = "unreadable"


class BadSignature(DeliveryRefused):
    """No secret of ours signed it, or nobody did."""

    reason: ClassVar[str] = "bad_signature"


class Stale(DeliveryRefused):
    """Signed, but too long ago, or in the future: a recording played back."""

    reason: ClassVar[str] = "stale"


class Unreadable(DeliveryRefused):
    """It is not what this provider sends: no JSON, no items, no names."""

    reason: ClassVar[str] = "unreadable"


class Untranslatable(Exception):
    """An item of a known type that lacks what it must have, or says it in no way we know.

    Its text says which field and why, in English, and never repeats a value that could hold a card number.
    """


class EventAdapter(Protocol):
    """One scheme of webhooks."""

    code: str
    reference_fields: frozenset[str]
    """JSON keys whose values are references that the provider makes: plain digits under them are not masked."""
    acknowledgement: tuple[str, str]
    """Content type and body of the answer the provider waits for."""

    def open(self, delivery: RawDelivery, secrets: Sequence[str], now: datetime) -> tuple[Item, ...]:
        """Check the delivery against every secret that holds and take it apart.

        `now` is aware. Raises BadSignature, Stale and Unreadable, and nothing else whatever comes in.
        """
        ...

    def translate(self, item: bytes, provider: ProviderTerms) -> tuple[NeutralEvent, ...]:
        """What an item says; () when it tells nothing about a payment, or only that it must be read back.

        Raises Untranslatable, and nothing else whatever comes in.
        """
        ...

    def reference_to_read(self, item: bytes) -> str:
        """What to give to `ProviderClient.read_payment` for an item that `needs_read_back`; '' when there is nothing.

        Raises Untranslatable.
        """
        ...
