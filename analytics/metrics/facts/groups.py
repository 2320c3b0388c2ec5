"""Payment groups: the attempts of one checkout for one amount, counted where the decisive one was made; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Facts, Times, Unit
from analytics.metrics.facts.pieces import (
    BUYER,
    COMMON,
    IS_BAD,
    IS_OPEN,
    OUTCOME,
    PLACE_COLUMNS,
    count,
    milliseconds,
    placed,
    shop_columns,
    total,
)
from payments.wording import translatable

# The decisive attempt is the one that succeeded, else the last; the group belongs to the instant of its first.
_TRIES: Final = f"""
SELECT a.payment_id, a.provider_id, a.method_id, a.requested_at, a.finished_at, a.status, a.result, a.decline_code,
       a.voucher_expires_at, coalesce(a.amount, q.amount) AS amount, q.checkout_id, q.currency, q.created_at,
       q.merchant_reference AS reference,
       row_number() OVER decisive AS place, min(a.requested_at) OVER whole AS at,
       bool_or(a.result = 'succeeded') OVER whole AS good, bool_or(a.{IS_OPEN}) OVER whole AS open,
       bool_or(a.{IS_BAD}) OVER whole AS bad, sum(a.waiting_for_customer_seconds) OVER whole AS waited,
       first_value(a.result <> 'succeeded' AND a.{IS_BAD}) OVER in_order AS is_first_failed,
       first_value(a.result = 'succeeded') OVER in_order AS is_first_good
  FROM payments_attempt a JOIN payments_payment q ON q.id = a.payment_id
 WHERE a.payment_id IN (SELECT payment_id FROM payments_attempt
                         WHERE requested_at >= %(start)s::timestamptz AND requested_at < %(end)s::timestamptz)
WINDOW whole AS (PARTITION BY a.payment_id, coalesce(a.amount, q.amount)),
       in_order AS (PARTITION BY a.payment_id, coalesce(a.amount, q.amount) ORDER BY a.requested_at, a.attempt_key),
       decisive AS (PARTITION BY a.payment_id, coalesce(a.amount, q.amount)
                    ORDER BY (a.result = 'succeeded') DESC, a.requested_at DESC, a.attempt_key DESC)
"""  # noqa: S608
_SQL: Final = f"""
SELECT at, provider, method, family, currency, country, device, channel, campaign, customer_kind, amount, outcome,
       reference, first_attempt_failed, is_first_good,
       CASE WHEN outcome = 'failed' THEN coalesce(nullif(result, ''), status) ELSE '' END AS cause,
       CASE WHEN outcome = 'failed' THEN decline_code ELSE '' END AS decline_code,
       CASE WHEN outcome = 'succeeded' AND voucher_expires_at IS NULL THEN took END AS customer_time,
       CASE WHEN outcome = 'succeeded' AND voucher_expires_at IS NULL THEN waited * 1000 END AS waiting_time,
       CASE WHEN outcome = 'succeeded' AND voucher_expires_at IS NOT NULL THEN took END AS time_to_pay
  FROM (
    SELECT t.at, t.reference, {PLACE_COLUMNS}, t.currency, {shop_columns("t.created_at")}, t.amount, t.result, t.status,
           t.decline_code, t.voucher_expires_at, t.waited, t.is_first_failed::text AS first_attempt_failed,
           t.is_first_good,
           {milliseconds("t.at", "t.finished_at")} AS took,
           {OUTCOME.format(good="good", open="open", bad="bad")} AS outcome
      FROM ({_TRIES}) AS t
      LEFT JOIN payments_checkout c ON c.id = t.checkout_id
    {BUYER}
    {placed("t")}
     WHERE t.place = 1 AND t.at >= %(start)s::timestamptz AND t.at < %(end)s::timestamptz
  ) AS g
"""  # noqa: S608

_BY_METHOD: Final = ("provider", "method", "currency", "cause")
_BY_BUYER: Final = ("method", "currency", "customer_kind", "first_attempt_failed")
_BY_SHOP: Final = ("currency", "country", "device", "channel")
_HOURLY: Final = ("provider", "currency")
_PLACES: Final = ("provider", "method", "currency")

GROUPS: Final = Facts(
    code="groups",
    name=translatable("Payment groups"),
    sql=_SQL,
    dimensions=(*COMMON, "cause", "decline_code", "first_attempt_failed"),
    measures=(
        count("succeeded", translatable("Succeeded"), "outcome = 'succeeded'"),
        count("failed", translatable("Failed"), "outcome = 'failed'"),
        count("open", translatable("Not decided yet"), "outcome = 'open'"),
        count("dropped", translatable("Given up before a result"), "outcome = 'dropped'"),
        count("recovered", translatable("Succeeded after a failed try"),
              "first_attempt_failed = 'true' AND outcome = 'succeeded'"),
        count("stayed_failed", translatable("Failed at first and for good"),
              "first_attempt_failed = 'true' AND outcome = 'failed'"),
        count("at_once", translatable("Succeeded at the first try"), "is_first_good"),
        total("succeeded_minor", translatable("Amount of groups that succeeded"), "amount", "outcome = 'succeeded'"),
        total("failed_minor", translatable("Amount of failed groups"), "amount", "outcome = 'failed'"),
    ),
    hourly=(_HOURLY,),
    cubes=(_BY_METHOD, _PLACES, _HOURLY, _BY_BUYER, _BY_SHOP, ("campaign", "currency"),
           ("family", "country", "currency"),
           ("provider", "cause", "decline_code", "currency")),
    reference="reference",
    times=(
        Times("customer_time", "customer_time", Unit.MILLISECONDS, (_PLACES, _HOURLY, _BY_SHOP)),
        Times("waiting_time", "waiting_time", Unit.MILLISECONDS, (_PLACES, _HOURLY, _BY_SHOP)),
        Times("time_to_pay", "time_to_pay", Unit.MILLISECONDS, (_PLACES, _HOURLY)),
    ),
)  # fmt: skip
