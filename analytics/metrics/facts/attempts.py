"""Attempts: single tries of a payment at a provider, each at the instant it was sent; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Facts, Times, Unit
from analytics.metrics.facts.pieces import (
    COMMON,
    IS_BAD,
    IS_OPEN,
    OUTCOME,
    SLOW_MILLISECONDS,
    count,
    milliseconds,
)
from analytics.metrics.facts.tries import SINGLE_TRIES, TRIES
from payments.wording import translatable

_SQL: Final = f"""
SELECT requested_at AS at, reference, provider, method, family, currency, country, device, channel, campaign,
       customer_kind, coalesce(nullif(result, ''), status) AS cause, decline_code, provider_decline_code, brand, bin,
       three_d_secure, {OUTCOME.format(good="result = 'succeeded'", open=IS_OPEN, bad=IS_BAD)} AS outcome,
       {milliseconds("requested_at", "responded_at")} AS latency
  FROM tries
"""  # noqa: S608

# Spelled as the indexes of these rows are.
_UNKNOWN: Final = (
    "told.result = 'unknown' OR (told.status IN ('started', 'waiting', 'unknown') AND told.status = 'unknown')"
)

_HOURLY: Final = ("provider", "currency")
_PLACES: Final = ("provider", "method", "currency")
_ALONE: Final = ("currency",)

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
        count("unknown", translatable("Result unknown"), "cause = 'unknown'", _UNKNOWN),
        count("answered", translatable("Answered"), "latency IS NOT NULL"),
        count("slow", translatable("Slower than 7 seconds"), f"latency > {SLOW_MILLISECONDS}"),
    ),
    hourly=(_HOURLY, _ALONE, ()),
    cubes=((), _ALONE, _PLACES, _HOURLY, ("provider", "method", "currency", "cause"),
           ("provider", "cause", "decline_code", "provider_decline_code")),
    bases=(("provider", "method", "currency", "cause", "decline_code", "provider_decline_code"),),
    reference="reference",
    source=TRIES,
    single=SINGLE_TRIES,
    needs=("outcome", "cause", "latency"),
    times=(Times("latency", "latency", Unit.MILLISECONDS, ((), _ALONE, _PLACES, _HOURLY)),),
)  # fmt: skip
