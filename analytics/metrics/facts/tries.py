"""Tries: the attempts of every payment that has one in a span, with all that they are told apart by; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Source
from analytics.metrics.facts.pieces import BUYER, PLACE_COLUMNS, placed, shop_columns

_INSIDE: Final = "requested_at >= %(start)s::timestamptz AND requested_at < %(end)s::timestamptz"
# Those outside the span are looked up only for the few payments that were tried several times.
_ATTEMPTS: Final = f"""
SELECT * FROM payments_attempt WHERE {_INSIDE} UNION ALL
SELECT o.* FROM (SELECT DISTINCT i.payment_id FROM payments_attempt i JOIN payments_payment p ON p.id = i.payment_id
                  WHERE i.{_INSIDE.replace("AND ", "AND i.")} AND p.attempt_count <> 1) AS several
  JOIN payments_attempt o ON o.payment_id = several.payment_id
 WHERE o.requested_at < %(start)s::timestamptz OR o.requested_at >= %(end)s::timestamptz
"""  # noqa: S608

TRIES: Final = Source(
    name="tries",
    sql=f"""
SELECT a.payment_id, q.checkout_id, q.attempt_count, a.attempt_key, a.requested_at, a.responded_at, a.finished_at,
       a.status, a.result, a.decline_code, a.provider_decline_code, a.brand, a.bin, a.three_d_secure,
       a.voucher_expires_at, a.waiting_for_customer_seconds AS waited, coalesce(a.amount, q.amount) AS amount,
       q.merchant_reference AS reference, {PLACE_COLUMNS}, q.provider_id AS of_provider, q.method_id AS of_method,
       q.currency, {shop_columns("q.created_at")}
  FROM ({_ATTEMPTS}) AS a JOIN payments_payment q ON q.id = a.payment_id
  LEFT JOIN payments_checkout c ON c.id = q.checkout_id
{BUYER}
{placed("a")}
""",  # noqa: S608
    needs=(
        "payment_id", "checkout_id", "attempt_count", "attempt_key", "requested_at", "responded_at", "finished_at",
        "status", "result", "decline_code", "provider_decline_code", "voucher_expires_at", "waited", "amount",
        "provider", "method", "currency", "country", "device", "channel", "campaign", "customer_kind", "of_provider",
        "of_method",
    ),
    spare=("reference", "family", "brand", "bin", "three_d_secure"),
)  # fmt: skip
