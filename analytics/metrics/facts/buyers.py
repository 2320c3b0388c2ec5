"""Customers at their first purchase, and purchases at the time since the one before; pure.

A purchase is a payment of a known customer of which money was taken, at the instant it began. It stays one when the
money is given back; what does not count as buying *again* is a purchase that was given back wholly.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from analytics.metrics.declarations import Facts, Measure, Times, Unit
from analytics.metrics.facts.pieces import COMMON, PLACE_COLUMNS, count, hour_of, placed, shop_columns, within
from payments.wording import translatable

HORIZONS: Final = (30, 60, 90)
"""Days within which a customer may come back."""

_BUYERS: Final = f"""
SELECT b.first_at AS at, q.merchant_reference AS reference, {PLACE_COLUMNS}, q.currency,
       {shop_columns("c.started_at")},
       (SELECT a.result <> 'succeeded' AND a.status IN ('failed', 'expired') FROM payments_attempt a
         WHERE a.payment_id = q.id ORDER BY a.requested_at, a.attempt_key LIMIT 1)::text AS first_attempt_failed,
       (q.refunded > 0)::text AS refunded, b.again_at - b.first_at AS away,
       %(now)s::timestamptz - {hour_of("b.first_at")} - interval '1 hour' AS age
  FROM analytics_buyer b JOIN payments_payment q ON q.id = b.first_payment_id
  LEFT JOIN payments_checkout c ON c.id = q.checkout_id
{placed("q")}
 WHERE b.first_at >= %(start)s::timestamptz AND b.first_at < %(end)s::timestamptz
"""  # noqa: S608

_INTERVALS: Final = f"""
SELECT d.bought_at AS at, q.merchant_reference AS reference, {PLACE_COLUMNS}, q.currency,
       {shop_columns("c.started_at")},
       (extract(epoch FROM d.bought_at - d.previous_at) / 86400)::int AS days
  FROM payments_payment q
  JOIN analytics_countedpayment d ON d.payment_id = q.id AND d.previous_at IS NOT NULL AND {within("d.bought_at")}
  LEFT JOIN payments_checkout c ON c.id = q.checkout_id
  LEFT JOIN analytics_buyer b ON b.customer_id = q.customer_id
{placed("q")}
 WHERE {within("q.created_at")}
"""  # noqa: S608


def _by_horizon() -> tuple[Measure, ...]:
    found: list[Measure] = []
    for days in HORIZONS:
        old = f"age >= interval '{days} days'"
        found += [
            count(f"observed_{days}", translatable("Customers whose days have passed"), old),
            count(f"again_{days}", translatable("Customers who bought again in time"),
                  f"{old} AND away <= interval '{days} days'"),
        ]  # fmt: skip
    return tuple(found)


BUYERS: Final = Facts(
    code="buyers",
    name=translatable("Customers at their first purchase"),
    sql=_BUYERS,
    dimensions=(*COMMON, "first_attempt_failed", "refunded"),
    measures=(count("bought", translatable("Customers who bought for the first time"), "true"), *_by_horizon()),
    cubes=(("currency",), ("first_attempt_failed", "refunded", "currency"),
           ("method", "currency", "first_attempt_failed", "refunded"), ("country", "device", "channel", "currency"),
           ("provider", "method", "currency"), ("campaign", "currency")),
    bases=(("provider", "method", "currency", "first_attempt_failed", "refunded"),
           ("country", "device", "channel", "campaign", "currency")),
    reference="reference",
    needs=("age", "away"),
    lapses=tuple(timedelta(days=days) for days in HORIZONS),
)  # fmt: skip
INTERVALS: Final = Facts(
    code="intervals",
    name=translatable("Purchases of customers who had bought before"),
    sql=_INTERVALS,
    dimensions=COMMON,
    measures=(count("repeated", translatable("Repeated purchases"), "true"),),
    cubes=(("currency",), ("method", "currency")),
    reference="reference",
    needs=("days",),
    is_in_order=True,
    times=(Times("interval", "days", Unit.DAYS, (("currency",), ("method", "currency"))),),
)
