"""What is summed by the hour, as SQL: of sightings, and of what is told of their payments later.

Kept as it comes by the services, and made anew for all of history: one definition, so that both are equal.
"""

from __future__ import annotations

from typing import Final

from fraud.features.models import KeyKind
from fraud.features.statements import KEYS

COLUMNS: Final = "kind, key, hour_at, attempts, failed, frauds, disputes, refunds"
_KINDS: Final = ", ".join(f"({int(kind)}, s.{column})" for kind, column in KEYS.items())
_SHARED: Final = f"({int(KeyKind.IP)}, s.ip), ({int(KeyKind.SHOP)}, s.shop)"
SIGHTED: Final = "(SELECT *, 1 AS sign FROM fraud_sighting)"
"""All that was seen, with its sign."""
_HOUR: Final = "date_trunc('hour', {}, 'UTC')"


def sums_of_sightings(sightings: str) -> str:
    """Attempts and failures of IPs and shops, refunds of every key once a payment; `sightings` have a sign, 1 or −1."""
    return f"""
SELECT k.kind, k.key, {_HOUR.format("s.at")} AS hour_at, s.sign AS attempts, 0 AS failed, 0 AS frauds, 0 AS disputes,
       0 AS refunds
  FROM {sightings} s CROSS JOIN LATERAL (VALUES {_SHARED}) k (kind, key) WHERE k.key IS NOT NULL
UNION ALL
SELECT k.kind, k.key, {_HOUR.format("s.failed_at")}, 0, s.sign, 0, 0, 0
  FROM {sightings} s CROSS JOIN LATERAL (VALUES {_SHARED}) k (kind, key)
 WHERE k.key IS NOT NULL AND s.failed_at IS NOT NULL
UNION ALL
SELECT k.kind, k.key, {_HOUR.format("min(s.refunded_at)")}, 0, 0, 0, 0, s.sign
  FROM {sightings} s CROSS JOIN LATERAL (VALUES {_KINDS}) k (kind, key)
 WHERE k.key IS NOT NULL AND s.refunded_at IS NOT NULL
 GROUP BY s.payment_id, s.sign, k.kind, k.key"""  # noqa: S608


def sums_of_observed(observed: str, sightings: str = SIGHTED) -> str:
    """Frauds and disputes of every key, once for each row of payment_id, observed_at, is_fraud, is_dispute.

    `sightings` have a sign: of a payment that was known by other keys before, what was counted of those goes.
    """
    return f"""
SELECT DISTINCT k.kind, k.key, {_HOUR.format("o.observed_at")} AS hour_at, 0 AS attempts, 0 AS failed,
       s.sign * o.is_fraud::int AS frauds, s.sign * o.is_dispute::int AS disputes, 0 AS refunds, o.payment_id
  FROM {observed} o JOIN {sightings} s ON s.payment_id = o.payment_id
 CROSS JOIN LATERAL (VALUES {_KINDS}) k (kind, key)
 WHERE k.key IS NOT NULL AND (o.is_fraud OR o.is_dispute)"""  # noqa: S608


def observed(which: str = "true") -> str:
    """Frauds and disputes of payments: `which` narrows labels `l`."""
    return f"({_OBSERVED.format(which=which)} UNION ALL {_DISPUTED.format(which=which)})"


# A payment counts as fraud from the first telling that says so, and as disputed from its first chargeback.
_OBSERVED: Final = """
(SELECT DISTINCT ON (l.payment_id) l.payment_id, l.observed_at, true AS is_fraud, false AS is_dispute
   FROM fraud_label l WHERE l.is_fraud AND {which} ORDER BY l.payment_id, l.id)"""
_DISPUTED: Final = """
(SELECT DISTINCT ON (l.payment_id) l.payment_id, l.observed_at, false AS is_fraud, true AS is_dispute
   FROM fraud_label l WHERE l.source = 1 AND l.is_fraud IS NOT FALSE AND {which} ORDER BY l.payment_id, l.id)"""


def added_up(*parts: str) -> str:
    """Sums by key and hour, of parts that have the columns; what comes to nothing is left out."""
    union = " UNION ALL ".join(f"SELECT {COLUMNS} FROM ({part}) part" for part in parts)  # noqa: S608
    counts = ("attempts", "failed", "frauds", "disputes", "refunds")
    totals = ", ".join(f"sum({each})::int AS {each}" for each in counts)
    some = " OR ".join(f"sum({each}) <> 0" for each in counts)
    return f"SELECT kind, key, hour_at, {totals} FROM ({union}) parts GROUP BY kind, key, hour_at HAVING {some}"  # noqa: S608


ALL_SUMS: Final = added_up(sums_of_sightings(SIGHTED), sums_of_observed(observed()))
"""The sums of all that is known."""
_COUNTED: Final = """
SELECT kind, key, hour_at, 0 AS attempts, 0 AS failed, -frauds AS frauds, -disputes AS disputes, 0 AS refunds
  FROM fraud_keyhour WHERE frauds <> 0 OR disputes <> 0"""
UNCOUNTED: Final = added_up(sums_of_observed(observed()), _COUNTED)
"""What the kept sums lack of frauds and disputes."""
