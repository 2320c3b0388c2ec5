"""Layer 2, the fee audit of totals: what a statement charges for all sales of a total, against the contract's price.

Judged where number and sum of the sales are ours: then we know every one of them. Two figures are right: the prices of
all of them added up exactly, to a hundredth of a minor unit each, and those prices rounded one by one.
"""

from __future__ import annotations

from typing import Any

from payments.settlement.reconciliation.aggregates import METHODS, has_totals
from payments.settlement.reconciliation.roundings import by_rounding, exact_vat
from payments.settlement.reconciliation.scope import Scope

COMPARED_NOW = """
SELECT DISTINCT statement_id FROM payments_totalcomparison WHERE provider_id = %(provider)s AND compared_at = %(now)s
"""

AUDIT = """
INSERT INTO fee_difference
WITH charged AS (
    SELECT c.id, min(l.id) AS line_id, min(lower(l.method)) AS method, l.net_currency, sum(l.fee + l.fee_vat) AS found
      FROM payments_statementline l
      LEFT JOIN method_name n ON n.name = lower(l.method)
      JOIN payments_totalcomparison c
        ON c.statement_id = l.statement_id AND c.kind = 1 AND c.currency = l.net_currency AND c.sold_from = l.sold_from
       AND c.method = coalesce(n.code, lower(l.method)) AND c.is_equal
     WHERE l.statement_id = ANY(%(audited)s) AND l.kind = 6 AND l.transaction_count IS NOT NULL
       AND l.fee_commission IS NOT NULL
     GROUP BY c.id, l.net_currency),
 priced AS (
    SELECT c.id, m.amount::numeric AS gross, t.*
      FROM charged c
      JOIN payments_comparedmovement w ON w.comparison_id = c.id
      JOIN payments_movement m ON m.id = w.movement_id
      JOIN LATERAL (
           SELECT rate_basis_points, fixed_minor, minimum_minor, vat_rate_basis_points, is_vat_included, fee_rounding,
                  vat_rounding
             FROM fee_terms t
            WHERE (lower(t.method) = c.method OR t.method IS NULL) AND t.currency = c.net_currency
              AND m.occurred_on >= t.effective_from AND m.occurred_on < t.effective_to
            ORDER BY t.method IS NULL LIMIT 1) t ON true),
 agreed AS (
    SELECT p.*, greatest({share} + fixed_minor, minimum_minor) AS base,
           greatest(gross * rate_basis_points * 0.0001 + fixed_minor, minimum_minor) AS exact_base
      FROM priced p OFFSET 0),
 due AS (
    SELECT a.*, CASE WHEN is_vat_included THEN base ELSE base + {vat} END AS rounded,
           exact_base * CASE WHEN is_vat_included THEN 1 ELSE 1 + vat_rate_basis_points * 0.0001 END AS exact
      FROM agreed a OFFSET 0),
 expected AS (SELECT id, count(*) AS count, sum(rounded) AS rounded, sum(exact) AS exact FROM due GROUP BY id)
SELECT c.line_id, c.net_currency, e.rounded::bigint, c.found::bigint
  FROM charged c JOIN expected e USING (id)
 WHERE c.found <> e.rounded AND abs(c.found - e.exact) > 1 + e.count * 0.01
"""


def compared_now(cursor: Any, scope: Scope) -> list[int]:
    """The statements whose totals this run has compared: their fees may be known only now."""
    cursor.execute(COMPARED_NOW, scope.parameters())
    return [row[0] for row in cursor.fetchall()]


def audit(cursor: Any, scope: Scope, audited: list[int]) -> None:
    """Add to `fee_difference` what is charged for totals otherwise than `fee_terms` agrees."""
    if not has_totals(cursor, scope):
        return
    cursor.execute(METHODS, scope.parameters())
    share = by_rounding("fee_rounding", "gross * rate_basis_points * 0.0001")
    vat = by_rounding("vat_rounding", exact_vat("base"))
    # The braces are ours; the text has no others.
    cursor.execute(AUDIT.format(share=share, vat=vat), scope.parameters(audited=audited))
    cursor.execute("DROP TABLE method_name")
