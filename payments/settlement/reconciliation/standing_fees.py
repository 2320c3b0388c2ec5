"""Layer 2, the audit of fees that belong to no payment: one transfer fee a payout, one monthly fee a month, no other.

What a line is for, the files do not say: it is what the contract agrees (ADR 0016). Only the months a run touches are
judged, each from all that is known of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from payments.methods.models import FeeContract
from payments.settlement.reconciliation import months
from payments.settlement.reconciliation.roundings import by_rounding, exact_vat
from payments.settlement.reconciliation.scope import DEFAULT_DUE_DAYS, Scope

CREATE = """
CREATE TEMP TABLE standing_difference (
    natural_key text, booked_on date, currency text, expected bigint, found bigint, reference text, line_id bigint,
    payout_id bigint, since_on date) ON COMMIT DROP
"""

TERMS = """
CREATE TEMP TABLE standing_terms ON COMMIT DROP AS
WITH stated AS (
    SELECT c.*, coalesce(c.effective_to, 'infinity'::date) AS ends_on,
           ({transfer_vat})::bigint AS transfer_vat, ({monthly_vat})::bigint AS monthly_vat,
           EXISTS (SELECT FROM payments_feecontract o
                    WHERE o.provider_id = c.provider_id AND o.currency = c.currency AND o.has_pass_through) AS has_pass
      FROM payments_feecontract c WHERE c.provider_id = %(provider)s AND c.method_id IS NULL)
SELECT currency, effective_from, ends_on, has_pass, transfer_vat, monthly_vat,
       transfer_fee_minor + CASE WHEN is_vat_included THEN 0 ELSE transfer_vat END AS transfer_total,
       monthly_fee_minor + CASE WHEN is_vat_included THEN 0 ELSE monthly_vat END AS monthly_total
  FROM stated
"""
"""The contracts of all methods; totals are with VAT."""

PAYOUTS = """
CREATE TEMP TABLE standing_payout ON COMMIT DROP AS
SELECT p.id, p.payout_key, p.currency, p.booked_on,
       date_trunc('month', p.booked_on)::date = ANY(%(months)s) AS is_judged,
       p.is_stated AND p.amount > 0 AND p.residual >= 0 AND p.is_complete
       AND coalesce(p.deposit_due_on, p.booked_on + %(due_days)s) < %(as_of)s AS is_due,
       coalesce(p.deposit_due_on, p.booked_on + %(due_days)s) + 1 AS since_on
  FROM payments_payout p
 WHERE p.provider_id = %(provider)s
   AND (date_trunc('month', p.booked_on)::date = ANY(%(months)s)
        OR p.payout_key IN (SELECT t.payout_key FROM payments_linetotal t
                              JOIN payments_statement s ON s.id = t.statement_id AND s.is_current
                             WHERE s.provider_id = %(provider)s AND t.kind = 6 AND t.payout_key <> ''
                               AND date_trunc('month', t.booked_on)::date = ANY(%(months)s)
                               AND t.booked_on >= %(first)s AND t.booked_on < %(end)s))
"""
"""A payout that pays less than its lines has a residual: that difference is told once, and may be the very fee."""

LINES = """
CREATE TEMP TABLE standing_line ON COMMIT DROP AS
WITH involved AS (
    SELECT DISTINCT s.id, s.statement_key
      FROM payments_linetotal t JOIN payments_statement s ON s.id = t.statement_id AND s.is_current
     WHERE s.provider_id = %(provider)s AND t.kind = 6
       AND ((t.booked_on >= %(first)s AND t.booked_on < %(end)s)
            OR t.payout_key IN (SELECT payout_key FROM standing_payout))),
 line AS (
    SELECT l.*, i.statement_key, -l.net AS taken
      FROM involved i JOIN payments_statementline l ON l.statement_id = i.id
     WHERE l.kind IN (6, 7) AND l.payment_reference = '' AND l.merchant_reference = '' AND l.provider_key = ''),
 owned AS (
    SELECT DISTINCT ON (x.id) x.taken, f.id AS fee_id, f.taken AS fee
      FROM line x JOIN line f ON f.statement_id = x.statement_id AND f.payout_key = x.payout_key
       AND f.net_currency = x.net_currency AND f.kind = 6 AND f.fee_vat = 0 AND f.line_number < x.line_number
     WHERE x.kind = 7
     ORDER BY x.id, f.line_number DESC),
 tax AS (
    SELECT fee_id, sum(taken) AS vat FROM owned GROUP BY fee_id, fee
    HAVING abs(sum(taken)) <= abs(fee) AND sum(taken) * fee > 0)
