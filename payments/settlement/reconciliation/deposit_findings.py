"""Layer 3: what is wrong between payouts and the bank, one INSERT per kind of break into `finding`."""

from __future__ import annotations

from datetime import date
from typing import Any

from payments.methods.models import BankAccount
from payments.settlement.reconciliation import findings
from payments.settlement.reconciliation.deposit_parties import Outcome

MISSING_DEPOSIT = """
INSERT INTO finding
SELECT (CASE WHEN p.id = ANY(%(ambiguous)s) THEN 'ambiguous/' ELSE 'missing_deposit/' END)
         || v.code || '/' || p.payout_key || '/' || p.currency,
       'deposit', CASE WHEN p.id = ANY(%(ambiguous)s) THEN 'ambiguous' ELSE 'missing_deposit' END,
       p.booked_on, p.currency, abs(p.amount), p.amount, NULL, p.payout_key, NULL, NULL, p.id, NULL, p.provider_id,
       %(account)s, p.deposit_due_on + 1
  FROM payments_payout p JOIN payments_provider v ON v.id = p.provider_id AND v.bank_account_id = %(account)s
 WHERE p.deposit_due_on < %(as_of)s AND p.amount <> 0 AND p.id <> ALL(%(foreign)s) AND p.is_complete
   AND NOT EXISTS (SELECT FROM payments_depositpayout d WHERE d.payout_id = p.id)
"""

FOREIGN_DEPOSIT = """
INSERT INTO finding
SELECT 'currency/deposit/' || v.code || '/' || p.payout_key || '/' || p.currency, 'deposit', 'currency',
       p.booked_on, p.currency, abs(p.amount), p.amount, NULL, p.payout_key, NULL, NULL, p.id, f.line_id,
       p.provider_id, %(account)s
  FROM unnest(%(foreign)s::bigint[], %(foreign_lines)s::bigint[]) AS f(payout_id, line_id)
  JOIN payments_payout p ON p.id = f.payout_id JOIN payments_provider v ON v.id = p.provider_id
"""
"""The bank changed the money: how much of it is here, no rule can tell."""

UNEQUAL_DEPOSIT = """
INSERT INTO finding
SELECT 'amount/deposit/' || p.code || '/' || p.payout_key || '/' || p.currency, 'deposit', 'amount',
       p.booked_on, d.currency, abs(d.received - d.expected), d.expected, d.received, p.payout_key,
       NULL::bigint, NULL::bigint, p.id, NULL::bigint, p.provider_id, %(account)s::bigint
  FROM payments_deposit d
  JOIN LATERAL (SELECT p.*, v.code, max(p.deposit_due_on) OVER () AS last_due_on,
                       bool_and(p.is_complete) OVER () AS is_known
                  FROM payments_depositpayout l JOIN payments_payout p ON p.id = l.payout_id
                  JOIN payments_provider v ON v.id = p.provider_id
                 WHERE l.deposit_id = d.id ORDER BY p.payout_key, v.code LIMIT 1) p ON true
 WHERE d.account_id = %(account)s AND d.received <> d.expected AND d.rule <> 'hand' AND p.is_known
   AND (p.last_due_on < %(as_of)s OR d.expected = 0
        OR sign(d.expected) * (d.received - d.expected) > 0 OR sign(d.expected) * d.received < 0)
"""
"""Until the bank is due, a part of a payout is only the part that is here already; more than all of it is wrong now."""

BALANCE_GAP = """
INSERT INTO finding
SELECT 'residual/bank/' || %(code)s || '/' || statement_key, 'deposit', 'residual', opened_on, currency,
       abs(opening_balance - previous), previous, opening_balance, statement_key,
       NULL, NULL, NULL, NULL, NULL, %(account)s
  FROM (SELECT *, lag(closing_balance) OVER (PARTITION BY currency ORDER BY closed_on, opened_on, statement_key)
                  AS previous
          FROM payments_bankstatement
         WHERE account_id = %(account)s AND is_current AND NOT is_interim
           AND opening_balance IS NOT NULL AND closing_balance IS NOT NULL) s
 WHERE previous IS NOT NULL AND previous <> opening_balance
"""
"""An opening balance that is not the closing balance before it: a file is missing or was changed."""

JUDGED = """
b.layer = 'deposit' AND CASE
    WHEN b.provider_id IS NULL THEN b.account_id = %(account)s
    ELSE %(account)s = (SELECT coalesce(v.bank_account_id, b.account_id)
                          FROM payments_provider v WHERE v.id = b.provider_id) END
"""
"""A break goes with its provider to another account; of a provider that pays nowhere any more it closes where
it was."""


def collect(cursor: Any, account: BankAccount, as_of: date, outcome: Outcome) -> None:
    """Fill `finding` with everything of the third layer that is wrong with an account as of a date."""
    cursor.execute(findings.CREATE)
    foreign = sorted(outcome.foreign.items())
    parameters: dict[str, Any] = {
        "account": account.pk,
        "code": account.code,
        "as_of": as_of,
        "ambiguous": sorted(outcome.ambiguous),
        "foreign": [payout_id for payout_id, _ in foreign],
        "foreign_lines": [line_id for _, line_id in foreign],
    }
    for statement in (MISSING_DEPOSIT, FOREIGN_DEPOSIT, UNEQUAL_DEPOSIT, BALANCE_GAP):
        cursor.execute(statement, parameters)
