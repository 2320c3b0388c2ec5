"""Layer 3: which bank lines count. Each entry of an account once, however many interim reports show it."""

from __future__ import annotations

from typing import Any

from django.db import connection

from payments.methods.models import BankAccount
from payments.settlement.posting.held_days import is_held
from payments.settlement.reconciliation.deposit_parties import Credit

BOOKED = """
SELECT l.id, l.amount, l.currency, l.booked_on, l.end_to_end_reference, l.bank_reference, l.remittance, l.counterparty
  FROM payments_bankline l
  JOIN payments_bankstatement s ON s.id = l.bank_statement_id AND s.is_current AND NOT s.is_interim
 WHERE l.account_id = %(account)s
   AND NOT EXISTS (SELECT FROM payments_depositbankline x
                     JOIN payments_deposit d ON d.id = x.deposit_id AND d.rule = 'hand' WHERE x.bank_line_id = l.id)
"""

PROVISIONAL = f"""
SELECT id, amount, currency, booked_on, end_to_end_reference, bank_reference, remittance, counterparty
  FROM (SELECT DISTINCT ON (l.booked_on, l.fingerprint, l.occurrence) l.*,
               bool_or(d.rule IS NOT NULL) OVER (PARTITION BY l.booked_on, l.fingerprint, l.occurrence) AS is_taken
          FROM payments_bankline l
          JOIN payments_bankstatement s ON s.id = l.bank_statement_id AND s.is_current AND s.is_interim
          LEFT JOIN payments_depositbankline x ON x.bank_line_id = l.id
          LEFT JOIN payments_deposit d ON d.id = x.deposit_id AND d.rule = 'hand'
         WHERE l.account_id = %(account)s
         ORDER BY l.booked_on, l.fingerprint, l.occurrence, s.generated_at DESC NULLS LAST, s.statement_key DESC) l
 WHERE NOT l.is_taken
   AND NOT {is_held("%(account)s", "l.booked_on")}
"""  # noqa: S608
"""Lines of interim reports: the newest report's row of each entry, and only of days that no booked statement holds.

A report of several days may outlive some of them. Two reports that show the same entry tell of one; two equal entries
in one report are two.
"""


def of_account(account: BankAccount) -> list[Credit]:
    """Return the bank lines that no person has paired, each entry once; two queries."""
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for statement in (BOOKED, PROVISIONAL):
            cursor.execute(statement, {"account": account.pk})
            found += cursor.fetchall()
    return [
        Credit(pk, amount, currency, booked_on, f"{end_to_end} {bank_reference} {remittance}", counterparty)
        for pk, amount, currency, booked_on, end_to_end, bank_reference, remittance, counterparty in found
    ]