SELECT f.id AS line_id, f.payout_key, f.net_currency AS currency, f.booked_on, f.line_number,
       date_trunc('month', f.booked_on)::date AS month, f.statement_key || '/' || f.line_key AS name, f.statement_key,
       f.fee_vat + coalesce(tax.vat, 0) AS vat,
       f.taken + coalesce(tax.vat, 0)
         - CASE WHEN t.has_pass THEN coalesce(f.fee_scheme, 0) + coalesce(f.fee_interchange, 0) ELSE 0 END AS total
  FROM line f LEFT JOIN tax ON tax.fee_id = f.id
  LEFT JOIN standing_terms t ON t.currency = f.net_currency
   AND f.booked_on >= t.effective_from AND f.booked_on < t.ends_on
 WHERE f.kind = 6
"""
"""A tax line belongs to the fee line it follows, where that names no VAT and the tax is less than the fee."""

SAME = "(f.total = t.{name}_total AND f.vat IN (0, t.{name}_vat))"
"""Not every file tells a fee from its VAT."""

TRANSFERS = f"""
CREATE TEMP TABLE transfer_claim ON COMMIT DROP AS
SELECT DISTINCT ON (p.id) p.id AS payout_id, f.line_id, f.total, {SAME.format(name="transfer")} AS is_agreed
  FROM standing_payout p
  JOIN standing_terms t ON t.currency = p.currency AND p.booked_on >= t.effective_from AND p.booked_on < t.ends_on
  JOIN standing_line f ON f.payout_key = p.payout_key AND f.currency = p.currency
 WHERE t.transfer_total > 0 AND f.total > 0
   AND ({SAME.format(name="transfer")} OR t.monthly_total = 0
        OR abs(f.total - t.transfer_total) < abs(f.total - t.monthly_total))
 ORDER BY p.id, is_agreed DESC, abs(f.total - t.transfer_total), f.name COLLATE "C", f.line_number
"""  # noqa: S608

MONTHS = """
CREATE TEMP TABLE standing_month ON COMMIT DROP AS
SELECT m.*,
       now_days = ends_on - month AND before_days = month - before AND is_complete AND due_on < %(as_of)s AS is_due,
       now_days NOT IN (0, ends_on - month) OR before_days NOT IN (0, month - before) AS is_partial
  FROM (SELECT m.*, (SELECT coalesce(sum(least(t.ends_on, m.ends_on) - greatest(t.effective_from, m.month)), 0)
                       FROM standing_terms t WHERE t.currency = m.currency AND t.monthly_total > 0
                        AND t.effective_from < m.ends_on AND t.ends_on > m.month) AS now_days,
               (SELECT coalesce(sum(least(t.ends_on, m.month) - greatest(t.effective_from, m.before)), 0)
                  FROM standing_terms t WHERE t.currency = m.currency AND t.monthly_total > 0
                   AND t.effective_from < m.month AND t.ends_on > m.before) AS before_days
          FROM fee_month m) m
"""
"""Some providers charge a month in it, others in the next one: due where the contract held through both."""

MONTHLY = f"""
CREATE TEMP TABLE monthly_claim ON COMMIT DROP AS
SELECT DISTINCT ON (m.month, m.currency) m.month, m.currency, f.line_id, f.total, t.monthly_total AS expected,
       {SAME.format(name="monthly")} OR (m.is_partial AND f.total < t.monthly_total) AS is_agreed
  FROM standing_month m
  JOIN standing_terms t ON t.currency = m.currency AND t.effective_from < m.ends_on AND t.ends_on > m.before
  JOIN standing_line f ON f.month = m.month AND f.currency = m.currency
 WHERE t.monthly_total > 0 AND f.total > 0 AND NOT EXISTS (SELECT FROM transfer_claim c WHERE c.line_id = f.line_id)
   AND ({SAME.format(name="monthly")} OR NOT {SAME.format(name="transfer")})
 ORDER BY m.month, m.currency, {SAME.format(name="monthly")} DESC, abs(f.total - t.monthly_total),
          t.effective_from DESC, f.booked_on, f.name COLLATE "C", f.line_number
"""  # noqa: S608
"""Part of a month: the contract does not say how it is charged, so less is no difference."""

DIFFERENCES = f"""
INSERT INTO standing_difference
SELECT 'transfer_fee/' || %(code)s || '/' || p.payout_key || '/' || p.currency, p.booked_on, p.currency,
       t.transfer_total, coalesce(c.total, 0), p.payout_key, c.line_id, p.id,
       CASE WHEN c.line_id IS NULL THEN p.since_on END
  FROM standing_payout p
  JOIN standing_terms t ON t.currency = p.currency AND p.booked_on >= t.effective_from AND p.booked_on < t.ends_on
  LEFT JOIN transfer_claim c ON c.payout_id = p.id
 WHERE p.is_judged AND t.transfer_total > 0 AND (NOT c.is_agreed OR (c.line_id IS NULL AND p.is_due))
