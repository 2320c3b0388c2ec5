"""What a run finds wrong: one INSERT per kind of break into the temporary table `finding`, each from facts alone."""

from __future__ import annotations

from typing import Any

from payments.settlement.reconciliation import aggregates, confirmations
from payments.settlement.reconciliation.scope import DEFAULT_DUE_DAYS, Scope
from payments.settlement.reconciliation.unpaid import UNPAID_LINES

CREATE = """
CREATE TEMP TABLE finding (
    natural_key text, layer text, kind text, booked_on date, currency text, amount_at_risk bigint,
    expected bigint, found bigint, reference text, line_id bigint, movement_id bigint, payout_id bigint,
    bank_line_id bigint, provider_id bigint, account_id bigint,
    since_on date
) ON COMMIT DROP
"""

LINE_NAME = """
%(code)s || '/' || s.statement_key || '/' || l.kind || '/' || coalesce(
    nullif(l.provider_key, ''), nullif(l.line_key, ''), l.merchant_reference || '@' || l.gross)
"""
"""Names a line by its parties' own references, never by its place, so that a break keeps its owner and explanation
when a corrected file moves the line; `breaks.TELL_APART` numbers those that are called the same."""

LINE_REFERENCE = "coalesce(nullif(l.merchant_reference, ''), nullif(l.provider_key, ''), s.statement_key)"

MISSING_ON_STATEMENT = """
INSERT INTO finding
SELECT 'missing_on_statement/' || %(code)s || '/' || m.movement_key, 'transaction', 'missing_on_statement',
       m.occurred_on, m.currency, abs(m.amount), m.amount, NULL,
       coalesce(nullif(m.merchant_reference, ''), m.movement_key), NULL, m.id, NULL, NULL, NULL, NULL, o.due_on + 1
  FROM payments_openmovement o JOIN payments_movement m ON m.id = o.movement_id
 WHERE o.provider_id = %(provider)s AND o.due_on < %(as_of)s
   AND NOT EXISTS (SELECT FROM payments_match x WHERE x.movement_id = m.id)
   AND NOT EXISTS (SELECT FROM payments_matchsuggestion g WHERE g.movement_id = m.id)
"""

MISSING_IN_LEDGER = f"""
INSERT INTO finding
SELECT 'missing_in_ledger/' || {LINE_NAME}, 'transaction', 'missing_in_ledger',
       l.booked_on, l.currency, abs(l.gross), NULL, l.gross, {LINE_REFERENCE}, l.id, NULL, NULL, NULL,
       NULL, NULL, o.due_on + 1
  FROM payments_openline o
  JOIN payments_statementline l ON l.id = o.line_id JOIN payments_statement s ON s.id = l.statement_id
 WHERE o.provider_id = %(provider)s AND o.due_on < %(as_of)s
   AND NOT EXISTS (SELECT FROM payments_match x WHERE x.line_id = l.id)
   AND NOT EXISTS (SELECT FROM payments_matchsuggestion g WHERE g.line_id = l.id)
   AND NOT o.is_repeated
"""  # noqa: S608

AMBIGUOUS = f"""
INSERT INTO finding
SELECT 'ambiguous/' || {LINE_NAME}, 'transaction', 'ambiguous',
       l.booked_on, l.currency, abs(l.gross), NULL, l.gross, {LINE_REFERENCE}, l.id, NULL, NULL, NULL
  FROM (SELECT DISTINCT line_id FROM payments_matchsuggestion WHERE provider_id = %(provider)s) g
  JOIN payments_statementline l ON l.id = g.line_id JOIN payments_statement s ON s.id = l.statement_id
"""  # noqa: S608

DUPLICATE = f"""
INSERT INTO finding
SELECT 'duplicate/' || {LINE_NAME}, 'transaction', 'duplicate',
       l.booked_on, l.currency, abs(l.gross), NULL, l.gross, {LINE_REFERENCE}, l.id, NULL, NULL, NULL
  FROM payments_openline o
  JOIN payments_statementline l ON l.id = o.line_id JOIN payments_statement s ON s.id = l.statement_id
 WHERE o.provider_id = %(provider)s AND o.is_repeated
"""  # noqa: S608

UNEQUAL = f"""
INSERT INTO finding
SELECT k.kind || '/' || {LINE_NAME} || '/' || m.movement_key, 'transaction', k.kind, l.booked_on, l.currency,
       CASE WHEN k.kind = 'amount' THEN abs(l.gross - m.amount) ELSE abs(l.gross) END,
       CASE WHEN k.kind = 'amount' THEN m.amount END, l.gross, {LINE_REFERENCE}, l.id, m.id, NULL, NULL
  FROM payments_match x
  JOIN payments_statementline l ON l.id = x.line_id JOIN payments_statement s ON s.id = l.statement_id
  JOIN payments_movement m ON m.id = x.movement_id,
       LATERAL (SELECT CASE WHEN l.currency = m.currency THEN 'amount' ELSE 'currency' END AS kind) k
 WHERE x.provider_id = %(provider)s AND NOT x.is_equal
"""  # noqa: S608

UNKNOWN_KIND = f"""
INSERT INTO finding
SELECT 'unknown_kind/' || {LINE_NAME}, 'settlement', 'unknown_kind',
       l.booked_on, l.net_currency, abs(l.net), NULL, l.net, {LINE_REFERENCE}, l.id, NULL, NULL, NULL
  FROM (SELECT DISTINCT statement_id FROM payments_linetotal WHERE kind = 63) t
  JOIN payments_statement s ON s.id = t.statement_id AND s.is_current AND s.provider_id = %(provider)s
  JOIN payments_statementline l ON l.statement_id = s.id AND l.kind = 63
"""  # noqa: S608

