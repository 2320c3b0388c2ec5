"""Layer 2: which lines a payout pays, and the unexplained residual between their sum and what the provider pays."""

from __future__ import annotations

from typing import Any

from django.db import connection

from payments.calendars import add_business_days
from payments.settlement.posting.locks import lock_books
from payments.settlement.reconciliation import incomplete
from payments.settlement.reconciliation.scope import Scope

TOUCHED_KEYS = """
CREATE TEMP TABLE touched_payout ON COMMIT DROP AS
SELECT DISTINCT t.payout_key
  FROM payments_statement new
  JOIN payments_statement s ON s.provider_id = new.provider_id AND s.statement_key = new.statement_key
  JOIN (SELECT statement_id, payout_key FROM payments_linetotal
        UNION SELECT statement_id, payout_key FROM payments_statementpayout) t ON t.statement_id = s.id
 WHERE new.id = ANY(%(statements)s) AND t.payout_key <> ''
"""
"""Of every version of the statements at hand: a corrected file may have dropped a payout."""

COMPUTE = """
CREATE TEMP TABLE computed_payout ON COMMIT DROP AS
WITH stated AS (
    SELECT p.payout_key, p.currency, (sum(p.amount) FILTER (WHERE p.is_stated))::bigint AS amount,
           max(p.paid_on) AS paid_on,
           bool_or(p.is_stated) AS is_stated, max(s.booked_on) AS booked_on
      FROM payments_statementpayout p
      JOIN payments_statement s ON s.id = p.statement_id AND s.is_current AND s.provider_id = %(provider)s
      JOIN touched_payout USING (payout_key)
     GROUP BY 1, 2),
 lines AS (
    SELECT t.payout_key, t.currency, sum(t.net)::bigint AS net, sum(t.line_count)::integer AS line_count
      FROM payments_linetotal t
      JOIN payments_statement s ON s.id = t.statement_id AND s.is_current AND s.provider_id = %(provider)s
      JOIN touched_payout USING (payout_key)
     WHERE t.kind <> 13
     GROUP BY 1, 2),
 named AS (
    SELECT DISTINCT t.payout_key
      FROM payments_linetotal t
      JOIN payments_statement s ON s.id = t.statement_id AND s.is_current AND s.provider_id = %(provider)s
      JOIN touched_payout USING (payout_key))
SELECT payout_key, currency,
       CASE WHEN stated.is_stated THEN stated.amount ELSE coalesce(lines.net, 0) END AS amount,
       CASE WHEN stated.is_stated AND named.payout_key IS NULL THEN stated.amount
            ELSE coalesce(lines.net, 0) END AS net,
       coalesce(lines.line_count, 0) AS line_count,
       stated.is_stated, stated.booked_on, stated.paid_on
  FROM stated LEFT JOIN lines USING (payout_key, currency) LEFT JOIN named USING (payout_key)
"""
"""A payout that no line names, not even its own, is a withdrawal from a balance: its provider does not say what it
pays, so nothing is unexplained about it. One whose own line alone is here has a residual."""

STORE = """
CREATE TEMP TABLE gone_payout ON COMMIT DROP AS
SELECT p.id FROM payments_payout p JOIN touched_payout t USING (payout_key)
 WHERE p.provider_id = %(provider)s
   AND NOT EXISTS (SELECT FROM computed_payout c WHERE c.payout_key = p.payout_key AND c.currency = p.currency);
CREATE TEMP TABLE gone_deposit ON COMMIT DROP AS
SELECT DISTINCT d.deposit_id FROM payments_depositpayout d JOIN gone_payout g ON g.id = d.payout_id;
DELETE FROM payments_depositpayout d USING gone_deposit g WHERE d.deposit_id = g.deposit_id;
DELETE FROM payments_depositbankline d USING gone_deposit g WHERE d.deposit_id = g.deposit_id;
DELETE FROM payments_deposit d USING gone_deposit g WHERE d.id = g.deposit_id;
UPDATE payments_break b SET payout_id = NULL FROM gone_payout g WHERE b.payout_id = g.id;
DELETE FROM payments_payout p USING gone_payout g WHERE p.id = g.id;
DROP TABLE gone_payout, gone_deposit;
INSERT INTO payments_payout
       (provider_id, payout_key, currency, amount, line_net, line_count, is_stated, booked_on, paid_on)
SELECT %(provider)s, payout_key, currency, amount, net, line_count, is_stated, booked_on, paid_on
  FROM computed_payout
ON CONFLICT (provider_id, payout_key, currency) DO UPDATE
   SET amount = excluded.amount, line_net = excluded.line_net, line_count = excluded.line_count,
       is_stated = excluded.is_stated, booked_on = excluded.booked_on, paid_on = excluded.paid_on,
       deposit_due_on = NULL
 WHERE (payments_payout.amount, payments_payout.line_net, payments_payout.line_count, payments_payout.is_stated,
        payments_payout.booked_on, payments_payout.paid_on)
       IS DISTINCT FROM (excluded.amount, excluded.line_net, excluded.line_count, excluded.is_stated,
                         excluded.booked_on, excluded.paid_on);
DROP TABLE computed_payout;
DROP TABLE touched_payout
"""


def run(scope: Scope) -> None:
    """Compute the payouts that the new statements touch, and until when the bank may be silent about each."""
    with connection.cursor() as cursor:
        if scope.statement_ids:
            if scope.provider.bank_account is not None:
                lock_books(scope.provider.bank_account)
            cursor.execute(TOUCHED_KEYS, scope.parameters())
            cursor.execute(COMPUTE, scope.parameters())
            cursor.execute(STORE, scope.parameters())
        incomplete.mark(cursor, scope)
        if scope.is_reconfigured:
            cursor.execute(
                "UPDATE payments_payout SET deposit_due_on = NULL WHERE provider_id = %s", [scope.provider.pk]
            )
        _set_due_dates(cursor, scope)


def _set_due_dates(cursor: Any, scope: Scope) -> None:
    cursor.execute(
        "SELECT DISTINCT paid_on FROM payments_payout"
        " WHERE provider_id = %s AND deposit_due_on IS NULL AND paid_on IS NOT NULL",
        [scope.provider.pk],
    )
    grace = scope.provider.deposit_grace_days
    rows = [
        (add_business_days(day, grace, scope.provider.country), scope.provider.pk, day) for (day,) in cursor.fetchall()
    ]
    cursor.executemany(
        "UPDATE payments_payout SET deposit_due_on = %s"
        " WHERE provider_id = %s AND paid_on = %s AND deposit_due_on IS NULL",
        rows,
    )
