"""Which days the booked statements of an account hold: the one condition that posting and reconciliation ask."""

from __future__ import annotations


def is_held(account: str, day: str) -> str:
    """The SQL condition that a current booked statement of an account holds a day; both are SQL expressions.

    An MT940 names as its opening date the close of the day before, whose entries it does not hold; on that date only
    its lines tell.
    """
    return f"""EXISTS (
       SELECT FROM payments_bankstatement s
        WHERE s.account_id = {account} AND s.is_current AND NOT s.is_interim
          AND (s.closed_on = {day} OR s.opened_on < {day} AND s.closed_on > {day}
               OR s.opened_on = {day} AND EXISTS (SELECT FROM payments_bankline b
                                                   WHERE b.bank_statement_id = s.id AND b.booked_on = {day})))"""  # noqa: S608
