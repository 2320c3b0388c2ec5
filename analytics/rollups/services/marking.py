"""Marks the hours of changed facts, in the transaction that changes them: a step of `LEDGER_PIPELINE`."""

from __future__ import annotations

from typing import Final

from django.db import connection

from payments.ledger.pipeline import Changed
from payments.ledger.services.tables import array

# An attempt may move to another hour when an earlier event arrives late: both are marked, the one it leaves too.
_MARK: Final = """
WITH now AS (
  SELECT payment_id, array_agg(DISTINCT date_trunc('hour', requested_at, 'UTC')) AS hours FROM payments_attempt
   WHERE payment_id = ANY(%s::bigint[]) GROUP BY payment_id
), before AS (
  SELECT payment_id, hours FROM analytics_countedpayment WHERE payment_id = ANY(%s::bigint[])
), counted AS (
  INSERT INTO analytics_countedpayment AS held (payment_id, hours) SELECT payment_id, hours FROM now ORDER BY payment_id
  ON CONFLICT (payment_id) DO UPDATE SET hours = excluded.hours WHERE held.hours <> excluded.hours
)
INSERT INTO analytics_dirtyhour (starts_at)
SELECT DISTINCT hour FROM (SELECT unnest(hours) FROM now UNION ALL SELECT unnest(hours) FROM before) AS touched (hour)
"""


def mark(changed: Changed) -> None:
    """Mark every hour in which a changed payment is counted, or was."""
    if not changed.payments:
        return
    payments = array("bigint", changed.payments)
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [payments, payments])
