"""What a rule would have done: asks it of everything decided in a period, as it was then, in one statement."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import QueryCanceled

from fraud.labels.selectors import TRUTH
from fraud.rules.ast import Node
from fraud.rules.models import RuleAction
from fraud.rules.sql import to_sql

LONGEST_SECONDS: Final = 15
"""A rule that is true of nearly everything takes three over 1.75 million decisions."""
_DAY: Final = 86_400
# Where the rule would have been the one that decides, and otherwise than it was: 1 is a rule, 2 a list. A score or
# nothing gives way to every rule, rules and lists to those of a higher action.
_CHANGES: Final[Mapping[int, str]] = {
    RuleAction.STEP_UP: "outcome <> 2",
    RuleAction.ALLOW: "outcome <> 0 AND NOT (outcome = 2 AND basis = 1)",
    RuleAction.BLOCK: "outcome <> 3 AND NOT (outcome IN (0, 2) AND basis IN (1, 2))",
    RuleAction.REVIEW: "outcome <> 1 AND basis NOT IN (1, 2)",
}
_FATES: Final = ", ".join(
    f"coalesce(sum(hits) FILTER (WHERE fate = {number}), 0) AS {name}"
    for number, name in enumerate(("fraud", "disputed", "blocked", "refunded", "immature", "good"), 1)
)
# What most payments are a hit of is put in order in memory: on disk it takes twice as long.
_MEMORY: Final = "SET LOCAL work_mem = '256MB'"
# What a shop asked about and never sent is one payment for each order; no payment has a number below nought.
_PAYMENT: Final = "coalesce(a.payment_id, hashtextextended(a.merchant_reference, 0) | (-9223372036854775807 - 1))"
_BACKTEST: Final = """
WITH hit AS MATERIALIZED (
  SELECT DISTINCT ON ({payment})
         a.payment_id, a.currency, a.amount, a.outcome, a.basis, a.rule_ids, a.as_of
    FROM fraud_assessment a
   WHERE a.as_of >= %s AND a.as_of < %s AND {condition}
   ORDER BY {payment}, a.as_of DESC, a.id DESC
), truth AS ({truth}), disputed AS (SELECT DISTINCT payment_id FROM fraud_label WHERE source = 1), lost_or_refunded AS (
  SELECT id, status IN ('failed', 'voided', 'expired') AS is_lost,
         status IN ('created', 'pending', 'unknown') AS is_open
    FROM payments_payment
   WHERE status IN ('failed', 'voided', 'expired', 'created', 'pending', 'unknown') OR refunded > 0
), told AS (
  SELECT currency, amount, {changes} AS is_changed,
         CASE WHEN t.is_fraud THEN 1 WHEN d.payment_id IS NOT NULL THEN 2
              WHEN h.outcome = 3 OR p.is_lost THEN 3
              WHEN h.payment_id IS NULL OR p.is_open THEN CASE WHEN h.as_of > %s THEN 5 ELSE 3 END
              WHEN p.id IS NOT NULL THEN 4 WHEN h.as_of > %s THEN 5 ELSE 6 END AS fate
    FROM hit h LEFT JOIN lost_or_refunded p ON p.id = h.payment_id
    LEFT JOIN truth t ON t.payment_id = h.payment_id LEFT JOIN disputed d ON d.payment_id = h.payment_id
), kinds AS (
  SELECT currency, is_changed, fate, count(*) AS hits, sum(amount) AS value FROM told GROUP BY 1, 2, 3
), by_currency AS (
  SELECT currency, sum(hits) AS hits, sum(value) AS value, {fates},
         coalesce(sum(hits) FILTER (WHERE is_changed), 0) AS changed,
         coalesce(sum(value) FILTER (WHERE is_changed AND fate = 1), 0) AS fraud_value,
         coalesce(sum(value) FILTER (WHERE is_changed AND fate = 6), 0) AS good_value
    FROM kinds GROUP BY currency
), overlap AS (
  SELECT v.rule_id, r.name, count(DISTINCT h.payment_id) AS hits
    FROM hit h CROSS JOIN unnest(h.rule_ids) AS fired JOIN fraud_ruleversion v ON v.id = fired
    JOIN fraud_rule r ON r.id = v.rule_id WHERE h.rule_ids <> '{{}}' GROUP BY 1, 2
), considered AS (
  SELECT count(*) AS decisions, extract(epoch FROM max(as_of) - min(as_of))::bigint AS seconds
    FROM fraud_assessment WHERE as_of >= %s AND as_of < %s
)
SELECT decisions, seconds,
       (SELECT json_agg(c ORDER BY c.hits DESC, c.currency) FROM by_currency c),
       (SELECT json_agg(o ORDER BY o.hits DESC, o.name) FROM overlap o)
  FROM considered
