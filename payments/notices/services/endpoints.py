"""Keeps the addresses of the merchant that are told what changed, and the secrets that sign what they get."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from payments.cards import holds_card_data
from payments.notices.addresses import AddressRefused, check_url
from payments.notices.models import WebhookDelivery, WebhookEndpoint
from payments.notices.services.messages import KINDS
from payments.records.services import audit
from payments.vault import encrypt

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

SECRET_BYTES: Final = 32


class EndpointTaken(Exception):
    """There is an endpoint with this address."""


class KindUnknown(ValueError):
    """No message is of this kind."""


@dataclass(frozen=True, slots=True)
class WithSecret:
    """An endpoint and its new secret, which is shown this once and kept encrypted."""

    endpoint: WebhookEndpoint
    secret: str


@transaction.atomic
def create(
    url: str, *, description: str = "", kinds: Sequence[str] = (), by: AbstractBaseUser | None
) -> WithSecret:  # fmt: skip
    """Add an endpoint; it is told everything that changes from now on, or only messages of `kinds`.

    Raises:
        AddressRefused: messages cannot go there, or address or description hold card data.
        KindUnknown: there is no such message.
        EndpointTaken: it is there already.
    """
    check_url(url, is_loopback_allowed=settings.WEBHOOK_LOOPBACK_IS_ALLOWED)
    if holds_card_data(url) or holds_card_data(description):
        raise AddressRefused("card data is kept nowhere")
    for kind in kinds:
        if kind not in KINDS:
            raise KindUnknown(kind)
    secret = _new_secret()
    endpoint, is_new = WebhookEndpoint.objects.get_or_create(
        url=url,
        defaults={"description": description[:120], "kinds": list(kinds), "secret": encrypt(secret.encode())},
    )
    if not is_new:
        raise EndpointTaken(url)
    _note("created", endpoint, by, url=url, kinds=list(kinds))
    return WithSecret(endpoint, secret)


@transaction.atomic
def rotate(endpoint: WebhookEndpoint, *, by: AbstractBaseUser | None) -> WithSecret:
    """Give a new secret; the one before signs beside it until `drop_previous`, an older one no more."""
    row = _held(endpoint)
    secret = _new_secret()
    row.previous_secret, row.secret = row.secret, encrypt(secret.encode())
    row.save(update_fields=["secret", "previous_secret"])
    _note("secret_rotated", row, by)
    return WithSecret(row, secret)


@transaction.atomic
def drop_previous(endpoint: WebhookEndpoint, *, by: AbstractBaseUser | None) -> None:
    """Sign with the newest secret only: the shop has changed over."""
    row = _held(endpoint)
    row.previous_secret = None
    row.save(update_fields=["previous_secret"])
    _note("previous_secret_dropped", row, by)


@transaction.atomic
def set_enabled(endpoint: WebhookEndpoint, is_enabled: bool, *, by: AbstractBaseUser | None) -> None:
    """Stop telling an endpoint, or start again: what waits for it is kept, what happens meanwhile is not written."""
    row = _held(endpoint)
    if row.is_enabled == is_enabled:
        return
    row.is_enabled = is_enabled
    row.save(update_fields=["is_enabled"])
    _note("enabled" if is_enabled else "disabled", row, by)


@transaction.atomic
def replay(delivery: WebhookDelivery, *, by: AbstractBaseUser | None) -> None:
    """Send one delivery again, taken or not; it gets all its tries anew."""
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        next_try_at=timezone.now(), tries=0, taken_at=None, status_code=None, error=""
    )
    _note("message_replayed", delivery.endpoint, by, message=str(delivery.message_id))


@transaction.atomic
def replay_since(endpoint: WebhookEndpoint, since: datetime, *, by: AbstractBaseUser | None) -> int:
    """Send everything again that was written since an instant, aware, taken or not; how many."""
    count = WebhookDelivery.objects.filter(endpoint=endpoint, message__created_at__gte=since).update(
        next_try_at=timezone.now(), tries=0, taken_at=None, status_code=None, error=""
    )
    _note("messages_replayed", endpoint, by, since=since.isoformat(), count=count)
    return count


def _held(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    return WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _note(verb: str, endpoint: WebhookEndpoint, by: AbstractBaseUser | None, **detail: object) -> None:
    audit.record(f"webhook_endpoint.{verb}", by=by, about=("webhook_endpoint", endpoint.pk), detail=detail)
