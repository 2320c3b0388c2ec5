"""Layer 1, statements that give only totals: our movements of a settlement by month, method and kind, against them.

A movement belongs to the first settlement paid on or after the date by which the schedule pays it, and there to the
total of its month, method, kind and currency. Where totals say no date on which they are paid (a report of a balance),
it belongs to the report of its own day. A total and all of its movements are compared as one, by count and sum;
whenever one of them is new, or no longer what it was, the comparison is dissolved and made again from all there is.
"""

from __future__ import annotations

from typing import Any

from payments.settlement.reconciliation import opening
from payments.settlement.reconciliation.scope import Scope, terms_for

HAS_TOTALS = """
SELECT EXISTS (SELECT FROM payments_statementline WHERE provider_id = %(provider)s AND transaction_count IS NOT NULL)
"""

METHODS = """
CREATE TEMP TABLE method_name ON COMMIT DROP AS
SELECT DISTINCT ON (name) name, code
  FROM (SELECT lower(m.code) AS name, m.code, 0 AS rank
          FROM payments_offering o JOIN payments_paymentmethod m ON m.id = o.method_id
         WHERE o.provider_id = %(provider)s
         UNION ALL
        SELECT lower(unnest(o.provider_names)), m.code, 1
          FROM payments_offering o JOIN payments_paymentmethod m ON m.id = o.method_id
         WHERE o.provider_id = %(provider)s) known
 ORDER BY name, rank, code
"""
"""Our ledger and the provider name methods each in their way; offerings say which are the same."""

SETTLEMENTS = """
CREATE TEMP TABLE totals_settlement ON COMMIT DROP AS
SELECT statement_id, currency, paid_on, is_of_days, first_on, last_on,
       lag(paid_on, 1, '-infinity') OVER before AS paid_before,
       lag(statement_id) OVER before AS statement_before
  FROM (SELECT l.statement_id, l.currency, s.statement_key, max(coalesce(l.paid_on, l.booked_on)) AS paid_on,
               bool_and(l.paid_on IS NULL) AS is_of_days, min(l.sold_from) AS first_on, max(l.sold_on) AS last_on
          FROM payments_statementline l JOIN payments_statement s ON s.id = l.statement_id AND s.is_current
         WHERE l.provider_id = %(provider)s AND l.transaction_count IS NOT NULL AND l.kind <= 5
         GROUP BY 1, 2, 3) paid
WINDOW before AS (PARTITION BY currency, is_of_days ORDER BY paid_on, statement_key)
"""

TOTALS = """
CREATE TEMP TABLE open_total ON COMMIT DROP AS
SELECT l.id AS line_id, l.statement_id, l.kind, coalesce(n.code, lower(l.method)) AS method, l.currency, l.sold_from,
       l.sold_on, l.transaction_count, l.gross, o.due_on
  FROM payments_openline o
  JOIN payments_statementline l ON l.id = o.line_id AND l.transaction_count IS NOT NULL
  LEFT JOIN method_name n ON n.name = lower(l.method)
 WHERE o.provider_id = %(provider)s
"""

ASSIGN = """
CREATE TEMP TABLE in_total ON COMMIT DROP AS
WITH awaited AS (
    SELECT o.movement_id, o.kind, o.currency, o.amount, o.dated_on, coalesce(n.code, lower(m.method)) AS method,
           CASE WHEN o.currency = ANY(%(scheduled)s) THEN o.due_on ELSE o.dated_on END AS settles_on
      FROM payments_openmovement o
      JOIN payments_movement m ON m.id = o.movement_id
      LEFT JOIN method_name n ON n.name = lower(m.method)
     WHERE o.provider_id = %(provider)s
       AND NOT EXISTS (SELECT FROM payments_match x WHERE x.movement_id = o.movement_id)
       AND NOT EXISTS (SELECT FROM payments_matchsuggestion g WHERE g.movement_id = o.movement_id)),
 settled AS MATERIALIZED (
    SELECT d.currency, d.settles_on, d.dated_on, s.statement_id
      FROM (SELECT DISTINCT currency, settles_on, dated_on FROM awaited) d
      JOIN totals_settlement s
        ON s.currency = d.currency
       AND CASE WHEN s.is_of_days THEN d.dated_on BETWEEN s.first_on AND s.last_on
                ELSE d.settles_on > s.paid_before AND d.settles_on <= s.paid_on END),
 total AS (
    SELECT DISTINCT statement_id, kind, method, currency, sold_from, sold_on, NULL::bigint AS comparison_id
      FROM open_total
     UNION ALL
    SELECT statement_id, kind, method, currency, sold_from, sold_on, id
      FROM payments_totalcomparison WHERE provider_id = %(provider)s)
SELECT DISTINCT ON (a.movement_id) a.movement_id, a.amount, t.*
  FROM awaited a
  JOIN settled USING (currency, settles_on, dated_on)
  JOIN total t ON t.statement_id = settled.statement_id AND t.kind = a.kind AND t.currency = a.currency
   AND t.method IN (a.method, '') AND a.dated_on BETWEEN t.sold_from AND t.sold_on
 ORDER BY a.movement_id, t.method = '', t.sold_from, t.comparison_id NULLS LAST;
ANALYZE in_total
"""
"""A total that names no method takes what no other of its settlement names."""