"""


@dataclass(frozen=True, slots=True)
class Hits:
    """The payments of one currency that a rule would have been true of. Values in minor units.

    Each is counted under the first of these that it is: `fraud` by whoever says so, `disputed` for another reason,
    `blocked`, failed for good or never paid (what was stopped never gets a label), `refunded`, `immature` (too young to
    have been disputed, or to have been paid), `good`.
    """

    currency: str
    hits: int
    value: int
    fraud: int
    disputed: int
    refunded: int
    blocked: int
    good: int
    immature: int
    changed: int
    """Of the hits, those that the rule would have decided otherwise than they were."""
    fraud_value: int
    """Of those changed, what was fraud."""
    good_value: int
    """Of those changed, what was good."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many of the hits another rule was true of at the time."""

    rule_id: int
    name: str
    hits: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a rule would have done to everything decided in a period."""

    action: RuleAction
    considered: int
    """Decisions in the period."""
    days: int
    """From the first of them to the last, begun ones counted."""
    currencies: tuple[Hits, ...]
    overlaps: tuple[Overlap, ...]
    took_ms: int

    @property
    def hits(self) -> int:
        """Payments of all currencies."""
        return sum(each.hits for each in self.currencies)

    @property
    def changed(self) -> int:
        """Payments that would have been decided otherwise: of a rule that allows, those it would have let through."""
        return sum(each.changed for each in self.currencies)

    @property
    def immature(self) -> int:
        """Payments of which nobody can know yet."""
        return sum(each.immature for each in self.currencies)

    @property
    def reviews_in_ten_days(self) -> int:
        """Reviews that would have come on top of those there were, for each ten days, rounded up."""
        return -(-self.changed * 10 // self.days) if self.action == RuleAction.REVIEW and self.days else 0


class TookTooLong(Exception):
    """What was asked of history was not answered in time: fewer days, or fewer payments, may be."""


@contextmanager
def within_time() -> Iterator[None]:
    """A transaction in which no question takes longer than `LONGEST_SECONDS`: a page must not keep the database busy.

    Raises:
        TookTooLong: one did.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {LONGEST_SECONDS * 1000:d}")
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TookTooLong from error
        raise


def backtest(node: Node, action: RuleAction, since: datetime, until: datetime) -> Backtest:
    """Ask a condition of every decision in [since, until), each payment once, with the features and lists of then.

    Raises:
        TookTooLong: it was stopped after `LONGEST_SECONDS`.
    """
    started = time.perf_counter()
    condition, values = to_sql(node, "a")
    mature_until = timezone.now() - timedelta(days=settings.FRAUD_LABEL_MATURITY_DAYS)
    statement = _BACKTEST.format(
        truth=TRUTH, condition=condition, changes=_CHANGES[action], fates=_FATES, payment=_PAYMENT
    )
    with within_time(), connection.cursor() as cursor:
        cursor.execute(_MEMORY)
        cursor.execute(statement, [since, until, *values, mature_until, mature_until, since, until])
        row: Any = cursor.fetchone()
    return Backtest(
        action,
        considered=row[0],
        days=0 if row[1] is None else row[1] // _DAY + 1,
        currencies=tuple(Hits(**each) for each in row[2] or ()),
        overlaps=tuple(Overlap(**each) for each in row[3] or ()),
        took_ms=round((time.perf_counter() - started) * 1000),
    )
