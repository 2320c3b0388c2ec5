"""Tries: the attempts of every payment that has one in a span, with all that they are told apart by; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Source
from analytics.metrics.facts.pieces import BUYER, PLACE_COLUMNS, placed, shop_columns

_OF_ATTEMPT: Final = """a.payment_id, a.attempt_key, a.requested_at, a.responded_at, a.finished_at, a.status, a.result,
       a.decline_code, a.provider_decline_code, a.brand, a.bin, a.three_d_secure, a.voucher_expires_at,
       a.waiting_for_customer_seconds AS waited, a.provider_id, a.method_id, a.amount AS own_amount"""
_PAYMENT: Final = (
    "checkout_id", "attempt_count", "of_amount", "reference", "of_provider", "of_method", "currency", "country",
    "device", "channel", "campaign", "customer_kind",
)  # fmt: skip
# Those outside the span are looked up only for the few payments that were tried several times.
_SQL: Final = f"""
WITH inside AS MATERIALIZED (
  SELECT {_OF_ATTEMPT}, q.checkout_id, q.attempt_count, q.amount AS of_amount, q.merchant_reference AS reference,
         q.provider_id AS of_provider, q.method_id AS of_method, q.currency, {shop_columns("c.started_at")}
    FROM payments_attempt a JOIN payments_payment q ON q.id = a.payment_id
    LEFT JOIN payments_checkout c ON c.id = q.checkout_id
  {BUYER}
   WHERE a.requested_at >= %(start)s::timestamptz AND a.requested_at < %(end)s::timestamptz
)
SELECT t.*, coalesce(t.own_amount, t.of_amount) AS amount, {PLACE_COLUMNS}
  FROM (
    SELECT * FROM inside UNION ALL
    SELECT {_OF_ATTEMPT}, {", ".join(f"several.{name}" for name in _PAYMENT)}
      FROM (SELECT DISTINCT payment_id AS id, {", ".join(_PAYMENT)} FROM inside WHERE attempt_count <> 1) AS several
      JOIN payments_attempt a ON a.payment_id = several.id
     WHERE a.requested_at < %(start)s::timestamptz OR a.requested_at >= %(end)s::timestamptz
  ) AS t
{placed("t")}
"""  # noqa: S608

TRIES: Final = Source(
    name="tries",
    sql=_SQL,
    needs=(
        "payment_id", "checkout_id", "attempt_count", "attempt_key", "requested_at", "responded_at", "finished_at",
        "status", "result", "decline_code", "provider_decline_code", "voucher_expires_at", "waited", "amount",
        "provider", "method", "currency", "country", "device", "channel", "campaign", "customer_kind", "of_provider",
        "of_method",
    ),
    spare=("reference", "family", "brand", "bin", "three_d_secure"),
)  # fmt: skip
