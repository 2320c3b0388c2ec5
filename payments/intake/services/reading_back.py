"""Asks the provider about what it did not sign, or said too shortly; only its answer gets into the ledger."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from payments.acts.services.clients import Unavailable, client_of
from payments.facts import NeutralEvent
from payments.intake.models import DeliveryState, InboxDelivery
from payments.intake.services import parking
from payments.intake.services.deliveries import (
    ADOPTED_AFTER,
    Delivery,
    Origin,
    Verdict,
    adopted,
    claimed,
    done,
    failed,
    mark,
    origins,
    parked_under,
    poison,
)
from payments.ledger.services.record import record
from payments.ledger.services.tables import any_of, array
from payments.providers.client import CallFailed, CallRefused, PaymentNotFound, ProviderClient
from payments.wording import translatable

CHUNK: Final = 20
"""Questions that are claimed at once: so few that all are answered before their claim runs out."""
LOOK: Final = 500
"""Questions that are put in order at once, as that goes through all that wait (measured: 2 s where 100 000 do)."""
TOGETHER: Final = 5000
"""Hints that are claimed at most beside the first of each question; the answer is that of all of them."""
BUDGET_SECONDS: Final = 60.0
"""After which a worker lets other work in; the sweep goes on."""
PAUSE_SECONDS: Final = 300
"""Before a provider that gave no answer is asked again."""
NOT_FOUND: Final = translatable("the provider knows no such payment")
NO_ANSWER: Final = translatable("the provider's API gave no answer")

_IS_DUE: Final = "state = 'unverified' AND (next_try_at IS NULL OR next_try_at <= now())"
# Anybody can send hints, so their order is no queue that somebody could fill. One of each payment (`nth`) waits in one
# of three lanes: what is signed or names a payment that we know, strangers, and strangers that were asked about before.
# Within a lane one payment after the other has its turn, however many hints name it. Of strangers the oldest and the
# newest go by turns: a heap that somebody left keeps nobody who comes after it. Eight of the first lane go with two and
# one of the others; a lane with nothing in it leaves its places to them.
_ORDERED: Final = f"""
WITH due AS (
  SELECT id, tries > 0 AS is_again,
         is_verified
         OR hinted_order <> '' AND EXISTS (SELECT FROM payments_checkout c WHERE c.merchant_reference = hinted_order)
         OR hinted_reference <> '' AND EXISTS (SELECT FROM payments_paymentreference r
                                                WHERE r.provider_id = d.provider_id AND r.reference = hinted_reference)
         AS is_known,
         row_number() OVER (PARTITION BY provider_id, hinted_reference, CASE WHEN hinted_reference = '' THEN id END
                            ORDER BY tries, id) AS nth,
         row_number() OVER (PARTITION BY provider_id, COALESCE(NULLIF(hinted_order, ''), NULLIF(hinted_reference, ''),
                            id::text) ORDER BY tries, id) AS turn
    FROM payments_inboxdelivery d WHERE {_IS_DUE}
), lanes AS (
  SELECT id, turn, is_again, CASE WHEN is_known THEN 1 WHEN is_again THEN 3 ELSE 2 END AS lane FROM due WHERE nth = 1
), places AS (
  SELECT id, lane, row_number() OVER (PARTITION BY lane ORDER BY is_again, turn, id) AS first,
         row_number() OVER (PARTITION BY lane ORDER BY is_again, turn, id DESC) AS last
    FROM lanes
)
SELECT id FROM places
 ORDER BY CASE lane WHEN 1 THEN first WHEN 2 THEN 8 * LEAST(first, last) ELSE 8 * first END, lane, id LIMIT %s
"""  # noqa: S608
# The claim is a time before which nobody else looks: nothing is locked while a provider is asked. What else hints at
# the same payment by now is answered with it, also when it waits for another try; what comes later must ask anew.
_CLAIM: Final = f"""
WITH firsts AS (
  SELECT id, provider_id, hinted_reference FROM payments_inboxdelivery
   WHERE id = ANY(%(ids)s::bigint[]) AND {_IS_DUE} FOR UPDATE SKIP LOCKED
), others AS (
  SELECT d.id FROM payments_inboxdelivery d
    JOIN firsts f ON f.provider_id = d.provider_id AND f.hinted_reference = d.hinted_reference AND f.id <> d.id
   WHERE d.hinted_reference <> '' AND d.state = 'unverified' LIMIT %(most)s FOR UPDATE OF d SKIP LOCKED
)
UPDATE payments_inboxdelivery d SET next_try_at = now() + interval '20 minutes'
 WHERE id IN (SELECT id FROM firsts UNION ALL SELECT id FROM others)
