"""The way to a provider's API: which schemes have a client, and the words of its border in one place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from payments.providers.answers import ActResult, ActState, ProviderClient
from payments.providers.deliveries import ProviderTerms
from payments.providers.portone.client import ADDRESS as PORTONE
from payments.providers.portone.client import PortOneClient
from payments.providers.stripe.client import ADDRESS as STRIPE
from payments.providers.stripe.client import StripeClient
from payments.providers.toss.client import ADDRESS as TOSS
from payments.providers.toss.client import TossClient
from payments.providers.transport import (
    BadAddress,
    CallFailed,
    CallRefused,
    PaymentNotFound,
    Transport,
    checked_address,
)

_Client = type[StripeClient] | type[TossClient] | type[PortOneClient]

_CLIENTS: Final[Mapping[str, tuple[_Client, str]]] = MappingProxyType(
    {"stripe": (StripeClient, STRIPE), "toss": (TossClient, TOSS), "portone": (PortOneClient, PORTONE)}
)


def client_for(
    adapter_code: str, *, secret: str, api_address: str, provider: ProviderTerms, is_loopback_allowed: bool = False
) -> ProviderClient | None:
    """The client of a scheme, None where it has none; '' as address is the provider's own.

    Raises BadAddress. `is_loopback_allowed` is for fakes on this machine, and comes from the configuration.
    """
    if adapter_code not in _CLIENTS:
        return None
    client, own_address = _CLIENTS[adapter_code]
    address = checked_address(api_address or own_address, is_loopback_allowed=is_loopback_allowed)
    return client(Transport(address, client.headers(secret)), provider)


__all__ = [
    "ActResult",
    "ActState",
    "BadAddress",
    "CallFailed",
    "CallRefused",
    "PaymentNotFound",
    "ProviderClient",
    "client_for",
]
