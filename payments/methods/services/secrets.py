"""Secrets shared with providers: added, replaced with an overlap, and opened for whoever checks or sends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from payments.methods.models import Provider, ProviderSecret, SecretPurpose
from payments.records.services import audit
from payments.vault import decrypt, encrypt

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

LONGEST: Final = 500
"""Characters; more does not fit the column once encrypted."""
HINTED: Final = 4
SHORTEST_HINTED: Final = 16
"""Of a shorter secret even the last characters would tell too much."""


class SecretRefused(Exception):
    """The secret cannot be one: empty, too long, or not printable text."""


@dataclass(frozen=True, slots=True)
class SecretHint:
    """What people may know of a secret."""

    id: int
    purpose: SecretPurpose
    hint: str
    created_at: datetime
    expires_at: datetime | None


@transaction.atomic
def add(
    provider: Provider, purpose: SecretPurpose, secret: str, *, expire_others_in: timedelta | None = None,
    by: AbstractBaseUser | None,
) -> ProviderSecret:  # fmt: skip
    """Keep a new secret; the ones before it go on to hold, or for `expire_others_in` only.

    Raises:
        SecretRefused: it cannot be a secret.
    """
    _check(secret)
    before = list(ProviderSecret.objects.select_for_update().filter(_holding(), provider=provider, purpose=purpose))
    hint = secret[-HINTED:] if len(secret) >= SHORTEST_HINTED else ""
    added = ProviderSecret.objects.create(
        provider=provider, purpose=purpose, ciphertext=encrypt(secret.encode()), hint=hint
    )
    audit.record(
        "provider_secret.added", by=by, about=("provider", provider.code), detail={"purpose": purpose, "hint": hint}
    )
    if expire_others_in is not None:
        expire(before, at=timezone.now() + expire_others_in, by=by)
    return added


@transaction.atomic
def expire(secrets: Sequence[ProviderSecret], *, at: datetime, by: AbstractBaseUser | None) -> None:
    """Let secrets hold until an instant at the latest; one that ends earlier anyway is left alone."""
    for secret in secrets:
        if secret.expires_at is None or secret.expires_at > at:
            secret.expires_at = at
            secret.save(update_fields=["expires_at"])
            detail = {"purpose": secret.purpose, "hint": secret.hint, "expires_at": at.isoformat()}
            audit.record("provider_secret.expired", by=by, about=("provider", secret.provider.code), detail=detail)


def active_secrets(provider_id: int, purpose: SecretPurpose) -> tuple[str, ...]:
    """The secrets that hold now, newest first, opened. They are for the caller's memory only.

    Raises:
        VaultLocked: one of them was encrypted with a key that is gone.
    """
    held = ProviderSecret.objects.filter(_holding(), provider_id=provider_id, purpose=purpose).order_by("-id")
    return tuple(decrypt(closed).decode() for closed in held.values_list("ciphertext", flat=True))


def hints(provider: Provider) -> tuple[SecretHint, ...]:
    """The secrets of a provider that hold now, newest first, as people may see them."""
    held = ProviderSecret.objects.filter(_holding(), provider=provider).order_by("-id")
    return tuple(
        SecretHint(each.pk, SecretPurpose(each.purpose), each.hint, each.created_at, each.expires_at) for each in held
    )


def _holding() -> Q:
    return Q(expires_at=None) | Q(expires_at__gt=timezone.now())


def _check(secret: str) -> None:
    if not secret or secret != secret.strip():
        raise SecretRefused("it is empty, or has spaces around it")
    if len(secret) > LONGEST or not secret.isascii() or not secret.isprintable():
        raise SecretRefused(f"it is longer than {LONGEST} characters, or holds other than printable ASCII characters")
