"""Which schemes of webhooks we read: an explicit list, and the words of their border in one place."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from payments.providers.deliveries import (
    BadSignature,
    DeliveryRefused,
    EventAdapter,
    Item,
    ProviderTerms,
    RawDelivery,
    Stale,
    Unreadable,
    Untranslatable,
)

_SCHEMES: tuple[EventAdapter, ...] = ()

EVENT_ADAPTERS: Final[Mapping[str, EventAdapter]] = MappingProxyType({scheme.code: scheme for scheme in _SCHEMES})
"""Schemes by code. A new scheme is `events.py` and `signature.py` in a provider's folder and one entry in this list."""

__all__ = [
    "EVENT_ADAPTERS",
    "BadSignature",
    "DeliveryRefused",
    "EventAdapter",
    "Item",
    "ProviderTerms",
    "RawDelivery",
    "Stale",
    "Unreadable",
    "Untranslatable",
]
