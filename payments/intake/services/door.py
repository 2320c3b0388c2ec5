"""The door of webhooks: checks a delivery, blots out card numbers, and keeps what is new with one insert."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError, connection
from psycopg.types.json import Jsonb

from payments.intake.callers import PerMinute
from payments.intake.doors import Door, door_of
from payments.intake.masking import masked, masked_text
from payments.intake.models import RefusalReason
from payments.providers.events import DeliveryRefused, Item, RawDelivery

CHANNEL: Final = "jeongsan_inbox"
"""What a new delivery notifies; `payments.intake.listening` hears it."""
QUIET_SECONDS: Final = 0.05
"""A process notifies at most so often: transactions that notify commit one after the other, each waiting for the disk
by itself (measured: 350 deliveries a second instead of 640). The listener waits longer than this before it wakes."""
LARGEST_BYTES: Final = 1024 * 1024
LARGEST_UNSIGNED_BYTES: Final = 64 * 1024
"""Anybody can send these: they must not cost much."""
SAMPLE_BYTES: Final = 4096
UNKNOWN_CODES_PER_HOUR: Final = 50
"""Names nobody bears that are counted one by one within an hour; the rest is counted together, under `*`."""
_LONGEST_CARD_BYTES: Final = 60
_LONGEST_HEADER: Final = 500
_LONGEST_ID: Final = 160
_LONGEST_TYPE: Final = 80
_KEPT_HEADERS: Final = (
    "content-type", "user-agent", "stripe-signature", "hmacsignature", "webhook-id", "webhook-timestamp",
    "webhook-signature", "tosspayments-webhook-signature", "tosspayments-webhook-transmission-time",
    "tosspayments-webhook-transmission-id", "tosspayments-webhook-transmission-retried-count",
)  # fmt: skip

_INTO: Final = """
  INSERT INTO payments_inboxdelivery
    (provider_id, event_id, event_type, headers, body, is_masked, is_verified, needs_read_back, state,
     tries, error, parked_references, hinted_reference, hinted_order)
  SELECT %s, {event_id}, event_type, %s, body, is_masked, is_verified, needs_read_back,
         CASE WHEN needs_read_back THEN 'unverified' ELSE 'waiting' END, 0, '', '{{}}', hint, named
    FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::bool[], %s::bool[], %s::bool[], %s::text[], %s::text[])
         AS given(event_id, event_type, body, is_masked, is_verified, needs_read_back, hint, named)
"""
_NOTIFYING: Final = """
  ON CONFLICT (provider_id, event_id) DO NOTHING
  RETURNING id)
SELECT n, CASE WHEN n > 0 AND %s THEN pg_notify(%s, '')::text END FROM (SELECT count(*) AS n FROM kept) AS counted
"""
_KEEP: Final = "WITH kept AS (" + _INTO.format(event_id="event_id") + _NOTIFYING
TWIN: Final = "#"
"""Between the provider's id and a hash of the body, where the same id came with another body."""
_KEEP_TWINS: Final = (
    "WITH kept AS ("  # noqa: S608
    + _INTO.format(event_id=f"left(event_id, 143) || '{TWIN}' || left(encode(sha256(body), 'hex'), 16)")
    + """
   WHERE NOT needs_read_back
     AND body <> (SELECT d.body FROM payments_inboxdelivery d
                   WHERE d.provider_id = %s AND d.event_id = given.event_id)
"""
    + _NOTIFYING
)
"""Beside a known id a body that differs: the ledger judges whether it tells something else."""
_REFUSE: Final = """
INSERT INTO payments_deliveryrefusal AS r (provider_code, reason, hour_at, count, headers, sample)
SELECT CASE WHEN %(is_unknown)s
             AND (SELECT count(*) FROM payments_deliveryrefusal
                   WHERE reason = %(reason)s AND hour_at = hour AND provider_code NOT IN (%(code)s, '*')) >= %(codes)s
            THEN '*' ELSE %(code)s END,
       %(reason)s, hour, 1, %(headers)s::jsonb, %(sample)s
  FROM (SELECT date_trunc('hour', now(), 'UTC') AS hour) AS this
ON CONFLICT (provider_code, reason, hour_at) DO UPDATE SET count = LEAST(r.count::bigint + 1, 2147483647)
"""


unsigned: Final = PerMinute()
"""Of deliveries that nobody signed, by the address they came from."""
_notified_at = float("-inf")
"""When this process last notified, by the monotonic clock."""


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """The delivery was not taken, and was counted."""

    reason: RefusalReason


class DoorClosed(Exception):
    """The database cannot be reached: nothing was kept, and the provider must come again."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that was kept, now or before."""

    acknowledgement: tuple[str, str]
    """Content type and body of the answer that the provider waits for."""
    new: int
    """Items that were not known."""


