"""What payments were known to be made of, and what they turned out to be: the rows that models learn from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db import connection

from fraud.assessments.models import Outcome
from fraud.features.catalogue import BY_NAME
from fraud.features.selectors import bulk_features
from fraud.labels.selectors import TRUTH
from fraud.scoring.rows import Row

_AMOUNT: Final = BY_NAME["amount"].position - 1
_ASSESSED: Final = f"""
WITH truth AS ({TRUTH})
SELECT DISTINCT ON (a.payment_id) a.features, coalesce(truth.is_fraud, false), a.as_of,
       coalesce(s.customer_id, -a.payment_id)
  FROM fraud_assessment a
  JOIN fraud_sighting s ON s.attempt_id = a.attempt_id AND s.failed_at IS NULL
  LEFT JOIN truth ON truth.payment_id = a.payment_id
 WHERE a.as_of >= %s AND a.as_of < %s AND (a.outcome <> {Outcome.BLOCK:d} OR truth.is_fraud IS NOT NULL)
 ORDER BY a.payment_id, a.id DESC
"""  # noqa: S608
_THROUGH: Final = f"""
WITH truth AS ({TRUTH})
SELECT DISTINCT ON (s.payment_id) s.attempt_id, coalesce(truth.is_fraud, false)
  FROM fraud_sighting s LEFT JOIN truth ON truth.payment_id = s.payment_id
 WHERE s.at >= %s AND s.at < %s AND s.failed_at IS NULL
 ORDER BY s.payment_id, s.at DESC, s.attempt_id DESC
"""  # noqa: S608


def assessed(since: datetime, until: datetime) -> Iterator[Row]:
    """Payments with the features that were stored when they were decided.

    Left out: those that never went through, of which nobody would ever say anything, and those that were blocked
    without anybody saying why, which would teach the model what it said itself.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ASSESSED, [since, until])
        for values, is_fraud, as_of, group in cursor.fetchall():
            yield Row(values, is_fraud, as_of, group, values[_AMOUNT] or 0)


def computed(since: datetime, until: datetime) -> Iterator[Row]:
    """Payments with the features that they would have had, of those that went through: for history never assessed."""
    with connection.cursor() as cursor:
        cursor.execute(_THROUGH, [since, until])
        through = dict(cursor.fetchall())
    for found in bulk_features(since, until):
        subject = found.subject
        if subject.attempt_id in through:
            group = subject.customer_id if subject.customer_id is not None else -subject.payment_id
            is_fraud = through[subject.attempt_id]
            yield Row(found.values, is_fraud, subject.as_of, group, found.values[_AMOUNT] or 0)


def span(until: datetime) -> tuple[datetime | None, datetime | None]:
    """When the first and the last attempt before an instant was seen; None when there was none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(at), max(at) FROM fraud_sighting WHERE at < %s", [until])
        first, last = cursor.fetchone() or (None, None)
    return first, last
