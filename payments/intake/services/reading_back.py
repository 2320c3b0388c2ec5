"""Asks the provider about what it did not sign, or said too shortly; only its answer gets into the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import structlog
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
    done,
    mark,
    origins,
    parked_under,
    poisoned,
    said,
)
from payments.ledger.services.record import record
from payments.providers.client import CallFailed, CallRefused, PaymentNotFound, ProviderClient

CHUNK: Final = 20
"""So few are claimed at once that all are answered before their claim runs out."""
PAUSE_SECONDS: Final = 300
"""Before a provider that gave no answer is asked again."""
NOT_FOUND: Final = "the provider knows no such payment"

# The claim is a time before which nobody else looks: nothing is locked while a provider is asked.
_CLAIM: Final = """
UPDATE payments_inboxdelivery SET next_try_at = now() + interval '20 minutes'
 WHERE id IN (SELECT id FROM payments_inboxdelivery
               WHERE state = 'unverified' AND (next_try_at IS NULL OR next_try_at <= now())
               ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id, provider_id, body, tries, received_at
"""

logger = structlog.get_logger(__name__)


def read_back() -> int:
    """Read back every delivery whose time has come; how many were looked at. Runs outside any transaction."""
    count = 0
    while claimed := sorted(_claimed(), key=lambda delivery: delivery.id):
        known = origins()
        clients: dict[int, ProviderClient | Unavailable] = {}
        for delivery in claimed:
            origin = known.get(delivery.provider_id)
            if origin is not None:
                _read(delivery, origin, clients)
        count += len(claimed)
    return count


def _claimed() -> Iterator[Delivery]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [CHUNK])
        for row in cursor.fetchall():
            yield Delivery(row[0], row[1], bytes(row[2]), row[3], row[4])


def _read(delivery: Delivery, origin: Origin, clients: dict[int, ProviderClient | Unavailable]) -> None:
    try:
        reference = origin.adapter.reference_to_read(delivery.body)
        if not reference:
            mark([done(delivery, DeliveryState.IGNORED)])
            return
        _keep(delivery, _asked(delivery.provider_id, origin, reference, clients), reference)
    except Unavailable as problem:
        mark([Verdict(delivery.id, DeliveryState.UNVERIFIED, delivery.tries, str(problem), pause=PAUSE_SECONDS)])
    except PaymentNotFound:
        # Perhaps the provider's own copies lag; a forged one is left with a word and no work for anybody.
        mark([poisoned(delivery, NOT_FOUND, DeliveryState.UNVERIFIED, DeliveryState.IGNORED)])
    except Exception as problem:
        found = poisoned(delivery, said(problem), DeliveryState.UNVERIFIED, DeliveryState.SET_ASIDE)
        logger.warning("delivery_poisoned", delivery=delivery.id, tries=found.tries, error=found.error)
        mark([found])


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
        clients[provider_id] = Unavailable("the provider's API gave no answer")
        raise clients[provider_id] from None  # type: ignore[misc]


def _keep(delivery: Delivery, events: tuple[NeutralEvent, ...], reference: str) -> None:
    if delivery.received_at < timezone.now() - ADOPTED_AFTER:
        events = adopted(events, reference)
    with transaction.atomic():
        waiting = InboxDelivery.objects.select_for_update().filter(pk=delivery.id, state=DeliveryState.UNVERIFIED)
        if not waiting.exists():
            return  # somebody else was quicker after our claim had run out
        recorded = record(events)
        parking.release(recorded.learned)
        homeless = [events[parked.place] for parked in recorded.parked]
        mark([parked_under(delivery, homeless) if homeless else done(delivery)])
