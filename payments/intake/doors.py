"""Which doors of webhooks are open: providers, schemes and opened secrets, remembered in this process for seconds."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from payments.methods.models import Provider, SecretPurpose
from payments.methods.services.secrets import active_secrets
from payments.providers.events import EVENT_ADAPTERS, EventAdapter
from payments.vault import VaultLocked

REMEMBERED_SECONDS: Final = 5.0
"""A secret added or expired, or a provider configured, counts at the latest so much later."""

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """The door of one provider."""

    provider_id: int
    adapter: EventAdapter
    secrets: tuple[str, ...] = field(repr=False)
    """That hold now, newest first."""


@dataclass(frozen=True, slots=True)
class _Known:
    doors: Mapping[str, Door]
    until: float


_known = _Known({}, 0.0)


def door_of(code: str) -> Door | None:
    """The door of the provider with this code; None when nobody bears it or it delivers no webhooks.

    All doors are looked up at once, so that asking for nobody's costs no query. A provider that is switched off still
    has its door: refunds and disputes of earlier payments go on.
    """
    global _known
    now = time.monotonic()
    known = _known
    if now >= known.until:
        known = _known = _Known(_doors(), now + REMEMBERED_SECONDS)
    return known.doors.get(code)


def _doors() -> dict[str, Door]:
    providers = Provider.objects.exclude(event_adapter="").values_list("id", "code", "event_adapter")
    return {
        code: Door(provider_id, EVENT_ADAPTERS[adapter], _secrets(provider_id, code))
        for provider_id, code, adapter in providers
        if adapter in EVENT_ADAPTERS
    }


def _secrets(provider_id: int, code: str) -> tuple[str, ...]:
    try:
        return active_secrets(provider_id, SecretPurpose.WEBHOOK)
    except VaultLocked:
        logger.exception("webhook_secret_unreadable", provider=code)
        return ()
