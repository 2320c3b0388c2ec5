"""Figures counted from the rows by plain queries that share nothing with the product, beside those that it has kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from tests.bench.year.merchant import ZONE


class Check(NamedTuple):
    """A question to the product, and a query that answers it with what is above and below the line."""

    metric: str
    first_on: date
    last_on: date
    narrowed: dict[str, tuple[str, ...]]
    query: str


_IN: Final = f"({{column}} AT TIME ZONE '{ZONE}')::date BETWEEN %(first_on)s AND %(last_on)s"

CHECKS: Final = (
    Check("attempt_failure_rate", date(2026, 6, 1), date(2026, 6, 30), {"provider": ("stripe",)}, f"""
        SELECT count(*) FILTER (WHERE status IN ('failed', 'expired')),
               count(*) FILTER (WHERE status IN ('failed', 'expired', 'captured'))
          FROM payments_attempt a JOIN payments_provider p ON p.id = a.provider_id
         WHERE p.code = 'stripe' AND {_IN.format(column="requested_at")}"""),
    Check("failure_rate", date(2026, 4, 1), date(2026, 4, 30), {"country": ("JP",)}, f"""
        SELECT count(*) FILTER (WHERE bad AND NOT good AND NOT open), count(*) FILTER (WHERE good OR (bad AND NOT open))
          FROM (SELECT bool_or(a.status = 'captured') AS good, bool_or(a.status IN ('failed', 'expired')) AS bad,
                       bool_or(a.status IN ('started', 'waiting', 'unknown')) AS open
                  FROM payments_payment p JOIN payments_attempt a ON a.payment_id = p.id
                  JOIN payments_checkout c ON c.id = p.checkout_id
                 WHERE c.country = 'JP' AND {_IN.format(column="p.created_at")} GROUP BY p.id) AS grouped"""),
    Check("abandonment_60m", date(2026, 3, 1), date(2026, 3, 31), {"device": ("tablet",)}, f"""
        SELECT count(*) FILTER (WHERE NOT EXISTS (
                 SELECT FROM payments_payment p JOIN payments_attempt a ON a.payment_id = p.id
                  WHERE p.checkout_id = c.id AND (a.finished_at <= c.started_at + interval '1 hour' AND a.status = 'captured'
                         OR a.voucher_expires_at IS NOT NULL AND a.status IN ('captured', 'waiting')))), count(*)
          FROM payments_checkout c WHERE c.device = 'tablet' AND {_IN.format(column="c.started_at")}"""),
    Check("repurchase_30", date(2026, 1, 1), date(2026, 1, 31), {}, f"""
        SELECT count(*) FILTER (WHERE EXISTS (
                 SELECT FROM payments_payment p
                  WHERE p.customer_id = f.customer_id AND p.id <> f.id AND p.captured > p.refunded
                    AND p.created_at > f.created_at AND p.created_at <= f.created_at + interval '30 days')), count(*)
          FROM (SELECT DISTINCT ON (customer_id) customer_id, id, created_at FROM payments_payment
                 WHERE captured > 0 AND customer_id IS NOT NULL ORDER BY customer_id, created_at) AS f
         WHERE {_IN.format(column="f.created_at")}"""),
    Check("provider_latency", date(2026, 10, 10), date(2026, 10, 10), {"currency": ("KRW",)}, f"""
        SELECT count(*) FILTER (WHERE responded_at - requested_at >= interval '7.001 s'), count(responded_at)
          FROM payments_attempt a JOIN payments_payment p ON p.id = a.payment_id
         WHERE p.currency = 'KRW' AND {_IN.format(column="a.requested_at")}"""),
)  # fmt: skip


def differences(checks: Sequence[Check] = CHECKS) -> Iterator[str]:
    """What the product says otherwise than the rows do; the clock is that of whoever asks."""
    from django.db import connection

    from analytics.metrics.catalogue import METRICS
    from analytics.rollups.questions import Question
    from analytics.rollups.selectors import answer

    for check in checks:
        given: dict[str, Any] = {"first_on": check.first_on, "last_on": check.last_on}
        with connection.cursor() as cursor:
            cursor.execute(check.query, given)
            counted = tuple(cursor.fetchone())
        zone = ZoneInfo(ZONE)
        told = answer(Question(METRICS[check.metric], check.first_on, check.last_on, zone, check.narrowed)).whole
        if (told.part, told.whole) != counted:
            yield f"{check.metric}: kept {told.part} of {told.whole}, counted {counted[0]} of {counted[1]}"
