"""Which schemes of webhooks we read: an explicit list, and the words of their border in one place."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from payments.providers.adyen.notifications import AdyenEvents
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
from payments.providers.portone import PortOneEvents
from payments.providers.standard_webhooks import StandardWebhooks
from payments.providers.stripe import StripeEvents
from payments.providers.toss.webhooks import TossEvents

_SCHEMES: Final[tuple[EventAdapter, ...]] = (
    StripeEvents(),
    AdyenEvents(),
    TossEvents(),
    PortOneEvents(),
    StandardWebhooks(),
)

EVENT_ADAPTERS: Final[Mapping[str, EventAdapter]] = MappingProxyType({scheme.code: scheme for scheme in _SCHEMES})
"""Schemes by code. A new scheme is an `EventAdapter` in a provider's folder and one entry in this list."""

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
