"""Tries: the attempts of a span with all that they are told apart by, and the others of the same payments; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.facts.pieces import (
    BUYER,
    PLACE,
    PLACE_COLUMNS,
    SHOP,
    placed,
    shop_columns,
    with_kind,
    within,
)
from analytics.metrics.sources import Source, Step

_OF_ATTEMPT: Final = """a.payment_id, a.attempt_key, a.requested_at, a.responded_at, a.finished_at, a.status, a.result,
       a.decline_code, a.provider_decline_code, a.brand, a.bin, a.three_d_secure, a.voucher_expires_at,
       a.waiting_for_customer_seconds AS waited, a.provider_id, a.method_id, a.amount AS own_amount"""
_OF_PAYMENT: Final = "q.attempt_count, q.amount AS of_amount, q.merchant_reference AS reference, q.currency"
_OF_CHECKOUT: Final = ("country", "device", "channel", "campaign")
_OF_SALE: Final = ("attempt_count", "of_amount", "currency", *_OF_CHECKOUT)
_PAYMENT: Final = (*_OF_SALE, "reference", "customer_kind")

# Nearly all payments of the attempts of a span began in it or shortly before. They are read as they lie, in the order
# of time; only what is not among them is looked up by its number.
_SALES: Final = f"""
SELECT q.id, {_OF_PAYMENT}, {", ".join(f"c.{name}" for name in _OF_CHECKOUT)}, c.customer_id, c.started_at
  FROM payments_payment q
  JOIN payments_checkout c ON c.id = q.checkout_id AND {within("c.started_at", before="2 hours")}
 WHERE {within("q.created_at", before="1 hour")} ORDER BY c.customer_id
"""  # noqa: S608
_TRIES: Final = f"""
SELECT t.*, coalesce(t.own_amount, t.of_amount) AS amount, {PLACE_COLUMNS}
  FROM (
    SELECT {_OF_ATTEMPT},
           {", ".join(f"CASE WHEN s.id IS NULL THEN far.{name} ELSE s.{name} END AS {name}" for name in _PAYMENT)}
      FROM payments_attempt a
      LEFT JOIN sold s ON s.id = a.payment_id
      LEFT JOIN LATERAL (
        SELECT {_OF_PAYMENT}, {shop_columns("c.started_at")}
          FROM payments_payment q LEFT JOIN payments_checkout c ON c.id = q.checkout_id
        {BUYER}
         WHERE s.id IS NULL AND q.id = a.payment_id OFFSET 0) AS far ON true
     WHERE {within("a.requested_at")}
  ) AS t
{placed("t")}
"""  # noqa: S608
# Newest first and few: the planner goes back through the instants and looks up the rest of what it keeps.
_SINGLE: Final = f"""
SELECT {_OF_ATTEMPT}, {_OF_PAYMENT}, coalesce(a.amount, q.amount) AS amount, {shop_columns("c.started_at")},
       {PLACE_COLUMNS}
  FROM payments_attempt a JOIN payments_payment q ON q.id = a.payment_id
  LEFT JOIN payments_checkout c ON c.id = q.checkout_id
{BUYER}
{placed("a")}
 WHERE {within("a.requested_at")}
"""  # noqa: S608
_OTHERS: Final = f"""
WITH outside AS MATERIALIZED (
  SELECT a.* FROM (SELECT payment_id AS id FROM tries WHERE attempt_count <> 1
                    GROUP BY payment_id HAVING count(*) <> max(attempt_count)) AS several
   CROSS JOIN LATERAL (
     SELECT * FROM payments_attempt WHERE payment_id = several.id AND NOT ({within("requested_at")}) OFFSET 0) AS a
)
SELECT t.*, coalesce(t.own_amount, t.of_amount) AS amount, {PLACE_COLUMNS}
  FROM (
    SELECT {_OF_ATTEMPT}, {", ".join(f"of.{name}" for name in _PAYMENT)}
      FROM outside a JOIN (
        SELECT DISTINCT ON (payment_id) payment_id, {", ".join(_PAYMENT)}
          FROM tries WHERE payment_id IN (SELECT payment_id FROM outside)) AS of ON of.payment_id = a.payment_id
  ) AS t
{placed("t")}
"""  # noqa: S608

_NEEDS: Final = (
    "payment_id", "attempt_count", "attempt_key", "requested_at", "responded_at", "finished_at", "status", "result",
    "decline_code", "provider_decline_code", "voucher_expires_at", "waited", "amount", "provider", "method", "currency",
    "country", "device", "channel", "campaign", "customer_kind",
)  # fmt: skip
_SPARE: Final = ("reference", "family", "brand", "bin", "three_d_secure")

TRIES: Final = Source(
    name="tries",
    steps=(
        Step(
            "sales",
            _SALES,
            ("id", *_OF_SALE, "customer_id", "started_at"),
            spare=("reference",),
            keys=("customer_id",),
            is_in_order=True,
        ),
        Step("sold", with_kind("sales"), ("id", *_OF_SALE, "customer_kind"), spare=("reference",), keys=("id",)),
        Step(
            "tries",
            _TRIES,
            (*_NEEDS, "of_amount"),
            spare=_SPARE,
            keys=("payment_id", "attempt_count"),
            is_in_order=True,
        ),
        Step("others", _OTHERS, _NEEDS, spare=_SPARE, keys=("payment_id",)),
    ),
)
"""Payments near a span, who made them, the attempts of it, and those outside it of payments tried several times."""
_OF_FEW: Final = (*(name for name in _NEEDS if name not in (*PLACE, *SHOP)), "reference")
_SPARE_OF_FEW: Final = (*PLACE, *SHOP, "brand", "bin", "three_d_secure")
_SINGLE_TRIES: Final = Step("tries", _SINGLE, (*_OF_FEW, "of_amount"), spare=_SPARE_OF_FEW)

SINGLE_TRIES: Final = Source(name=TRIES.name, steps=(_SINGLE_TRIES,))
"""The attempts of a span, each looked up by itself."""
SINGLE_GROUPS: Final = Source(
    name=TRIES.name, steps=(_SINGLE_TRIES, Step("others", _OTHERS, _OF_FEW, spare=_SPARE_OF_FEW))
)
"""The same, and the attempts outside it as above."""