def take(code: str, delivery: RawDelivery, now: datetime, address: str) -> Taken:
    """Check a delivery for the provider `code` and keep its items; telling it again keeps nothing twice.

    `address` is whose connection it came by.

    Raises:
        Refused: it is forged, stale, too large or unreadable, for nobody here, or one too many that nobody signed.
        DoorClosed: the database is away.
    """
    try:
        door = door_of(code)
        if door is None:
            raise _refusal(code, RefusalReason.UNKNOWN_PROVIDER, delivery)
        try:
            items = _opened(door, delivery, now, address)
            return Taken(door.adapter.acknowledgement, _keep(door, items, delivery.headers))
        except DeliveryRefused as refusal:
            raise _refusal(code, _reason(refusal, door), delivery) from None
        except (RecursionError, DataError, psycopg.DataError):  # nested without end, or with what no row can hold
            raise _refusal(code, RefusalReason.UNREADABLE, delivery) from None
    except (OperationalError, InterfaceError, psycopg.OperationalError) as problem:
        raise DoorClosed from problem


def refuse(code: str, reason: RefusalReason, delivery: RawDelivery) -> None:
    """Count a delivery that is not taken, and keep the first one of the hour as evidence, as far as that is safe.

    Raises:
        DoorClosed: the database is away.
    """
    values: dict[str, str | int | bytes] = {
        "code": masked_text(code)[:40].replace("\0", ""),  # of an address that anybody may make up
        "reason": reason.value,
        "is_unknown": reason == RefusalReason.UNKNOWN_PROVIDER,
        "codes": UNKNOWN_CODES_PER_HOUR,
        "headers": json.dumps(_kept(delivery.headers)),
        "sample": _sample(delivery.body),
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute(_REFUSE, values)
    except (OperationalError, InterfaceError) as problem:
        raise DoorClosed from problem


def _sample(body: bytes) -> bytes:
    """The beginning of a body, masked; a card number that the cut goes through does not stay either."""
    window = masked(body[: 2 * SAMPLE_BYTES], frozenset())
    return window[:SAMPLE_BYTES] if len(body) <= 2 * SAMPLE_BYTES else window[:-_LONGEST_CARD_BYTES][:SAMPLE_BYTES]


def _refusal(code: str, reason: RefusalReason, delivery: RawDelivery) -> Refused:
    refuse(code, reason, delivery)
    return Refused(reason)


def _reason(refusal: DeliveryRefused, door: Door) -> RefusalReason:
    reason = RefusalReason(refusal.reason)
    is_ours = reason == RefusalReason.BAD_SIGNATURE and not door.secrets
    return RefusalReason.NO_SECRET if is_ours else reason


def _opened(door: Door, delivery: RawDelivery, now: datetime, address: str) -> tuple[Item, ...]:
    items = door.adapter.open(delivery, door.secrets, now)
    if not all(item.is_verified for item in items):
        if len(delivery.body) > LARGEST_UNSIGNED_BYTES:
            raise _TooLarge
        if not unsigned.is_within(address, settings.UNSIGNED_DELIVERIES_PER_MINUTE):
            raise _TooMany
    return items


class _TooLarge(DeliveryRefused):
    reason = RefusalReason.TOO_LARGE.value


class _TooMany(DeliveryRefused):
    reason = RefusalReason.TOO_MANY.value


def _keep(door: Door, items: Sequence[Item], headers: Mapping[str, str]) -> int:
    """Insert what is new and notify, in one statement and so in one transaction; how many were new.

    What is not new costs a second one, which keeps it too where its body is another.
    """
    bodies = [masked(item.body, door.adapter.reference_fields) for item in items]
    is_masked = [body is not item.body for body, item in zip(bodies, items, strict=True)]
    values = [
        door.provider_id,
        Jsonb(_kept(headers)),
        [_event_id(item) for item in items],
        [masked_text(item.event_type.replace("\0", ""))[:_LONGEST_TYPE] for item in items],
        bodies,
        is_masked,
        [item.is_verified for item in items],
        [item.needs_read_back or not item.is_verified for item in items],
        # What had to be masked is read once more when its turn comes: nothing of it is kept beside the masked body.
        ["" if hides else item.hint for hides, item in zip(is_masked, items, strict=True)],
        ["" if hides else item.order for hides, item in zip(is_masked, items, strict=True)],
    ]
    try:
        return _inserted(values)
    except (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError):
        # The connection was kept from an earlier request and the server is another by now. The insert changes nothing
        # when the first one did arrive, so it may be tried once more on a new connection.
        connection.close()
        return _inserted(values)


def _inserted(values: Sequence[Any]) -> int:
    global _notified_at
    now = time.monotonic()
    must_notify = now - _notified_at >= QUIET_SECONDS
    connection.health_check_done = True  # type: ignore[attr-defined]  # the retry above is the check, and costs no round trip
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:  # prepared, with bytes as bytes
        new = _count(cursor.execute(_KEEP, [*values, must_notify, CHANNEL], prepare=True))
        if new < len(values[2]):
            # Only now what was known is sure to be seen, were it kept by somebody else in this very moment.
            twins = [*values, values[0], must_notify and not new, CHANNEL]
            new += _count(cursor.execute(_KEEP_TWINS, twins, prepare=True))
    if must_notify and new:
        _notified_at = now
    return new


def _count(cursor: psycopg.Cursor[Any]) -> int:
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _event_id(item: Item) -> str:
    if len(item.event_id) <= _LONGEST_ID and "\0" not in item.event_id:
        return item.event_id
    return f"sha256:{hashlib.sha256(item.event_id.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: masked_text(headers[name][:_LONGEST_HEADER]) for name in _KEPT_HEADERS if name in headers}
