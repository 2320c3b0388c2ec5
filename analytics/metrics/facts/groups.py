"""Payment groups: the attempts of one checkout for one amount, counted where the decisive one was made; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Facts, Times, Unit
from analytics.metrics.facts.pieces import COMMON, IS_BAD, IS_OPEN, OUTCOME, count, milliseconds, total
from analytics.metrics.facts.tries import SINGLE_GROUPS, TRIES
from payments.wording import translatable

# The decisive attempt is the one that succeeded, else the last; the group belongs to the instant of its first. Most
# payments have one attempt: they need no windows.
_COLUMNS: Final = """reference, provider, method, family, currency, country, device, channel, campaign, customer_kind,
       amount, result, status, decline_code, voucher_expires_at, finished_at"""
_READ: Final = f"{_COLUMNS}, payment_id, attempt_key, requested_at, waited"
_WINDOWS: Final = f"""
SELECT {_COLUMNS}, row_number() OVER decisive AS place, min(requested_at) OVER whole AS at,
       bool_or(result = 'succeeded') OVER whole AS good, bool_or({IS_OPEN}) OVER whole AS open,
       bool_or({IS_BAD}) OVER whole AS bad, sum(waited) OVER whole AS waited,
       first_value(result <> 'succeeded' AND {IS_BAD}) OVER in_order AS is_first_failed,
       first_value(result = 'succeeded') OVER in_order AS is_first_good
  FROM (SELECT {_READ} FROM tries WHERE attempt_count <> 1 UNION ALL SELECT {_READ} FROM others) AS several
WINDOW whole AS (PARTITION BY payment_id, amount),
       in_order AS (PARTITION BY payment_id, amount ORDER BY requested_at, attempt_key),
       decisive AS (PARTITION BY payment_id, amount
                    ORDER BY (result = 'succeeded') DESC, requested_at DESC, attempt_key DESC)
"""  # noqa: S608
_SINGLES: Final = f"""
SELECT {_COLUMNS}, 1 AS place, requested_at AS at, result = 'succeeded' AS good, {IS_OPEN} AS open, {IS_BAD} AS bad,
       waited, result <> 'succeeded' AND {IS_BAD} AS is_first_failed, result = 'succeeded' AS is_first_good
  FROM tries WHERE attempt_count = 1
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
    SELECT t.*, is_first_failed::text AS first_attempt_failed, {milliseconds("at", "finished_at")} AS took,
           {OUTCOME.format(good="good", open="open", bad="bad")} AS outcome
      FROM ({_SINGLES} UNION ALL {_WINDOWS}) AS t
     WHERE place = 1 AND at >= %(start)s::timestamptz AND at < %(end)s::timestamptz
  ) AS g
"""  # noqa: S608

# Of a payment that was tried several times any attempt may be the decisive one.
_HAS_VOUCHER: Final = """EXISTS (SELECT FROM payments_attempt v
  WHERE v.payment_id = told.payment_id AND v.voucher_expires_at IS NOT NULL)"""

_BY_METHOD: Final = ("provider", "method", "currency", "cause")
_BY_BUYER: Final = ("method", "currency", "customer_kind", "first_attempt_failed")
_BY_SHOP: Final = ("currency", "country", "device", "channel")
_BY_COUNTRY: Final = ("method", "country", "currency")
_HOURLY: Final = ("provider", "currency")
_PLACES: Final = ("provider", "method", "currency")
_METHODS: Final = ("method", "currency")
_ALONE: Final = ("currency",)
_SPREAD: Final = ((), _ALONE, _METHODS, _PLACES)
"""Distributions are long: what is asked most is kept by itself, and not added up from wider sets for every page."""

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
    hourly=(_HOURLY, _ALONE, ()),
    cubes=((), _ALONE, _METHODS, _BY_METHOD, _PLACES, _HOURLY, _BY_BUYER, _BY_SHOP, _BY_COUNTRY,
           ("campaign", "currency"), ("provider", "cause", "decline_code", "currency")),
    bases=(("provider", "method", "currency", "cause", "decline_code", "customer_kind", "first_attempt_failed"),
           ("method", "currency", "country", "device", "channel", "campaign")),
    reference="reference",
    source=TRIES,
    single=SINGLE_GROUPS,
    needs=("outcome", "is_first_good", "first_attempt_failed", "amount", "customer_time", "waiting_time",
           "time_to_pay"),
    times=(
        Times("customer_time", "customer_time", Unit.MILLISECONDS, _SPREAD),
        Times("waiting_time", "waiting_time", Unit.MILLISECONDS, _SPREAD),
        Times("time_to_pay", "time_to_pay", Unit.MILLISECONDS, _SPREAD, _HAS_VOUCHER),
    ),
)  # fmt: skip
