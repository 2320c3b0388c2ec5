"""Layer 2, the fee audit: every fee recomputed from the contract, in SQL, equal to `payments.money.contract_fee`."""

from __future__ import annotations

from typing import Any

from django.db import connection

from payments.methods.models import FeeContract
from payments.settlement.reconciliation.scope import Scope

ROUNDED = {
    "half_up": "round({x})",
    "half_even": "CASE WHEN abs({x} - trunc({x})) = 0.5 THEN 2 * round({x} / 2) ELSE round({x}) END",
    "down": "trunc({x})",
    "up": "sign({x}) * ceil(abs({x}))",
    "floor": "floor({x})",
    "ceiling": "ceil({x})",
}
"""The named roundings on `numeric`; `round` of PostgreSQL goes half away from zero."""

TERMS = """
CREATE TEMP TABLE fee_terms ON COMMIT DROP AS
SELECT name AS method, c.currency, c.effective_from, coalesce(c.effective_to, 'infinity'::date) AS effective_to,
       c.rate_basis_points, c.fixed_minor, c.minimum_minor, c.vat_rate_basis_points, c.is_vat_included,
       c.fee_rounding, c.vat_rounding, c.is_returned_on_refund, c.has_pass_through
  FROM payments_feecontract c
  LEFT JOIN payments_offering o ON o.provider_id = c.provider_id AND o.method_id = c.method_id
  LEFT JOIN LATERAL unnest(o.provider_names) AS name ON true
 WHERE c.provider_id = %(provider)s AND (c.method_id IS NULL OR name IS NOT NULL)
"""

AUDIT = """
CREATE TEMP TABLE fee_difference ON COMMIT DROP AS
WITH priced AS (
    SELECT l.id, abs(l.gross_settled)::numeric AS gross, sign(l.gross_settled)::integer AS side, l.net_currency,
           l.fee - coalesce(l.fee_installment, 0)
             - CASE WHEN t.has_pass_through THEN coalesce(l.fee_scheme, 0) + coalesce(l.fee_interchange, 0) ELSE 0 END
             AS charged_fee,
           l.fee_vat AS charged_vat, t.*
      FROM payments_statementline l
      JOIN payments_statement s ON s.id = l.statement_id AND s.is_current
      JOIN LATERAL (
           SELECT * FROM fee_terms t
            WHERE (t.method = l.method OR t.method IS NULL) AND t.currency = l.net_currency
              AND coalesce(l.sold_on, l.booked_on) >= t.effective_from
              AND coalesce(l.sold_on, l.booked_on) < t.effective_to
            ORDER BY t.method IS NULL LIMIT 1) t ON true
     WHERE l.provider_id = %(provider)s AND l.statement_id = ANY(%(audited)s) AND l.kind IN (1, 2)),
 agreed AS (
    SELECT p.*, CASE WHEN side = 0 OR (side < 0 AND NOT is_returned_on_refund) THEN 0
                     ELSE greatest({share} + fixed_minor, minimum_minor) END AS stated
      FROM priced p),
 split AS (
    SELECT a.*, CASE WHEN is_vat_included
                     THEN (stated * vat_rate_basis_points)::numeric(40, 12) / (10000 + vat_rate_basis_points)
                     ELSE stated * vat_rate_basis_points * 0.0001 END AS exact_vat
      FROM agreed a),
 due AS (
    SELECT f.*, ({vat}) AS vat FROM split f)
SELECT id AS line_id, net_currency AS currency,
       (side * (CASE WHEN is_vat_included THEN stated ELSE stated + vat END))::bigint AS expected,
       (charged_fee + charged_vat)::bigint AS found
  FROM due
 WHERE charged_fee <> side * (CASE WHEN is_vat_included THEN stated - vat ELSE stated END) OR charged_vat <> side * vat
"""


def _by_rounding(column: str, expression: str) -> str:
    """Return SQL that rounds an expression by the mode a column names."""
    cases = " ".join(f"WHEN '{mode}' THEN {sql.format(x=f'({expression})')}" for mode, sql in ROUNDED.items())
    return f"CASE {column} {cases} END"


def run(scope: Scope) -> list[int]:
    """Fill the temporary table `fee_difference` for the statements audited by this run, and return those statements.

    A line is audited when its statement is new, and again when the provider's configuration changed.
    """
    with connection.cursor() as cursor:
        audited = _audited(cursor, scope)
        if not audited or not FeeContract.objects.filter(provider=scope.provider).exists():
            cursor.execute(
                "CREATE TEMP TABLE fee_difference (line_id bigint, currency text, expected bigint, found bigint)"
                " ON COMMIT DROP"
            )
            return audited
        cursor.execute(TERMS, scope.parameters())
        # The first braces are ours; the text has no others.
        share = _by_rounding("fee_rounding", "gross * rate_basis_points * 0.0001")
        vat = _by_rounding("vat_rounding", "exact_vat")
        cursor.execute(AUDIT.format(share=share, vat=vat), scope.parameters(audited=audited))
        return audited


def _audited(cursor: Any, scope: Scope) -> list[int]:
    if not scope.is_reconfigured:
        return scope.statement_ids
    cursor.execute("SELECT id FROM payments_statement WHERE provider_id = %s AND is_current", [scope.provider.pk])
    return [row[0] for row in cursor.fetchall()]
