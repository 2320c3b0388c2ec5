"""Attempts: single tries of a payment at a provider, each at the instant it was sent; pure."""

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
    SLOW_MILLISECONDS,
    count,
    milliseconds,
    placed,
    shop_columns,
)
from payments.wording import translatable

_SQL: Final = f"""
SELECT a.requested_at AS at, q.merchant_reference AS reference, {PLACE_COLUMNS}, q.currency,
       {shop_columns("q.created_at")},
       coalesce(nullif(a.result, ''), a.status) AS cause, a.decline_code, a.provider_decline_code, a.brand, a.bin,
       a.three_d_secure,
       {OUTCOME.format(good="a.result = 'succeeded'", open=f"a.{IS_OPEN}", bad=f"a.{IS_BAD}")} AS outcome,
       {milliseconds("a.requested_at", "a.responded_at")} AS latency
  FROM payments_attempt a JOIN payments_payment q ON q.id = a.payment_id
  LEFT JOIN payments_checkout c ON c.id = q.checkout_id
{BUYER}
{placed("a")}
 WHERE a.requested_at >= %(start)s::timestamptz AND a.requested_at < %(end)s::timestamptz
"""  # noqa: S608

_HOURLY: Final = ("provider", "currency")
_PLACES: Final = ("provider", "method", "currency")

ATTEMPTS: Final = Facts(
    code="attempts",
    name=translatable("Attempts"),
    sql=_SQL,
    dimensions=(*COMMON, "cause", "decline_code", "provider_decline_code", "brand", "bin", "three_d_secure"),
    measures=(
        count("succeeded", translatable("Succeeded"), "outcome = 'succeeded'"),
        count("failed", translatable("Failed"), "outcome = 'failed'"),
        count("open", translatable("Not decided yet"), "outcome = 'open'"),
        count("dropped", translatable("Given up before a result"), "outcome = 'dropped'"),
        count("unknown", translatable("Result unknown"), "cause = 'unknown'"),
        count("answered", translatable("Answered"), "latency IS NOT NULL"),
        count("slow", translatable("Slower than 7 seconds"), f"latency > {SLOW_MILLISECONDS}"),
    ),
    hourly=(_HOURLY,),
    cubes=(_PLACES, _HOURLY, ("provider", "method", "currency", "cause"),
           ("provider", "cause", "decline_code", "provider_decline_code")),
    reference="reference",
    times=(Times("latency", "latency", Unit.MILLISECONDS, (_PLACES, _HOURLY)),),
)  # fmt: skip