UNION ALL
SELECT 'monthly_fee/' || %(code)s || '/' || to_char(c.month, 'YYYY-MM') || '/' || c.currency, f.booked_on, c.currency,
       c.expected, c.total, coalesce(nullif(f.payout_key, ''), f.statement_key), c.line_id, p.id, NULL
  FROM monthly_claim c JOIN standing_line f USING (line_id)
  LEFT JOIN payments_payout p
    ON p.provider_id = %(provider)s AND p.payout_key = f.payout_key AND p.currency = f.currency
 WHERE NOT c.is_agreed
UNION ALL
SELECT 'monthly_fee/' || %(code)s || '/' || to_char(m.month, 'YYYY-MM') || '/' || m.currency, m.last_on, m.currency,
       t.monthly_total, 0, to_char(m.month, 'YYYY-MM'), NULL, NULL, m.due_on + 1
  FROM standing_month m
  JOIN standing_terms t ON t.currency = m.currency AND m.month >= t.effective_from AND m.month < t.ends_on
 WHERE m.is_due AND NOT EXISTS (SELECT FROM monthly_claim c WHERE c.month = m.month AND c.currency = m.currency)
UNION ALL
SELECT 'other_fee/' || %(code)s || '/' || f.name || '/' || f.currency, f.booked_on, f.currency, 0, f.total,
       coalesce(nullif(f.payout_key, ''), f.statement_key), f.line_id, p.id, NULL
  FROM (SELECT f.*, row_number() OVER (PARTITION BY f.month, f.currency, f.total
                                       ORDER BY f.booked_on, f.name COLLATE "C", f.line_number) AS nth,
               count(*) FILTER (WHERE f.total > 0) OVER both_sides AS taken,
               count(*) FILTER (WHERE f.total < 0) OVER both_sides AS given
          FROM standing_line f
          JOIN standing_terms t
            ON t.currency = f.currency AND f.booked_on >= t.effective_from AND f.booked_on < t.ends_on
         WHERE f.month = ANY(%(months)s) AND f.total <> 0
           AND NOT (f.payout_key = '' AND {SAME.format(name="transfer")})
           AND NOT EXISTS (SELECT FROM transfer_claim c WHERE c.line_id = f.line_id)
           AND NOT EXISTS (SELECT FROM monthly_claim c WHERE c.line_id = f.line_id)
        WINDOW both_sides AS (PARTITION BY f.month, f.currency, abs(f.total))) f
  LEFT JOIN payments_payout p
    ON p.provider_id = %(provider)s AND p.payout_key = f.payout_key AND p.currency = f.currency
 WHERE f.nth > CASE WHEN f.total > 0 THEN f.given ELSE f.taken END
"""  # noqa: S608
"""In this order: the transfer fee of a payout, charged wrongly or not at all; the fee of a month, charged wrongly; not
at all; and what nobody agreed to or was charged twice, but for what was given back in the same month."""


def run(cursor: Any, scope: Scope) -> list[date]:
    """Fill the temporary table `standing_difference` and return the first days of the months it speaks of."""
    cursor.execute(CREATE)
    judged = months.to_judge(cursor, scope)
    contracts = FeeContract.objects.filter(provider=scope.provider, method=None)
    if judged and (currencies := sorted(set(contracts.values_list("currency", flat=True)))):
        _judge(cursor, scope, judged, currencies)
    return judged


def _judge(cursor: Any, scope: Scope, judged: Sequence[date], currencies: Sequence[str]) -> None:
    values = scope.parameters(
        months=list(judged), first=judged[0], end=months.after(judged[-1]), due_days=DEFAULT_DUE_DAYS
    )
    vats = {
        f"{name}_vat": by_rounding("vat_rounding", exact_vat(f"{name}_fee_minor")) for name in ("transfer", "monthly")
    }
    cursor.execute(TERMS.format(**vats), values)
    cursor.execute(PAYOUTS, values)
    cursor.execute(LINES, values)
    cursor.execute(TRANSFERS, values)
    months.load(cursor, scope, judged, currencies)
    cursor.execute(MONTHS, values)
    cursor.execute(MONTHLY, values)
    cursor.execute(DIFFERENCES, values)
