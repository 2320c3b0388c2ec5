"""The way from a provider of ours to the client of its API."""

from __future__ import annotations

from typing import Final

from payments.methods.models import Provider, SecretPurpose
from payments.methods.services.secrets import active_secrets
from payments.providers.client import BadAddress, ProviderClient, client_for
from payments.providers.deliveries import ProviderTerms
from payments.vault import VaultLocked
from payments.wording import translatable

KEYLESS: Final = translatable("the provider has no API secret here: manage.py provider_secret --purpose api")
NO_CLIENT: Final = translatable("there is no client for this provider's API")


class Unavailable(Exception):
    """The provider cannot be asked at all; the message may be shown."""


def terms_of(provider: Provider) -> ProviderTerms:
    """What the slice of a provider's scheme needs to know of it."""
    return ProviderTerms(provider.code, provider.zone, tuple(provider.currencies), provider.captures_apart)


def client_of(provider: Provider) -> ProviderClient:
    """The client of a provider, with the newest secret that holds.

    Raises:
        Unavailable: no client for its scheme, no secret, or an address that secrets are not sent to.
    """
    try:
        secrets = active_secrets(provider.pk, SecretPurpose.API)
    except VaultLocked as locked:
        raise Unavailable(str(locked)) from None
    if not secrets:
        raise Unavailable(KEYLESS)
    try:
        found = client_for(
            provider.event_adapter, secret=secrets[0], api_address=provider.api_address, provider=terms_of(provider),
            is_loopback_allowed=True,  # a fake, where `configure` was given one: it checks as this does
        )  # fmt: skip
    except BadAddress as problem:
        raise Unavailable(str(problem)) from None
    if found is None:
        raise Unavailable(NO_CLIENT)
    return found


def has_client(provider: Provider) -> bool:
    """Whether `client_of` would find one."""
    try:
        client_of(provider)
    except Unavailable:
        return False
    return True