COMPARE = """
INSERT INTO payments_totalcomparison
       (provider_id, statement_id, kind, method, currency, sold_from, sold_on, stated_count, stated_sum, ledger_count,
        ledger_sum, due_on, compared_at)
SELECT %(provider)s, t.statement_id, t.kind, t.method, t.currency, t.sold_from, t.sold_on, t.count, t.sum,
       coalesce(m.count, 0), coalesce(m.sum, 0), t.due_on, %(now)s
  FROM (SELECT statement_id, kind, method, currency, sold_from, max(sold_on) AS sold_on,
               sum(transaction_count) AS count, sum(gross) AS sum, max(due_on) AS due_on
          FROM open_total GROUP BY 1, 2, 3, 4, 5) t
  LEFT JOIN (SELECT statement_id, kind, method, currency, sold_from, count(*) AS count, sum(amount) AS sum
               FROM in_total GROUP BY 1, 2, 3, 4, 5) m
 USING (statement_id, kind, method, currency, sold_from);
INSERT INTO payments_comparedline (line_id, comparison_id)
SELECT t.line_id, c.id FROM open_total t
  JOIN payments_totalcomparison c USING (statement_id, kind, method, currency, sold_from);
INSERT INTO payments_comparedmovement (movement_id, comparison_id)
SELECT t.movement_id, c.id FROM in_total t
  JOIN payments_totalcomparison c USING (statement_id, kind, method, currency, sold_from);
DELETE FROM payments_openline o USING open_total t WHERE o.line_id = t.line_id;
DELETE FROM payments_openmovement o USING in_total t WHERE o.movement_id = t.movement_id
"""

NAMED_ALONE = """
c.id IN (SELECT w.comparison_id
           FROM payments_statementline l
           JOIN payments_movement m ON m.match_key = l.match_key AND m.provider_id = l.provider_id
           JOIN payments_comparedmovement w ON w.movement_id = m.id
          WHERE l.statement_id = ANY(%(statements)s)
          UNION
         SELECT w.comparison_id
           FROM payments_statementline l
           JOIN payments_movement m ON m.group_key = l.group_key AND m.provider_id = l.provider_id
           JOIN payments_comparedmovement w ON w.movement_id = m.id
          WHERE l.statement_id = ANY(%(statements)s)
          UNION
         SELECT w.comparison_id
           FROM payments_confirmation f
           JOIN payments_match x ON x.movement_id = f.movement_id
           JOIN payments_comparedmovement w ON w.movement_id = f.movement_id
          WHERE f.provider_id = %(provider)s)
"""
"""A line that names a movement is worth more than a total: what it names leaves the total first."""

PAID_NEXT = """
c.statement_id IN (SELECT n.statement_id FROM totals_settlement n WHERE n.statement_before = ANY(%(statements)s))
"""
"""A settlement that comes late takes its movements from the one that was next until then."""

JOINED = """
(c.id IN (SELECT comparison_id FROM in_total)
 OR EXISTS (SELECT FROM open_total t
             WHERE (t.statement_id, t.kind, t.method, t.currency, t.sold_from)
                 = (c.statement_id, c.kind, c.method, c.currency, c.sold_from)))
"""

