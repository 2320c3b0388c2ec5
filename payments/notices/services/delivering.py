"""Delivers messages: claimed with a lease, signed, sent outside any transaction, and given up after three days."""

from __future__ import annotations

import json
import random
import time
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook

from payments.notices import wire
from payments.notices.models import WebhookDelivery, WebhookEndpoint, WebhookMessage
from payments.vault import VaultLocked, decrypt

PAUSES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""After each try, with up to a fifth more; about three days together, then it is given up."""
LEASE: Final = timedelta(minutes=5)
BUDGET_SECONDS: Final = 240.0
KEPT: Final = timedelta(days=30)
"""Messages that are older than this, and wait for nobody, are forgotten."""
PRUNED_AT_ONCE: Final = 5_000
_DICE: Final = random.SystemRandom()

_CLAIM: Final = """
UPDATE payments_webhookdelivery SET tries = tries + 1, next_try_at = %s::timestamptz
 WHERE id IN (SELECT d.id FROM payments_webhookdelivery d
                JOIN payments_webhookendpoint e ON e.id = d.endpoint_id AND e.is_enabled
               WHERE d.next_try_at <= %s::timestamptz AND NOT d.endpoint_id = ANY(%s)
               ORDER BY d.next_try_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED)
RETURNING id
"""

logger = structlog.get_logger(__name__)


def deliver(budget_seconds: float = BUDGET_SECONDS) -> int:
    """Deliver what is due until nothing is or the time is up; how many were tried. Never inside a transaction.

    An endpoint that does not take a message is left alone for the rest of the run, so that it holds up nobody else.
    """
    started, count = time.monotonic(), 0
    unwilling: set[int] = set()
    while time.monotonic() - started < budget_seconds:
        delivery = _claimed(unwilling)
        if delivery is None:
            break
        count += 1
        if not _try(delivery):
            unwilling.add(delivery.endpoint_id)
    return count


def _claimed(unwilling: set[int]) -> WebhookDelivery | None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [str(now + LEASE), str(now), sorted(unwilling)])
        row = cursor.fetchone()
    return WebhookDelivery.objects.select_related("message", "endpoint").get(pk=row[0]) if row else None


def _try(delivery: WebhookDelivery) -> bool:
    endpoint = delivery.endpoint
    try:
        body = document(delivery.message)
        headers = signed(delivery.message, endpoint, body, timezone.now())
        post = wire.Post(endpoint.url, headers, body, is_loopback_allowed=settings.WEBHOOK_LOOPBACK_IS_ALLOWED)
        outcome = wire.post(post)
    except VaultLocked as locked:
        outcome = wire.Outcome(None, str(locked))
    _keep(delivery, outcome)
    return outcome.is_taken


def document(message: WebhookMessage) -> bytes:
    """What is sent: `{"type", "timestamp", "data"}`, the same bytes at every try."""
    whole: dict[str, Any] = {
        "type": message.kind, "timestamp": message.created_at.isoformat(), "data": message.payload,
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def name_of(message: WebhookMessage) -> str:
    """What the shop calls a message."""
    return f"msg_{message.pk.hex}"


def signed(message: WebhookMessage, endpoint: WebhookEndpoint, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks; while a secret is replaced, both sign.

    Raises:
        VaultLocked: no key opens the secret.
    """
    name = name_of(message)
    secrets = [endpoint.secret, endpoint.previous_secret]
    hooks = [Webhook(decrypt(closed).decode()) for closed in secrets if closed]
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(hook.sign(name, now, body.decode()) for hook in hooks),
    }


def _keep(delivery: WebhookDelivery, outcome: wire.Outcome) -> None:
    now = timezone.now()
    # The fence: whoever took it over after our claim had run out decides.
    mine = WebhookDelivery.objects.filter(pk=delivery.pk, tries=delivery.tries, taken_at=None)
    words = outcome.error[:200] or ("" if outcome.is_taken else f"it answers {outcome.status}")
    if outcome.is_taken:
        mine.update(taken_at=now, next_try_at=None, status_code=outcome.status, error="")
        WebhookEndpoint.objects.filter(pk=delivery.endpoint_id, failing_since_at__isnull=False).update(
            failing_since_at=None
        )
        return
    is_over = delivery.tries > len(PAUSES)
    pause = None if is_over else PAUSES[delivery.tries - 1] * (1 + _DICE.random() / 5)
    mine.update(next_try_at=now + pause if pause else None, status_code=outcome.status, error=words)
    if is_over:
        logger.warning("webhook_given_up", endpoint=delivery.endpoint_id, message=str(delivery.message_id))
        WebhookEndpoint.objects.filter(pk=delivery.endpoint_id, failing_since_at=None).update(failing_since_at=now)


def prune() -> int:
    """Forget messages older than `KEPT` that nobody waits for; how many."""
    waiting = WebhookDelivery.objects.filter(next_try_at__isnull=False).values("message_id")
    old = WebhookMessage.objects.filter(created_at__lt=timezone.now() - KEPT).exclude(pk__in=waiting)
    count = 0
    while found := list(old.values_list("pk", flat=True)[:PRUNED_AT_ONCE]):
        WebhookMessage.objects.filter(pk__in=found).delete()
        count += len(found)
    return count
