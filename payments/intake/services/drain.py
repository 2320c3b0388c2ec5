"""Empties the inbox into the ledger, a few hundred deliveries at a time, each batch in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from django.db import InterfaceError, OperationalError, ProgrammingError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from psycopg.errors import CardinalityViolation

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
    mark,
    origins,
    parked_under,
    poison,
)
from payments.intake.services.door import CHANNEL
from payments.ledger.services.record import Recorded, record

DRAINED_CHANNEL: Final = "jeongsan_drained"
"""What the end of a drain notifies, so that the listener knows that the next one is worth a message."""
BATCH: Final = 400
BUDGET_SECONDS: Final = 300.0
_LOST_RACES: Final = 5
"""How often in a row a batch may fail for a deadlock or a lost connection."""

_CLAIM: Final = """
SELECT id, provider_id, body, tries, received_at FROM payments_inboxdelivery
 WHERE state = 'waiting' AND id > %s AND (next_try_at IS NULL OR next_try_at <= now())
 ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_CLAIM_ORPHANS: Final = """
SELECT id, provider_id, body, tries, received_at FROM payments_inboxdelivery
 WHERE state = 'parked' AND NOT needs_read_back AND received_at < now() - make_interval(secs => %s)
 ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""


@dataclass(slots=True)
class Drained:
    """What one drain did."""

    deliveries: int = 0
    seconds: float = 0.0
    is_empty: bool = False
    """False when the time was up first."""
    must_read_back: bool = False
    """Whether deliveries wait for being read back through an API."""


@dataclass(frozen=True, slots=True)
class _Told:
    delivery: Delivery
    events: tuple[NeutralEvent, ...]


def drain(budget_seconds: float = BUDGET_SECONDS) -> Drained:
    """Drain until nothing waits or the time is up. Two at once share the work, and where much waits two lanes do.

    Raises:
        OperationalError: the database is away, or a batch lost too many races.
    """
    started = time.monotonic()
    found = Drained()
    while time.monotonic() - started < budget_seconds and not found.is_empty:
        count, is_through = _passed(started + budget_seconds)
        found.deliveries += count
        found.is_empty = is_through and not parking.release_known() and not _adopt_orphans()
    found.seconds = time.monotonic() - started
    found.must_read_back = InboxDelivery.objects.filter(
        Q(next_try_at=None) | Q(next_try_at__lte=Now()), state=DeliveryState.UNVERIFIED
    ).exists()
    channel = DRAINED_CHANNEL if found.is_empty else CHANNEL
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, ''), pg_notify(%s, '')", [DRAINED_CHANNEL, channel])
    return found


def _passed(deadline: float) -> tuple[int, bool]:
    """One pass; as soon as a batch is full a second lane goes along in a thread with a connection of its own.

    While PostgreSQL works for one, Python translates and folds for the other, so that two processors have work.
    """
    beside: list[Future[tuple[int, bool]]] = []
    with ThreadPoolExecutor(1, "drain") as pool:

        def is_full() -> None:
            if not beside and not connection.in_atomic_block:
                beside.append(pool.submit(_lane, deadline))

        count, is_through = _pass(deadline, is_full)
        for lane in beside:
            count_beside, is_through_beside = lane.result()
            count, is_through = count + count_beside, is_through and is_through_beside
    return count, is_through


def _lane(deadline: float) -> tuple[int, bool]:
    try:
        return _pass(deadline, lambda: None)
    finally:
        connection.close()


def _pass(deadline: float, when_full: Callable[[], None]) -> tuple[int, bool]:
    """From the oldest to the newest, and again for what was released or arrived meanwhile; how many, and whether all.

    Going on from the last id keeps the scan away from index entries of rows that were just done.
    """
    count = after = lost = 0
    while time.monotonic() < deadline:
        try:
            deliveries = _batch(_CLAIM, [after, BATCH])
        except (OperationalError, InterfaceError):
            lost += 1
            if lost >= _LOST_RACES:
                raise
            connection.close_if_unusable_or_obsolete()
            time.sleep(0.05 * lost)
            continue
        lost = 0
        count += len(deliveries)
        if not deliveries and not after:
            # What a batch releases stands before it, so only an empty look from the beginning is the end.
            return count, True
        after = 0
        if len(deliveries) == BATCH:
            after = deliveries[-1].id
            when_full()
    return count, False


def _adopt_orphans() -> bool:
    """What nobody claimed for a day becomes a payment under the provider's own id."""
    parking.release_unread_orphans()
    return bool(_batch(_CLAIM_ORPHANS, [ADOPTED_AFTER.total_seconds(), BATCH]))


def _batch(claim: str, parameters: list[Any]) -> list[Delivery]:
    """Claim, translate, record and mark some deliveries in one transaction; those that were claimed."""
    known = origins()
    with transaction.atomic():
        deliveries = claimed(claim, parameters)
        if not deliveries:
            return []
        verdicts: dict[int, Verdict] = {}
        told = [
            _Told(delivery, adopted(events, "") if claim == _CLAIM_ORPHANS else events)
            for delivery in deliveries
            if (events := _translated(delivery, known.get(delivery.provider_id), verdicts))
        ]
        _record(told, verdicts)
        mark(verdicts.values())
    return deliveries


def _translated(delivery: Delivery, origin: Origin | None, verdicts: dict[int, Verdict]) -> tuple[NeutralEvent, ...]:
    """What a delivery tells; when it tells nothing, or nothing that we understand, its verdict is given here."""
    try:
        if origin is None:
            raise LookupError("the provider has no event_adapter any more")
        events = origin.adapter.translate(delivery.body, origin.terms)
    except Exception as problem:  # whatever is wrong with one delivery is wrong with that one only
        verdicts[delivery.id] = poison(delivery, problem, DeliveryState.WAITING)
        return ()
    if not events:
        verdicts[delivery.id] = done(delivery, DeliveryState.IGNORED)
    return events


def _record(told: Sequence[_Told], verdicts: dict[int, Verdict]) -> None:
    """Record together; when that fails, halve until those that it fails for stand alone."""
    if not told:
        return
    try:
        with transaction.atomic():
            recorded = record([event for each in told for event in each.events])
            parking.release(recorded.learned)
    except (OperationalError, InterfaceError):
        raise  # nothing that a single delivery could be blamed for
    except Exception as problem:
        if isinstance(problem, ProgrammingError) and not isinstance(problem.__cause__, CardinalityViolation):
            raise  # tables that are not there yet; a row that one statement makes twice is the told's own doing
        if len(told) == 1:
            verdicts[told[0].delivery.id] = poison(told[0].delivery, problem, DeliveryState.WAITING)
            return
        middle = len(told) // 2
        _record(told[:middle], verdicts)
        _record(told[middle:], verdicts)
        return
    _settle(told, recorded, verdicts)


def _settle(told: Sequence[_Told], recorded: Recorded, verdicts: dict[int, Verdict]) -> None:
    parked = {each.place for each in recorded.parked}
    place = 0
    for each in told:
        homeless = [event for n, event in enumerate(each.events, place) if n in parked]
        place += len(each.events)
        verdicts[each.delivery.id] = parked_under(each.delivery, homeless) if homeless else done(each.delivery)