DISSOLVE = """
CREATE TEMP TABLE dissolved ON COMMIT DROP AS
SELECT c.id FROM payments_totalcomparison c WHERE c.provider_id = %(provider)s AND {condition};
CREATE TEMP TABLE freed_movement (movement_id bigint) ON COMMIT DROP;
CREATE TEMP TABLE freed_line (line_id bigint) ON COMMIT DROP;
WITH freed AS (DELETE FROM payments_comparedmovement w USING dissolved d WHERE w.comparison_id = d.id
               RETURNING w.movement_id)
INSERT INTO freed_movement SELECT movement_id FROM freed;
WITH freed AS (DELETE FROM payments_comparedline w USING dissolved d WHERE w.comparison_id = d.id RETURNING w.line_id)
INSERT INTO freed_line SELECT line_id FROM freed;
DELETE FROM payments_totalcomparison c USING dissolved d WHERE c.id = d.id
"""

RELEASE = """
WITH gone AS (SELECT id FROM payments_totalcomparison WHERE statement_id = ANY(%(superseded)s)),
 lines AS (DELETE FROM payments_comparedline w USING gone g WHERE w.comparison_id = g.id),
 movements AS (DELETE FROM payments_comparedmovement w USING gone g WHERE w.comparison_id = g.id
               RETURNING w.movement_id),
 comparisons AS (DELETE FROM payments_totalcomparison c USING gone g WHERE c.id = g.id)
SELECT movement_id FROM movements
"""

UNEQUAL = """
INSERT INTO finding
SELECT 'totals/' || %(code)s || '/' || s.statement_key || '/' || c.kind || '/' || c.method || '/' || c.currency || '/'
       || c.sold_from, 'transaction', 'amount', l.booked_on, c.currency, abs(c.stated_sum - c.ledger_sum), c.ledger_sum,
       c.stated_sum, s.statement_key, l.id, NULL, NULL, NULL, NULL, NULL, c.due_on + 1
  FROM payments_totalcomparison c
  JOIN payments_statement s ON s.id = c.statement_id
  JOIN LATERAL (SELECT min(w.line_id) AS id FROM payments_comparedline w WHERE w.comparison_id = c.id) w ON true
  JOIN payments_statementline l ON l.id = w.id
 WHERE c.provider_id = %(provider)s AND NOT c.is_equal AND c.due_on < %(as_of)s
"""
"""Not before our own ledger should know all of it."""


def has_totals(cursor: Any, scope: Scope) -> bool:
    """Whether any statement of the provider gives totals."""
    cursor.execute(HAS_TOTALS, scope.parameters())
    return bool(cursor.fetchone()[0])


def make_way(cursor: Any, scope: Scope) -> None:
    """Before lines are matched: give free what new lines name, and everything when the configuration changed."""
    if has_totals(cursor, scope):
        _dissolve(cursor, scope, "true" if scope.is_reconfigured else NAMED_ALONE)


def settle(cursor: Any, scope: Scope) -> None:
    """After lines are matched: compare every total that something new belongs to with all that belongs to it."""
    if not has_totals(cursor, scope):
        return
    cursor.execute(METHODS, scope.parameters())
    cursor.execute(SETTLEMENTS, scope.parameters())
    _dissolve(cursor, scope, PAID_NEXT)
    _assign(cursor, scope)
    if _dissolve(cursor, scope, JOINED):
        cursor.execute("DROP TABLE in_total, open_total")
        _assign(cursor, scope)
    cursor.execute(COMPARE, scope.parameters())
    cursor.execute("DROP TABLE in_total, open_total, totals_settlement, method_name")


def release(cursor: Any, superseded: list[int]) -> list[int]:
    """Take apart the comparisons of superseded statements; the ids of the movements in them."""
    cursor.execute(RELEASE, {"superseded": superseded})
    return [row[0] for row in cursor.fetchall()]


def _assign(cursor: Any, scope: Scope) -> None:
    scheduled = [currency for currency in scope.provider.currencies if terms_for(scope, currency)]
    cursor.execute(TOTALS, scope.parameters())
    cursor.execute(ASSIGN, scope.parameters(scheduled=scheduled))


def _dissolve(cursor: Any, scope: Scope, condition: str) -> bool:
    """Undo comparisons that a condition names over `payments_totalcomparison c`; whether there were any."""
    cursor.execute(DISSOLVE.format(condition=condition), scope.parameters())
    is_found = bool(cursor.rowcount)
    if is_found:
        opening.open_movements(cursor, scope, "m.id IN (SELECT movement_id FROM freed_movement)", {})
        opening.open_lines(cursor, scope, "l.id IN (SELECT line_id FROM freed_line)")
    cursor.execute("DROP TABLE dissolved, freed_movement, freed_line")
    return is_found
