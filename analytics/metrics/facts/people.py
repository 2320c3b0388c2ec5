"""Customers who tried to pay, each counted once in a calendar week and once in a month; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Clock, Facts
from analytics.metrics.facts.pieces import PLACE, PLACE_COLUMNS, count, placed
from payments.wording import translatable

_SQL: Final = f"""
SELECT a.requested_at AS at, q.customer_id AS person, a.payment_id, a.result = 'succeeded' AS good, {PLACE_COLUMNS},
       q.currency
  FROM payments_attempt a JOIN payments_payment q ON q.id = a.payment_id
{placed("a")}
 WHERE a.requested_at >= %(start)s::timestamptz AND a.requested_at < %(end)s::timestamptz AND q.customer_id IS NOT NULL
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