RETURNING id, provider_id, CASE WHEN id = ANY(%(ids)s::bigint[]) THEN body ELSE '' END, tries, received_at,
          hinted_reference
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Question:
    """Hints at one payment, which one answer settles."""

    first: Delivery
    hints: tuple[Delivery, ...]
    """All of them, the first one too; only that one's body was fetched."""


def read_back(budget_seconds: float = BUDGET_SECONDS) -> int:
    """Read back deliveries whose time has come until none is left or the time is up; how many were looked at.

    Runs outside any transaction.
    """
    deadline = time.monotonic() + budget_seconds
    count, is_through = 0, False
    while not is_through:
        ordered, found = _in_order(), 0
        for place in range(0, len(ordered), CHUNK):
            if time.monotonic() >= deadline:
                return count + found
            found += _read_some(ordered[place : place + CHUNK])
        count, is_through = count + found, not found
    return count


def _in_order() -> list[int]:
    """The deliveries to read back next, one of each payment."""
    with connection.cursor() as cursor:
        cursor.execute(_ORDERED, [LOOK])
        return [row[0] for row in cursor.fetchall()]


def _read_some(ids: Sequence[int]) -> int:
    """Claim these, as far as nobody else has, with all that hints at the same payments, and read them back."""
    known, count = origins(), 0
    clients: dict[int, ProviderClient | Unavailable] = {}
    for question in _questions(ids):
        origin = known.get(question.first.provider_id)
        if origin is not None:
            _read(question, origin, clients)
        count += len(question.hints)
    return count


def _questions(ids: Sequence[int]) -> list[_Question]:
    """Claim these, with what else hints at the same payments."""
    asked = {delivery_id: place for place, delivery_id in enumerate(ids)}
    hints: dict[tuple[int, str | int], list[Delivery]] = defaultdict(list)
    for delivery in claimed(_CLAIM, {"ids": array("bigint", ids), "most": TOGETHER}):
        hints[(delivery.provider_id, delivery.hint or delivery.id)].append(delivery)
    found = [
        _Question(next(each for each in together if each.id in asked), tuple(together)) for together in hints.values()
    ]
    return sorted(found, key=lambda question: asked[question.first.id])


def _read(question: _Question, origin: Origin, clients: dict[int, ProviderClient | Unavailable]) -> None:
    hints, unverified = question.hints, DeliveryState.UNVERIFIED
    try:
        reference = origin.adapter.reference_to_read(question.first.body)
        if not reference:
            mark([done(each, DeliveryState.IGNORED) for each in hints])
            return
        _keep(question, _asked(question.first.provider_id, origin, reference, clients), reference)
    except Unavailable as problem:
        mark([Verdict(each.id, unverified, each.tries, str(problem), pause=PAUSE_SECONDS) for each in hints])
    except PaymentNotFound:
        # Perhaps the provider's own copies lag; a forged one is left with a word and no work for anybody.
        mark([failed(each, NOT_FOUND, unverified, DeliveryState.IGNORED) for each in hints])
    except Exception as problem:
        mark([poison(each, problem, unverified) for each in hints])


def _asked(
    provider_id: int, origin: Origin, reference: str, clients: dict[int, ProviderClient | Unavailable]
) -> tuple[NeutralEvent, ...]:
    """What the provider says of a payment; one that does not answer is not asked again in this round."""
    if provider_id not in clients:
        try:
            clients[provider_id] = client_of(origin.provider)
        except Unavailable as problem:
            clients[provider_id] = problem
    client = clients[provider_id]
    if isinstance(client, Unavailable):
        raise client
    try:
        return client.read_payment(reference)
    except PaymentNotFound:
        raise
    except CallRefused as refusal:
        raise Unavailable(f"the provider's API refused to tell: {refusal.status}") from None
    except CallFailed:
        clients[provider_id] = Unavailable(NO_ANSWER)
        raise clients[provider_id] from None  # type: ignore[misc]


def _keep(question: _Question, events: tuple[NeutralEvent, ...], reference: str) -> None:
    if min(each.received_at for each in question.hints) < timezone.now() - ADOPTED_AFTER:
        events = adopted(events, reference)
    with transaction.atomic():
        rows = InboxDelivery.objects.select_for_update().filter(state=DeliveryState.UNVERIFIED).order_by("pk")
        named = any_of("id", "bigint", [each.id for each in question.hints])
        waiting = set(rows.filter(named).values_list("pk", flat=True))
        if not waiting:
            return  # somebody else was quicker after our claim had run out
        recorded = record(events)
        parking.release(recorded.learned)
        homeless = [events[parked.place] for parked in recorded.parked]
        hints = [each for each in question.hints if each.id in waiting]
        mark([parked_under(each, homeless) if homeless else done(each) for each in hints])
