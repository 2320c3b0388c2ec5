"""Questions about assessments: the one that counts, and what rules see of an attempt besides its features."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import connection

from fraud.assessments.models import Assessment
from fraud.assessments.verdicts import Facts
from fraud.features.statements import EXTRAS
from payments.ledger.services.tables import array


@dataclass(frozen=True, slots=True)
class AssessmentDetail:
    """The assessment of a payment that counts, and how many it had."""

    row: Assessment
    count: int

    @property
    def is_down(self) -> bool:
        """Whether scoring or the rules could not be asked."""
        return bool(self.row.down_reason)


_FACTS: Final = f"""
SELECT a.id, p.merchant_reference, coalesce(a.amount, p.amount), p.currency, c.country, x.card_country, x.ip_country,
       coalesce(m.code, ''), coalesce(v.code, ''), coalesce(nullif(x.shop, ''), nullif(c.channel, ''), v.code, ''),
       a.brand, a.bin
  FROM payments_attempt a
  JOIN payments_payment p ON p.id = a.payment_id
  JOIN payments_checkout c ON c.id = p.checkout_id
  LEFT JOIN payments_provider v ON v.id = coalesce(a.provider_id, p.provider_id)
  LEFT JOIN payments_paymentmethod m ON m.id = a.method_id
 CROSS JOIN LATERAL ({EXTRAS.format("a.payment_id")}) x
 WHERE a.id = ANY(%s::bigint[])
"""  # noqa: S608


def facts_of_attempts(attempt_ids: Iterable[int]) -> dict[int, tuple[str, Facts]]:
    """The merchant's reference of some attempts' payments and what rules see of them, by attempt; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [array("bigint", attempt_ids)])
        return {row[0]: (row[1], Facts(*row[2:])) for row in cursor.fetchall()}


def current(payment_id: int) -> AssessmentDetail | None:
    """The assessment of a payment that counts: the one that was made last of an attempt; None while it has none.

    What a shop asked about another amount is the payment's too, and decides nothing about it.
    """
    rows = Assessment.objects.filter(payment_id=payment_id)
    last = rows.filter(attempt_id__isnull=False).order_by("-pk").first()
    return AssessmentDetail(last, rows.count()) if last else None
