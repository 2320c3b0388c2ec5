"""The facts that metrics count: payment groups and attempts, as queries over the ledger's tables; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Facts, Measure
from payments.wording import translatable

SLOW_MILLISECONDS: Final = 7_000
"""A payment answer that takes longer is as good as none (the limit of the large wallets)."""

_WHERE: Final = """
  JOIN payments_checkout c ON c.id = p.checkout_id
  LEFT JOIN payments_provider pr ON pr.id = {at}.provider_id
  LEFT JOIN payments_paymentmethod m ON m.id = {at}.method_id
"""
_COMMON: Final = """coalesce(pr.code, '') AS provider, coalesce(m.code, '') AS method, coalesce(m.family, '') AS family,
       p.currency, c.country, c.device, c.channel, c.campaign"""
COMMON: Final = ("provider", "method", "family", "currency", "country", "device", "channel", "campaign")

# A group is the attempts of one checkout for one amount. It counts where and how its decisive attempt was made (the
# one that succeeded, else the last), and when its first was.
_GROUPS: Final = f"""
SELECT g.at, {_COMMON}, g.outcome, g.is_first_failed::text AS first_attempt_failed,
       CASE WHEN g.outcome = 'failed' THEN g.cause ELSE '' END AS cause,
       CASE WHEN g.outcome = 'failed' THEN g.decline_code ELSE '' END AS decline_code, g.amount
  FROM (
    SELECT a.payment_id, min(a.requested_at) AS at, coalesce(a.amount, q.amount) AS amount,
           CASE WHEN bool_or(a.result = 'succeeded') THEN 'succeeded'
                WHEN bool_or(a.status IN ('started', 'waiting', 'unknown')) THEN 'open'
                WHEN bool_or(a.status IN ('failed', 'expired')) THEN 'failed'
                ELSE 'dropped' END AS outcome,
           (array_agg(a.result ORDER BY a.requested_at, a.attempt_key))[1] <> 'succeeded'
             AND (array_agg(a.status ORDER BY a.requested_at, a.attempt_key))[1] IN ('failed', 'expired')
             AS is_first_failed,
           (array_agg(coalesce(nullif(a.result, ''), a.status) ORDER BY {{decisive}}))[1] AS cause,
           (array_agg(a.decline_code ORDER BY {{decisive}}))[1] AS decline_code,
           (array_agg(a.provider_id ORDER BY {{decisive}}))[1] AS provider_id,
           (array_agg(a.method_id ORDER BY {{decisive}}))[1] AS method_id
      FROM payments_attempt a JOIN payments_payment q ON q.id = a.payment_id
     WHERE a.payment_id IN (SELECT payment_id FROM payments_attempt
                             WHERE requested_at >= %(start)s::timestamptz AND requested_at < %(end)s::timestamptz)
     GROUP BY a.payment_id, coalesce(a.amount, q.amount)
    HAVING min(a.requested_at) >= %(start)s::timestamptz AND min(a.requested_at) < %(end)s::timestamptz
  ) g JOIN payments_payment p ON p.id = g.payment_id {_WHERE.format(at="g")}
""".format(  # noqa: S608
    decisive="(a.result = 'succeeded') DESC, a.requested_at DESC, a.attempt_key DESC"
)

_ATTEMPTS: Final = f"""
SELECT a.requested_at AS at, {_COMMON}, coalesce(nullif(a.result, ''), a.status) AS cause, a.decline_code,
       CASE WHEN a.result = 'succeeded' THEN 'succeeded' WHEN a.status IN ('started', 'waiting', 'unknown') THEN 'open'
            WHEN a.status IN ('failed', 'expired') THEN 'failed' ELSE 'dropped' END AS outcome,
       CASE WHEN a.responded_at >= a.requested_at
            THEN floor(extract(epoch FROM a.responded_at - a.requested_at) * 1000)::bigint END AS latency
  FROM payments_attempt a JOIN payments_payment p ON p.id = a.payment_id {_WHERE.format(at="a")}
 WHERE a.requested_at >= %(start)s::timestamptz AND a.requested_at < %(end)s::timestamptz
"""  # noqa: S608


def _count(code: str, name: str, which: str) -> Measure:
    return Measure(code, name, f"count(*) FILTER (WHERE {which})")


GROUPS: Final = Facts(
    code="groups",
    name=translatable("Payment groups"),
    sql=_GROUPS,
    dimensions=(*COMMON, "cause", "decline_code", "first_attempt_failed"),
    measures=(
        _count("succeeded", translatable("Succeeded"), "outcome = 'succeeded'"),
        _count("failed", translatable("Failed"), "outcome = 'failed'"),
        _count("open", translatable("Not decided yet"), "outcome = 'open'"),
        _count("dropped", translatable("Given up before a result"), "outcome = 'dropped'"),
        _count("recovered", translatable("Succeeded after a failed try"),
               "first_attempt_failed = 'true' AND outcome = 'succeeded'"),
        _count("stayed_failed", translatable("Failed at first and for good"),
               "first_attempt_failed = 'true' AND outcome = 'failed'"),
        Measure("failed_minor", translatable("Amount of failed groups"),
                "coalesce(sum(amount) FILTER (WHERE outcome = 'failed'), 0)"),
    ),
    cubes=(
        ("provider", "method", "currency", "country"),
        ("provider", "method", "currency", "cause"),
        ("currency", "country", "device", "channel"),
        ("provider", "cause", "decline_code"),
    ),
)  # fmt: skip

ATTEMPTS: Final = Facts(
    code="attempts",
    name=translatable("Attempts"),
    sql=_ATTEMPTS,
    dimensions=(*COMMON, "cause", "decline_code"),
    measures=(
        _count("succeeded", translatable("Succeeded"), "outcome = 'succeeded'"),
        _count("failed", translatable("Failed"), "outcome = 'failed'"),
        _count("open", translatable("Not decided yet"), "outcome = 'open'"),
        _count("dropped", translatable("Given up before a result"), "outcome = 'dropped'"),
        _count("answered", translatable("Answered"), "latency IS NOT NULL"),
        _count("slow", translatable("Slower than 7 seconds"), f"latency > {SLOW_MILLISECONDS}"),
    ),
    cubes=(
        ("provider", "method", "currency", "country"),
        ("provider", "cause", "decline_code"),
    ),
    latency="latency",
)  # fmt: skip

FACTS: Final = (GROUPS, ATTEMPTS)
"""Everything that is kept ready."""
