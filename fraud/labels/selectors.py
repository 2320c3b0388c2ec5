"""Questions about labels: what a payment turned out to be, and whether enough time has passed to know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection

from fraud.labels.models import LabelSource
from payments.ledger.services.tables import array

_TRUTH: Final = """
SELECT DISTINCT ON (payment_id) payment_id, is_fraud, source, observed_at
  FROM fraud_label WHERE is_fraud IS NOT NULL {also}
 ORDER BY payment_id, source, observed_at DESC, id DESC
"""
TRUTH: Final = _TRUTH.format(also="")
"""`payment_id, is_fraud, source, observed_at` of every payment somebody says something of; to be used as a CTE."""
_TRUTH_OF: Final = _TRUTH.format(also="AND payment_id = ANY(%s::bigint[])")


@dataclass(frozen=True, slots=True)
class Truth:
    """What a payment is, by the most believable source that says so."""

    is_fraud: bool
    source: LabelSource
    observed_at: datetime


def mature_at(as_of: datetime) -> datetime:
    """When a payment of an instant will have been disputed if it ever is."""
    return as_of + timedelta(days=settings.FRAUD_LABEL_MATURITY_DAYS)


def mature_until(now: datetime) -> datetime:
    """The instant until which payments are old enough to have been disputed by now."""
    return now - timedelta(days=settings.FRAUD_LABEL_MATURITY_DAYS)


def is_mature(as_of: datetime, now: datetime) -> bool:
    """Whether a payment of an instant would have been disputed by now if it ever were."""
    return now >= mature_at(as_of)


def truth_of(payment_ids: Iterable[int]) -> dict[int, Truth]:
    """What some payments are; those that nobody says anything of are not among them."""
    with connection.cursor() as cursor:
        cursor.execute(_TRUTH_OF, [array("bigint", payment_ids)])
        return {row[0]: Truth(row[1], LabelSource(row[2]), row[3]) for row in cursor.fetchall()}
