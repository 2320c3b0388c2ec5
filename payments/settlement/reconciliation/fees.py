"""Layer 2, the fee audit of lines: every fee recomputed from the contract in SQL, equal to `money.contract_fee`.

Fees that belong to no payment (transfers, months) are audited in `standing_fees`, those of totals in `total_fees`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from payments.methods.models import FeeContract
from payments.settlement.reconciliation import standing_fees, total_fees
from payments.settlement.reconciliation.roundings import by_rounding, exact_vat
from payments.settlement.reconciliation.scope import Scope

CREATE = (
    "CREATE TEMP TABLE fee_difference (line_id bigint, currency text, expected bigint, found bigint) ON COMMIT DROP"
)

TERMS = """
CREATE TEMP TABLE fee_terms ON COMMIT DROP AS
SELECT name AS method, c.currency, c.effective_from, coalesce(c.effective_to, 'infinity'::date) AS effective_to,
       c.rate_basis_points, c.fixed_minor, c.minimum_minor, c.vat_rate_basis_points, c.is_vat_included,
       c.fee_rounding, c.vat_rounding, c.is_returned_on_refund, c.has_pass_through, c.installment_basis_points,
       c.chargeback_fee_minor
  FROM payments_feecontract c
  LEFT JOIN payments_offering o ON o.provider_id = c.provider_id AND o.method_id = c.method_id
  LEFT JOIN LATERAL unnest(o.provider_names) AS name ON true
 WHERE c.provider_id = %(provider)s AND (c.method_id IS NULL OR name IS NOT NULL)
"""

PRICES = """
CREATE TEMP TABLE fee_price ON COMMIT DROP AS
SELECT k.*, t.rate_basis_points, t.fixed_minor, t.minimum_minor, t.vat_rate_basis_points, t.is_vat_included,
       t.fee_rounding, t.vat_rounding, t.is_returned_on_refund, t.has_pass_through, t.installment_basis_points,
       coalesce(t.chargeback_fee_minor, d.chargeback_fee_minor) AS chargeback_fee_minor
  FROM (SELECT DISTINCT l.method, l.net_currency, coalesce(l.sold_on, l.booked_on) AS priced_on
          FROM payments_statementline l
         WHERE l.statement_id = ANY(%(audited)s) AND l.kind <= 4 AND l.transaction_count IS NULL) k
  JOIN LATERAL (
       SELECT * FROM fee_terms t
        WHERE (t.method = k.method OR t.method IS NULL) AND t.currency = k.net_currency
          AND k.priced_on >= t.effective_from AND k.priced_on < t.effective_to
        ORDER BY t.method IS NULL LIMIT 1) t ON true
  LEFT JOIN fee_terms d ON d.method IS NULL AND d.currency = k.net_currency
   AND k.priced_on >= d.effective_from AND k.priced_on < d.effective_to
"""
"""The contract of every method, currency and date that occurs: a few rows, looked up by a million lines.

A method's own contract that is silent about chargebacks leaves them to the contract of all methods."""

AUDIT = """
INSERT INTO fee_difference
WITH priced AS (
    SELECT l.id, l.kind, abs(l.gross_settled)::numeric AS gross, l.net_currency,
           CASE l.kind WHEN 3 THEN 1 WHEN 4 THEN -1 ELSE sign(l.gross_settled)::integer END AS side,
           l.fee - CASE WHEN t.has_pass_through
                        THEN coalesce(l.fee_scheme, 0) + coalesce(l.fee_interchange, 0) ELSE 0 END AS charged_fee,
           l.fee_vat AS charged_vat, l.kind <= 2 AND coalesce(l.fee_installment, 0) <> 0 AS is_in_installments,
           t.rate_basis_points, t.fixed_minor, t.minimum_minor, t.vat_rate_basis_points, t.is_vat_included,
           t.fee_rounding, t.vat_rounding, t.is_returned_on_refund, t.installment_basis_points, t.chargeback_fee_minor
      FROM payments_statementline l
      JOIN fee_price t ON t.method = l.method AND t.net_currency = l.net_currency
       AND t.priced_on = coalesce(l.sold_on, l.booked_on)
     WHERE l.statement_id = ANY(%(audited)s) AND l.kind <= 4 AND l.transaction_count IS NULL
       AND (l.kind <= 2 OR t.chargeback_fee_minor IS NOT NULL)),
 agreed AS (
    SELECT p.*, CASE WHEN kind > 2 THEN chargeback_fee_minor
                     WHEN side = 0 OR (side < 0 AND NOT is_returned_on_refund) THEN 0
                     ELSE greatest({share} + fixed_minor, minimum_minor) END AS base,
           CASE WHEN is_in_installments AND (side > 0 OR is_returned_on_refund) THEN {installment} ELSE 0 END AS extra
      FROM priced p OFFSET 0),
 due AS (
    SELECT a.*, base + extra AS stated, ({vat}) AS vat,
           CASE WHEN is_in_installments THEN {base_vat} END AS base_vat
      FROM agreed a OFFSET 0)
SELECT id, net_currency,
       (CASE WHEN kind = 4 THEN 0 ELSE side * CASE WHEN is_vat_included THEN stated ELSE stated + vat END END)::bigint,
       (charged_fee + charged_vat)::bigint
  FROM due
 WHERE (charged_fee <> side * (CASE WHEN is_vat_included THEN stated - vat ELSE stated END)
        OR charged_vat <> side * vat)
   AND NOT (is_in_installments AND charged_vat = side * base_vat
            AND charged_fee = side * (CASE WHEN is_vat_included THEN stated - base_vat ELSE stated END))
   AND NOT (kind = 4 AND charged_fee = 0 AND charged_vat = 0)
"""
"""OFFSET 0 keeps each figure computed once: put together, the conditions would compute it for every place that uses it.

Whether the share of installments bears VAT, no contract says: with and without are both right. A chargeback that is
reversed costs nothing; that its fee comes back is not agreed, and not objected to."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What a run has audited: fee breaks of these without a finding are closed."""

    statement_ids: list[int]
    months: list[date]
    """The first day of each month whose fees of no payment were judged."""


def run(scope: Scope) -> Audited:
    """Fill the temporary tables `fee_difference` and `standing_difference`, and return what was audited.

    A line is audited when its statement is new or its totals were compared, and again when the provider's configuration
    changed.
    """
    with connection.cursor() as cursor:
        audited = _audited(cursor, scope)
        cursor.execute(CREATE)
        if audited and FeeContract.objects.filter(provider=scope.provider).exists():
            values = scope.parameters(audited=audited)
            cursor.execute(TERMS, values)
            cursor.execute(PRICES, values)
            cursor.execute("ANALYZE fee_price")
            cursor.execute(_audit(), values)
            total_fees.audit(cursor, scope, audited)
        return Audited(audited, standing_fees.run(cursor, scope))


def _audit() -> str:
    # The braces are ours; the text has no others.
    return AUDIT.format(
        share=by_rounding("fee_rounding", "gross * rate_basis_points * 0.0001"),
        installment=by_rounding("fee_rounding", "gross * installment_basis_points * 0.0001"),
        vat=by_rounding("vat_rounding", exact_vat("(base + extra)")),
        base_vat=by_rounding("vat_rounding", exact_vat("base")),
    )


def _audited(cursor: Any, scope: Scope) -> list[int]:
    if not scope.is_reconfigured:
        return sorted({*scope.statement_ids, *total_fees.compared_now(cursor, scope)})
    cursor.execute("SELECT id FROM payments_statement WHERE provider_id = %s AND is_current", [scope.provider.pk])
    return [row[0] for row in cursor.fetchall()]
