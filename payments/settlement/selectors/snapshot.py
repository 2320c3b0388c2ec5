"""The present state of reconciliation by natural key: what a judge compares with the truth, and one order of arrival
with another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from payments.settlement.models.breaks import SUBJECT_SQL


@dataclass(frozen=True, slots=True, order=True)
class PairRow:
    """A match or a suggestion, named by its parties' own keys."""

    provider: str
    movement_key: str
    kind: int
    line_identity: str
    """The line's provider key, else its line key, else merchant reference."""
    statement_key: str
    rule: int
    """As `MatchRule`; 0 for a suggestion, 4 for a movement that is one of a total."""


@dataclass(frozen=True, slots=True, order=True)
class BreakRow:
    """A break that the machine has not closed, whether or not a person has explained it."""

    party: str
    """Code of the provider, or of the bank account where no provider is concerned."""
    layer: str
    kind: str
    natural_key: str
    movement_key: str
    line_identity: str
    payout_key: str
    merchant_reference: str
    currency: str
    amount_at_risk: int
    booked_on: date


@dataclass(frozen=True, slots=True)
class DepositRow:
    """Payouts and bank lines that were paired."""

    rule: str
    payout_keys: tuple[str, ...]
    bank_lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that must not depend on the order of arrival, each list sorted."""

    matches: list[PairRow]
    suggestions: list[PairRow]
    breaks: list[BreakRow]
    deposits: list[DepositRow]


PAIRS = """
SELECT v.code, m.movement_key, l.kind,
       coalesce(nullif(l.provider_key, ''), nullif(l.line_key, ''), l.merchant_reference), s.statement_key, {rule}
  FROM {table} x
  JOIN payments_statementline l ON l.id = x.line_id
  JOIN payments_statement s ON s.id = l.statement_id
  JOIN payments_movement m ON m.id = x.movement_id
  JOIN payments_provider v ON v.id = x.provider_id
"""

IN_TOTALS = """
SELECT v.code, m.movement_key, l.kind, l.line_key, s.statement_key, 4
  FROM payments_comparedmovement x
  JOIN payments_totalcomparison c ON c.id = x.comparison_id AND c.is_equal
  JOIN payments_comparedline w ON w.comparison_id = c.id
  JOIN payments_statementline l ON l.id = w.line_id
  JOIN payments_statement s ON s.id = l.statement_id
  JOIN payments_movement m ON m.id = x.movement_id
  JOIN payments_provider v ON v.id = c.provider_id
"""

BREAKS = f"""
SELECT coalesce(v.code, a.code), b.layer, b.kind, b.natural_key, coalesce(m.movement_key, ''),
       coalesce(nullif(l.provider_key, ''), nullif(l.line_key, ''), l.merchant_reference, ''),
       coalesce(p.payout_key, CASE WHEN b.kind = 'residual'
                                     OR {SUBJECT_SQL} IN ('monthly_fee', 'other_fee', 'threshold')
                                   THEN b.reference ELSE '' END),
       coalesce(l.merchant_reference, m.merchant_reference, ''), b.currency, b.amount_at_risk, b.booked_on
  FROM payments_break b
  LEFT JOIN payments_provider v ON v.id = b.provider_id
  LEFT JOIN payments_bankaccount a ON a.id = b.account_id
  LEFT JOIN payments_statementline l ON l.id = b.line_id
  LEFT JOIN payments_movement m ON m.id = b.movement_id
  LEFT JOIN payments_payout p ON p.id = b.payout_id
 WHERE b.state <> 'resolved' OR b.reason <> 'timing'
"""  # noqa: S608

DEPOSITS = """
SELECT d.rule,
       (SELECT array_agg(p.payout_key ORDER BY p.payout_key)
          FROM payments_depositpayout x JOIN payments_payout p ON p.id = x.payout_id WHERE x.deposit_id = d.id),
       (SELECT array_agg(b.booked_on || '/' || b.fingerprint || '/' || b.occurrence
                         ORDER BY b.booked_on, b.fingerprint, b.occurrence)
          FROM payments_depositbankline x JOIN payments_bankline b ON b.id = x.bank_line_id WHERE x.deposit_id = d.id)
  FROM payments_deposit d
"""


def take() -> Snapshot:
    """Read the whole state; meant for tests and for judging a simulation, not for a page."""
    with connection.cursor() as cursor:
        cursor.execute(PAIRS.format(rule="x.rule", table="payments_match"))
        rows = cursor.fetchall()
        cursor.execute(IN_TOTALS)
        matches = sorted(PairRow(*row) for row in (*rows, *cursor.fetchall()))
        cursor.execute(PAIRS.format(rule="0", table="payments_matchsuggestion"))
        suggestions = sorted(PairRow(*row) for row in cursor.fetchall())
        cursor.execute(BREAKS)
        breaks = sorted(BreakRow(*row) for row in cursor.fetchall())
        cursor.execute(DEPOSITS)
        deposits = [DepositRow(rule, tuple(keys), tuple(lines)) for rule, keys, lines in cursor.fetchall()]
    return Snapshot(matches, suggestions, breaks, sorted(deposits, key=lambda row: (row.payout_keys, row.bank_lines)))
