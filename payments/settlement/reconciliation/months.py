"""Which months a run has to judge, until when each may be silent, and whether its statements tell enough."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from payments.calendars import Cycle, payout_date
from payments.settlement.models import ReconciliationRun
from payments.settlement.reconciliation.scope import DEFAULT_DUE_DAYS, Scope, terms_for

LONGEST_SILENCE: Final = {Cycle.DAILY: 11, Cycle.WEEKLY: 17, Cycle.MONTHLY: 41}
"""Days between two statements from which one of them must be missing: a cycle and the longest holidays there are."""

TOUCHED = """
WITH version AS (
    SELECT s.id, s.booked_on
      FROM payments_statement new
      JOIN payments_statement s ON s.provider_id = new.provider_id AND s.statement_key = new.statement_key
     WHERE new.id = ANY(%(statements)s)),
 paying AS (
    SELECT t.payout_key FROM payments_linetotal t JOIN version v ON v.id = t.statement_id WHERE t.payout_key <> ''
     UNION
    SELECT t.payout_key FROM payments_statementpayout t JOIN version v ON v.id = t.statement_id),
 mentioning AS (
    SELECT t.statement_id FROM payments_linetotal t JOIN paying USING (payout_key)
     UNION
    SELECT t.statement_id FROM payments_statementpayout t JOIN paying USING (payout_key))
SELECT date_trunc('month', booked_on)::date FROM version
 UNION
SELECT date_trunc('month', t.booked_on)::date FROM payments_linetotal t JOIN version v ON v.id = t.statement_id
 UNION
SELECT date_trunc('month', d.booked_on)::date
  FROM mentioning m JOIN payments_statement s ON s.id = m.statement_id AND s.provider_id = %(provider)s,
       LATERAL (SELECT s.booked_on UNION
                SELECT t.booked_on FROM payments_linetotal t WHERE t.statement_id = s.id AND t.kind = 6) d
"""
"""Of every version of the statements at hand, and of all others that mention a payout of theirs."""

SPAN = """
SELECT least(min(s.booked_on), min(t.booked_on)), greatest(max(s.booked_on), max(t.booked_on))
  FROM payments_statement s LEFT JOIN payments_linetotal t ON t.statement_id = s.id
 WHERE s.provider_id = %(provider)s
"""

PAYOUTS_DUE = """
SELECT DISTINCT date_trunc('month', booked_on)::date FROM payments_payout
 WHERE provider_id = %(provider)s AND coalesce(deposit_due_on, booked_on + %(due_days)s) BETWEEN %(low)s AND %(high)s
"""

BOOKED = """
SELECT DISTINCT booked_on FROM payments_statement
 WHERE provider_id = %(provider)s AND is_current AND booked_on >= %(low)s AND booked_on < %(high)s ORDER BY booked_on
"""


def after(month: date) -> date:
    """Return the first day of the next month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def before(month: date) -> date:
    """Return the first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


def to_judge(cursor: Any, scope: Scope) -> list[date]:
    """Return the first days of the months whose fees this run judges, in order.

    Every month after a change of configuration; else what new statements touch with both neighbours (a month is
    complete when the next one has begun), and what became due, or is not due any more, since the last run.
    """
    last = ReconciliationRun.objects.filter(provider=scope.provider, finished_at__isnull=False).order_by("-id").first()
    if last is None or scope.is_reconfigured:
        return _all(cursor, scope)
    found: set[date] = set()
    if scope.statement_ids:
        cursor.execute(TOUCHED, scope.parameters())
        for (month,) in cursor.fetchall():
            found |= {before(month), month, after(month)}
    if last.as_of != scope.as_of:
        low, high = sorted((last.as_of, scope.as_of))
        found |= _due_between(cursor, scope, low, high)
    return sorted(found)


def _all(cursor: Any, scope: Scope) -> list[date]:
    cursor.execute(SPAN, scope.parameters())
    first, last = cursor.fetchone()
    return _months(first, max(last, scope.as_of)) if first else []


def _months(first: date, last: date) -> list[date]:
    month, found = first.replace(day=1), []
    while month <= last:
        found.append(month)
        month = after(month)
    return found


def _due_between(cursor: Any, scope: Scope, low: date, high: date) -> set[date]:
    cursor.execute(PAYOUTS_DUE, scope.parameters(low=low, high=high, due_days=DEFAULT_DUE_DAYS))
    found = {month for (month,) in cursor.fetchall()}
    # A month is due weeks after its end at the latest: a monthly schedule pays it in the next.
    for month in _months(low - timedelta(days=100), high):
        if any(low <= due_on(scope, currency, month) <= high for currency in scope.provider.currencies):
            found.add(month)
    return found


def due_on(scope: Scope, currency: str, month: date) -> date:
    """Return the last date on which a month's fee may still be unseen: the payout of its last day."""
    ends_on, terms = after(month) - timedelta(days=1), terms_for(scope, currency)
    return payout_date(ends_on, terms) if terms else ends_on + timedelta(days=DEFAULT_DUE_DAYS)


def is_complete(month: date, booked: Sequence[date], longest_silence: int) -> bool:
    """Whether statements lead through a month from the one before into the next, without a silence too long (days)."""
    earlier = [day for day in booked if before(month) <= day < month]
    later = [day for day in booked if after(month) <= day < after(after(month))]
    if not earlier or not later:
        return False
    through = [day for day in booked if earlier[-1] <= day <= later[0]]
    return all((right - left).days <= longest_silence for left, right in pairwise(through))


def load(cursor: Any, scope: Scope, judged: Sequence[date], currencies: Sequence[str]) -> None:
    """Fill `fee_month`: per month and currency its bounds, when it is due, if it is complete, its last booking date."""
    span = {"low": before(judged[0]), "high": after(after(judged[-1]))}
    cursor.execute(BOOKED, scope.parameters(**span))
    booked = [day for (day,) in cursor.fetchall()]
    rows = []
    for month in judged:
        last_on = max((day for day in booked if month <= day < after(month)), default=after(month) - timedelta(days=1))
        for currency in currencies:
            terms = terms_for(scope, currency)
            silence = LONGEST_SILENCE[terms.cycle if terms else Cycle.DAILY]
            bounds = (month, before(month), after(month))
            told = (due_on(scope, currency, month), is_complete(month, booked, silence), last_on)
            rows.append((currency, *bounds, *told))
    cursor.execute(
        "CREATE TEMP TABLE fee_month (currency text, month date, before date, ends_on date, due_on date,"
        " is_complete boolean, last_on date) ON COMMIT DROP"
    )
    cursor.executemany("INSERT INTO fee_month VALUES (%s, %s, %s, %s, %s, %s, %s)", rows)
