"""Customers who tried to pay, each counted once in a calendar week and once in a month; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Clock, Facts
from analytics.metrics.facts.pieces import PLACE, PLACE_COLUMNS, count, placed, within
from payments.wording import translatable

# Payments near the span are read as they lie; the few others are looked up.
_SQL: Final = f"""
SELECT t.*, {PLACE_COLUMNS}
  FROM (
    SELECT a.requested_at AS at, a.payment_id, a.result = 'succeeded' AS good, a.provider_id, a.method_id,
           CASE WHEN q.id IS NULL THEN far.customer_id ELSE q.customer_id END AS person,
           CASE WHEN q.id IS NULL THEN far.currency ELSE q.currency END AS currency
      FROM payments_attempt a
      LEFT JOIN payments_payment q ON q.id = a.payment_id AND {within("q.created_at", before="1 hour")}
      LEFT JOIN LATERAL (
        SELECT customer_id, currency FROM payments_payment WHERE q.id IS NULL AND id = a.payment_id OFFSET 0
      ) AS far ON true
     WHERE {within("a.requested_at")}
  ) AS t
{placed("t")}
 WHERE t.person IS NOT NULL
"""  # noqa: S608

PEOPLE: Final = Facts(
    code="people",
    name=translatable("Customers who tried to pay"),
    sql=_SQL,
    dimensions=(*PLACE, "currency"),
    measures=(
        count("tried", translatable("Customers who tried to pay"), "true"),
        count("not_completed", translatable("Customers who tried to pay and completed nothing"), "NOT good"),
        count("tried_again", translatable("Customers who tried to pay for several orders"), "several"),
    ),
    cubes=((), ("method",)),
    clock=Clock.PERIOD,
    needs=("person", "payment_id", "good"),
    person="bool_or(good) AS good, min(payment_id) <> max(payment_id) AS several",
)
