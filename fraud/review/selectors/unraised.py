"""Assessments that nobody was told of yet: for review, or drawn into the random sample, without an alert."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection
from django.utils import timezone

from fraud.decisions.policy import LATEST

LOOKBACK: Final = timedelta(days=7)
"""By when it was assessed; what a payment failed to become in that time needs nobody's eyes."""
# Kinds are those of AlertKind. What was told long after it happened is decided for the record alone. There is nothing
# to decide about a payment that failed or was given back; one that is paid by a later try comes in then.
_UNRAISED: Final = """
SELECT DISTINCT ON (a.payment_id, kind) a.id, kind, a.payment_id, a.amount, a.currency, a.score_ppm,
       p.customer_id, h.until
  FROM fraud_assessment a
 CROSS JOIN LATERAL (SELECT CASE WHEN a.outcome = 1 THEN 1 ELSE 2 END AS kind) k
  JOIN payments_payment p ON p.id = a.payment_id AND p.status NOT IN ('failed', 'voided', 'expired', 'refunded')
  LEFT JOIN payments_paymenthold h ON h.payment_id = a.payment_id AND h.ended_at IS NULL
 WHERE (a.outcome = 1 OR a.sampled_ppm IS NOT NULL) AND a.assessed_at >= %s::timestamptz
   AND a.as_of >= a.assessed_at - %s::interval
   AND NOT EXISTS (SELECT FROM fraud_alert t WHERE t.payment_id = a.payment_id AND t.kind = k.kind)
 ORDER BY a.payment_id, kind, a.id DESC LIMIT %s
"""


class Unraised(NamedTuple):
    """One payment that should be looked at, with its last assessment that says so."""

    assessment_id: int
    kind: int
    payment_id: int
    amount: int
    """Minor units."""
    currency: str
    score_ppm: int | None
    customer_id: int | None
    held_until: datetime | None

    @property
    def expected_loss(self) -> int:
        """Minor units; without a score the whole amount."""
        return self.amount if self.score_ppm is None else self.amount * self.score_ppm // 1_000_000


def unraised(limit: int) -> list[Unraised]:
    """What should be looked at and has no alert; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_UNRAISED, [str(timezone.now() - LOOKBACK), f"{LATEST.days} days", limit])
        return [Unraised(*row) for row in cursor.fetchall()]
