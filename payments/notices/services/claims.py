"""Claims deliveries in batches, gives back what was not sent, and keeps what became of the rest, many at once."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import connection, transaction
from django.utils import timezone

from payments.notices.models import WebhookDelivery, WebhookEndpoint
from payments.notices.wire import Outcome
from payments.records.services.locks import held_by_session

PAUSES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""After each try, with up to a fifth more; about three days together, then it is given up."""
LEASE: Final = timedelta(minutes=5)
"""Longer than a run and its last message: after it a worker is taken for dead, and what it held is sent by another."""
_DICE: Final = random.SystemRandom()

# Each endpoint gets its share, however much waits for another. SKIP LOCKED: two workers never claim the same.
_CLAIM: Final = """
WITH due AS MATERIALIZED (
    SELECT picked.* FROM payments_webhookendpoint e CROSS JOIN LATERAL (
        SELECT d.id, d.next_try_at FROM payments_webhookdelivery d
         WHERE d.endpoint_id = e.id AND d.next_try_at <= %(now)s::timestamptz
         ORDER BY d.next_try_at, d.id LIMIT %(each)s FOR UPDATE SKIP LOCKED) picked
     WHERE e.is_enabled AND NOT e.id = ANY(%(but)s)
)
UPDATE payments_webhookdelivery d SET tries = d.tries + 1, next_try_at = %(until)s::timestamptz
  FROM due WHERE d.id = due.id RETURNING d.id, due.next_try_at
"""

# The fence: whoever took a row over after our claim had run out decides, and so does a replay that holds it now.
_HELD: Final = """
WITH held AS MATERIALIZED (
    SELECT g.* FROM payments_webhookdelivery d JOIN unnest({columns}) AS g({names})
        ON d.id = g.id AND d.tries = g.tries
     WHERE d.taken_at IS NULL FOR UPDATE OF d SKIP LOCKED
)
UPDATE payments_webhookdelivery d SET {changes} FROM held WHERE d.id = held.id
"""
_GIVE_BACK: Final = _HELD.format(
    columns="%s::bigint[], %s::int[], %s::timestamptz[]",
    names="id, tries, due_at",
    changes="tries = held.tries - 1, next_try_at = held.due_at",
)
_KEEP: Final = _HELD.format(
    columns="%s::bigint[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::int[], %s::text[]",
    names="id, tries, taken_at, next_try_at, status_code, error",
    changes="taken_at = held.taken_at, next_try_at = held.next_try_at, status_code = held.status_code,"
    " error = held.error",
)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery with its message and endpoint; nobody else sends it before `LEASE` is over."""

    delivery: WebhookDelivery
    due_at: datetime
    """When it was to be sent, before the claim."""


def alone() -> AbstractContextManager[bool]:
    """Whether no other run goes on."""
    return held_by_session("jeongsan.notices")


def claim(each: int, but: Collection[int] = ()) -> list[Claimed]:
    """Claim up to `each` due deliveries of every enabled endpoint, those in `but` aside; the longest waiting first."""
    now = timezone.now()
    given: dict[str, Any] = {"each": each, "but": sorted(but), "now": str(now), "until": str(now + LEASE)}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, given)
        due: dict[int, datetime] = dict(cursor.fetchall())
    rows = WebhookDelivery.objects.filter(pk__in=due).select_related("message", "endpoint") if due else ()
    return sorted((Claimed(row, due[row.pk]) for row in rows), key=lambda held: (held.due_at, held.delivery.pk))


def give_back(unsent: Iterable[Claimed]) -> None:
    """Undo claims of what was not sent: it is due as it was, with the tries it had."""
    rows = [(held.delivery.pk, held.delivery.tries, held.due_at) for held in unsent]
    _execute(_GIVE_BACK, rows)


@transaction.atomic
def keep(sent: Sequence[tuple[Claimed, Outcome]]) -> None:
    """Keep what became of deliveries. An endpoint is failing once a message to it is given up, until it takes one."""
    _execute(_KEEP, [_kept(held.delivery, outcome) for held, outcome in sent])
    given_up = [held.delivery for held, outcome in sent if not outcome.is_taken and _is_last(held.delivery)]
    for delivery in given_up:
        logger.warning("webhook_given_up", endpoint=delivery.endpoint_id, message=str(delivery.message_id))
    taking = {held.delivery.endpoint_id for held, outcome in sent if outcome.is_taken}
    failing = {delivery.endpoint_id for delivery in given_up} - taking
    if failing:
        WebhookEndpoint.objects.filter(pk__in=failing, failing_since_at=None).update(failing_since_at=timezone.now())
    if taking:
        WebhookEndpoint.objects.filter(pk__in=taking, failing_since_at__isnull=False).update(failing_since_at=None)


def _kept(delivery: WebhookDelivery, outcome: Outcome) -> tuple[Any, ...]:
    now = timezone.now()
    if outcome.is_taken:
        return delivery.pk, delivery.tries, now, None, outcome.status, ""
    again_at = None if _is_last(delivery) else now + PAUSES[delivery.tries - 1] * (1 + _DICE.random() / 5)
    words = outcome.error[:200] or f"it answers {outcome.status}"
    return delivery.pk, delivery.tries, None, again_at, outcome.status, words


def _is_last(delivery: WebhookDelivery) -> bool:
    return delivery.tries > len(PAUSES)


def _execute(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
