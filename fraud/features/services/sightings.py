"""Keeps sightings and their sums in step with the attempts: a step of `LEDGER_PIPELINE`, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import connection

from fraud.features import keys
from fraud.features.statements import EXTRAS
from fraud.features.sums import COLUMNS, added_up, observed, sums_of_observed, sums_of_sightings
from payments.ledger.pipeline import Changed
from payments.ledger.services.tables import array

_NAMES: Final = (
    "attempt_id", "payment_id", "at", "customer_id", "instrument", "device", "ip", "network", "email", "address",
    "shop", "amount", "currency", "bin", "failed_at", "refunded_at",
)  # fmt: skip
_DIGITS: Final = "(a.brand || '|' || a.bin || '|' || a.last4)"
_INSTRUMENT: Final = (
    f"CASE WHEN a.instrument_fingerprint IS NOT NULL THEN {keys.SQL_KEY_OF_HASH.format('a.instrument_fingerprint')}"
    " WHEN a.bin <> '' AND a.last4 <> ''"
    f" THEN {keys.SQL_KEY_OF_WEAK_INSTRUMENT.format(_DIGITS)} END"
)
_SHOP: Final = "coalesce(nullif(x.shop, ''), nullif(k.channel, ''), v.code)"
# What was taken before it failed after all says so in its result: when that was known, no column tells.
_FAILED: Final = (
    "CASE WHEN a.status = 'failed' AND a.result <> 'succeeded'"
    " THEN coalesce(a.finished_at, a.responded_at, a.requested_at) END"
)
# A customer may have another address by now: what the attempt was made with stands, as everything first told does.
_EMAIL: Final = f"""
CASE WHEN seen.customer_id = coalesce(p.customer_id, k.customer_id) AND seen.email IS NOT NULL THEN seen.email
     ELSE {keys.SQL_KEY_OF_HASH.format("c.email_hash")} END"""
_FRESH: Final = f"""
SELECT a.id, a.payment_id, a.requested_at, coalesce(p.customer_id, k.customer_id), {_INSTRUMENT},
       CASE WHEN a.device <> '' THEN {keys.SQL_KEY_OF_DEVICE.format("a.device")} END,
       {keys.SQL_KEY_OF_IP.format("a.ip")}, {keys.SQL_KEY_OF_NETWORK.format("a.ip")},
       {_EMAIL}, {keys.SQL_KEY_OF_HASH.format("k.shipping_address_hash")},
       {keys.SQL_KEY_OF_SHOP.format(_SHOP)}, coalesce(a.amount, p.amount), p.currency, a.bin, {_FAILED},
       (SELECT min(r.finished_at) FROM payments_refund r WHERE r.payment_id = p.id AND r.status = 'succeeded')
  FROM payments_payment p
  JOIN payments_attempt a ON a.payment_id = p.id
  JOIN payments_checkout k ON k.id = p.checkout_id
  LEFT JOIN payments_customer c ON c.id = coalesce(p.customer_id, k.customer_id)
  LEFT JOIN payments_provider v ON v.id = coalesce(a.provider_id, p.provider_id)
  LEFT JOIN fraud_sighting seen ON seen.attempt_id = a.id
 CROSS JOIN LATERAL ({EXTRAS.format("p.id")}) x
 WHERE p.id = ANY(%s::bigint[])
"""  # noqa: S608
_OLD: Final = ", ".join(f"o.{name}" for name in _NAMES[1:])
_NEW: Final = ", ".join(f"excluded.{name}" for name in _NAMES[1:])
_SIGNED: Final = "(SELECT *, 1 AS sign FROM fresh UNION ALL SELECT *, -1 FROM stood)"
# What was told of a payment counts for the keys that it has, and some become known, or other, after the telling.
_TOLD: Final = sums_of_observed(observed("l.payment_id = ANY(%s::bigint[])"), _SIGNED)
_KEEP: Final = f"""
WITH fresh ({", ".join(_NAMES)}) AS MATERIALIZED ({_FRESH}),
stood AS MATERIALIZED (SELECT {", ".join(_NAMES)} FROM fraud_sighting WHERE payment_id = ANY(%s::bigint[])),
written AS (
  INSERT INTO fraud_sighting AS o ({", ".join(_NAMES)}) SELECT * FROM fresh ORDER BY attempt_id
  ON CONFLICT (attempt_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _NAMES[1:])}
   WHERE ({_OLD}) IS DISTINCT FROM ({_NEW}) RETURNING 1),
gone AS (
  DELETE FROM fraud_sighting s USING stood
   WHERE s.attempt_id = stood.attempt_id AND NOT EXISTS (SELECT FROM fresh WHERE fresh.attempt_id = s.attempt_id)),
counted AS (INSERT INTO fraud_keyhour ({COLUMNS}) {added_up(sums_of_sightings(_SIGNED), _TOLD)})
SELECT count(*) FROM written
"""  # noqa: S608


def keep(changed: Changed) -> None:
    """Bring the sightings of changed payments in line; what that changes of the sums by the hour is added to them."""
    keep_payments(changed.payments)


def keep_payments(payment_ids: Sequence[int]) -> int:
    """The same for payments that are locked; how many sightings were written."""
    if not payment_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [array("bigint", payment_ids)] * 4)
        row = cursor.fetchone()
    return int(row[0]) if row else 0
