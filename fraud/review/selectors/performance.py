"""How well the fraud room does: what a random sample finds among the allowed, and how often each rule is right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.utils import timezone

from fraud.labels.selectors import TRUTH, mature_until
from fraud.review.shares import Share
from fraud.rules.starters import words_of

# Who says what a payment was: a chargeback before a warning, a customer, a reviewer. Of most nobody says anything.
_SAMPLE: Final = """
WITH truth AS ({truth})
SELECT count(*), count(*) FILTER (WHERE d.state = 3), count(*) FILTER (WHERE t.is_fraud),
       count(*) FILTER (WHERE s.as_of <= %s::timestamptz)
  FROM fraud_alert a JOIN fraud_assessment s ON s.id = a.assessment_id
  LEFT JOIN fraud_decision d ON d.id = a.settled_by_id
  LEFT JOIN truth t ON t.payment_id = a.payment_id
 WHERE a.kind = 2 AND a.raised_at >= %s::timestamptz AND a.raised_at < %s::timestamptz
"""
_RULES: Final = """
WITH truth AS ({truth}), fired AS (
  SELECT v.rule_id, a.payment_id, max(a.as_of) AS as_of
    FROM fraud_assessment a CROSS JOIN unnest(a.rule_ids) AS rule(id) JOIN fraud_ruleversion v ON v.id = rule.id
   WHERE a.as_of >= %s::timestamptz AND a.as_of < %s::timestamptz AND a.rule_ids <> '{{}}' AND a.payment_id IS NOT NULL
   GROUP BY v.rule_id, a.payment_id
)
SELECT r.id, r.name, count(*), count(t.payment_id), count(*) FILTER (WHERE t.is_fraud),
       count(*) FILTER (WHERE f.as_of <= %s::timestamptz)
  FROM fired f JOIN fraud_rule r ON r.id = f.rule_id LEFT JOIN truth t ON t.payment_id = f.payment_id
 GROUP BY r.id, r.name ORDER BY count(*) DESC, r.id
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """The random sample of a time: allowed payments, drawn by chance."""

    drawn: int
    decided: int
    frauds: Share
    """Of those drawn, what turned out to be fraud, whoever said so."""
    mature: int
    """Of those drawn, what would have been disputed by now if it ever were: of the others more may become known."""


@dataclass(frozen=True, slots=True)
class RulePrecision:
    """How often one rule was right, whatever was decided by it."""

    rule_id: int
    name: str
    hits: int
    """Payments that it was true of."""
    frauds: Share
    """Of those of which somebody says what they were, the frauds."""
    mature: int
    """Of its payments, those that would have been disputed by now."""


def sample_of(since: datetime, until: datetime) -> Sample:
    """Of payments drawn from one instant to before another; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE.format(truth=TRUTH), [str(mature_until(timezone.now())), str(since), str(until)])
        drawn, decided, frauds, mature = cursor.fetchone() or (0, 0, 0, 0)
    return Sample(drawn, decided, Share(frauds, drawn), mature)


def precision_of_rules(since: datetime, until: datetime) -> list[RulePrecision]:
    """Of payments tried from one instant to before another, the busiest rule first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_RULES.format(truth=TRUTH), [str(since), str(until), str(mature_until(timezone.now()))])
        rows = cursor.fetchall()
    return [
        RulePrecision(pk, words_of(name), hits, Share(frauds, known), mature)
        for pk, name, hits, known, frauds, mature in rows
    ]