RESIDUAL = """
INSERT INTO finding
SELECT 'residual/' || %(code)s || '/' || p.payout_key || '/' || p.currency, 'settlement', 'residual',
       p.booked_on, p.currency, abs(p.residual), p.line_net, p.amount, p.payout_key, NULL, NULL, p.id, NULL
  FROM payments_payout p WHERE p.provider_id = %(provider)s AND p.residual <> 0 AND p.is_complete
"""
"""Not while a part of its statement is missing: the lines that explain the rest may be in it."""

CARRIED_RESIDUAL = """
INSERT INTO finding
SELECT 'residual/' || %(code)s || '/' || t.payout_key || '/' || t.currency, 'settlement', 'residual',
       max(t.booked_on), t.currency, abs(sum(t.net)), 0, sum(t.net), t.payout_key, NULL, NULL, NULL, NULL
  FROM payments_linetotal t
  JOIN payments_statement s ON s.id = t.statement_id AND s.is_current AND s.provider_id = %(provider)s
 WHERE t.payout_key <> ''
   AND NOT EXISTS (SELECT FROM payments_payout p
                    WHERE p.provider_id = %(provider)s AND p.payout_key = t.payout_key AND p.currency = t.currency)
   AND NOT EXISTS (SELECT FROM incomplete_payout i WHERE i.payout_key = t.payout_key)
 GROUP BY t.payout_key, t.currency
HAVING sum(t.net) <> 0 AND bool_or(t.kind = 16)
"""
"""A batch that pays nothing must carry all of its sum over."""

FEE = f"""
INSERT INTO finding
SELECT 'fee/' || {LINE_NAME}, 'settlement', 'fee', l.booked_on, d.currency,
       abs(d.found - d.expected), d.expected, d.found, {LINE_REFERENCE}, l.id, NULL, NULL, NULL
  FROM fee_difference d
  JOIN payments_statementline l ON l.id = d.line_id JOIN payments_statement s ON s.id = l.statement_id
"""  # noqa: S608

STANDING_FEE = """
INSERT INTO finding
SELECT d.natural_key, 'settlement', 'fee', d.booked_on, d.currency, abs(d.found - d.expected), d.expected, d.found,
       d.reference, d.line_id, NULL, d.payout_id, NULL, NULL, NULL, d.since_on
  FROM standing_difference d
"""

BELOW_THRESHOLD = """
INSERT INTO finding
SELECT 'threshold/' || %(code)s || '/' || p.payout_key || '/' || p.currency, 'settlement', 'amount',
       p.booked_on, p.currency, p.amount, 0, p.amount, p.payout_key, NULL, NULL, p.id, NULL, NULL, NULL,
       coalesce(p.deposit_due_on, p.booked_on + %(due_days)s) + 1
  FROM payments_feecontract c
  JOIN payments_payout p ON p.provider_id = c.provider_id AND p.currency = c.currency
   AND p.booked_on >= c.effective_from AND p.booked_on < coalesce(c.effective_to, 'infinity'::date)
 WHERE c.provider_id = %(provider)s AND c.method_id IS NULL
   AND p.amount > 0 AND p.amount < c.payout_threshold_minor AND p.residual = 0 AND p.is_complete
   AND coalesce(p.deposit_due_on, p.booked_on + %(due_days)s) < %(as_of)s
"""
"""Paid out although it should have been carried over. Not while other statements may still add to it, and not where the
lines tell another amount: that is a residual."""

CARRIED_ABOVE_THRESHOLD = """
INSERT INTO finding
SELECT 'threshold/' || %(code)s || '/' || t.batch || '/' || t.currency, 'settlement', 'amount',
       t.booked_on, t.currency, t.balance, t.balance, 0, t.batch, NULL, NULL, NULL, NULL
  FROM (SELECT coalesce(nullif(t.payout_key, ''), s.statement_key) AS batch, t.currency,
               max(t.booked_on) AS booked_on, -sum(t.net)::bigint AS balance
          FROM payments_linetotal t
          JOIN payments_statement s ON s.id = t.statement_id AND s.is_current AND s.provider_id = %(provider)s
         WHERE t.kind = 16
         GROUP BY 1, 2) t
  JOIN payments_feecontract c ON c.provider_id = %(provider)s AND c.method_id IS NULL AND c.currency = t.currency
   AND t.booked_on >= c.effective_from AND t.booked_on < coalesce(c.effective_to, 'infinity'::date)
 WHERE c.payout_threshold_minor > 0 AND t.balance >= c.payout_threshold_minor
   AND NOT EXISTS (SELECT FROM incomplete_payout i WHERE i.payout_key = t.batch)
   AND NOT EXISTS (SELECT FROM payments_payout p
                    WHERE p.provider_id = %(provider)s AND p.payout_key = t.batch AND p.currency = t.currency
                      AND p.amount > 0)
"""
"""Carried over although it should have been paid out: all of the balance is kept from us. A sum of lines that is not
above zero is no payout of it: a line may be missing in a first version."""


def collect(cursor: Any, scope: Scope) -> None:
    """Fill `finding` with everything of the first two layers that is wrong as of the scope's date."""
    cursor.execute(CREATE)
    parameters = scope.parameters(due_days=DEFAULT_DUE_DAYS)
    for statement in (
        MISSING_ON_STATEMENT,
        MISSING_IN_LEDGER,
        AMBIGUOUS,
        DUPLICATE,
        UNEQUAL,
        aggregates.UNEQUAL,
        UNKNOWN_KIND,
        RESIDUAL,
        CARRIED_RESIDUAL,
        UNPAID_LINES,
        FEE,
        STANDING_FEE,
        BELOW_THRESHOLD,
        CARRIED_ABOVE_THRESHOLD,
    ):
        cursor.execute(statement, parameters)
    confirmations.ask_again(cursor, scope)
