"""Layer 2: which payouts are not all here, because a statement that pays lines of theirs still lacks a part."""

from __future__ import annotations

from typing import Any

from payments.settlement.reconciliation.scope import Scope

INCOMPLETE_STATEMENTS = """
SELECT statement_key, told, here, last_part
  FROM (SELECT statement_key, count(*) AS here, max(part) AS last_part,
               (array_agg(part_count ORDER BY sequence COLLATE "C" DESC, part_count DESC)
                    FILTER (WHERE part_count IS NOT NULL))[1] AS told
          FROM payments_statement
         WHERE provider_id = %(provider)s AND is_current AND part > 0 GROUP BY 1) r
 WHERE told IS NULL OR here < greatest(last_part, told)
"""
"""As `payments.settlement.versions.parts_of` tells it; few rows, found by the index of statements in parts."""

FIND = f"""
CREATE TEMP TABLE incomplete_payout ON COMMIT DROP AS
SELECT DISTINCT t.payout_key
  FROM ({INCOMPLETE_STATEMENTS}) r
  JOIN payments_statement s
    ON s.provider_id = %(provider)s AND s.statement_key = r.statement_key AND s.is_current AND s.part > 0
  JOIN (SELECT statement_id, payout_key FROM payments_linetotal
        UNION SELECT statement_id, payout_key FROM payments_statementpayout) t ON t.statement_id = s.id
 WHERE t.payout_key <> ''
"""  # noqa: S608

MARK = """
UPDATE payments_payout p SET is_complete = NOT p.is_complete
 WHERE p.provider_id = %(provider)s
   AND p.is_complete = EXISTS (SELECT FROM incomplete_payout i WHERE i.payout_key = p.payout_key)
"""


def mark(cursor: Any, scope: Scope) -> None:
    """Fill the temporary table `incomplete_payout`, and say with each payout whether it is complete."""
    cursor.execute(FIND, scope.parameters())
    cursor.execute(MARK, scope.parameters())
