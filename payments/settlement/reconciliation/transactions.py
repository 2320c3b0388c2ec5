"""Layer 1: our movements against statement lines, by provider key, else by merchant reference with one candidate, and
against totals where a statement gives only these."""

from __future__ import annotations

from typing import Any

from django.db import connection

from payments.settlement.reconciliation import aggregates, groups, opening, rematching
from payments.settlement.reconciliation.scope import Scope

PAIR_NEW_LINES = """
CREATE TEMP TABLE new_pair ON COMMIT DROP AS
SELECT l.id AS line_id, m.id AS movement_id, l.gross = m.amount AND l.currency = m.currency AS is_equal, l.match_key
  FROM payments_statementline l
  LEFT JOIN payments_movement m
    ON m.match_key = l.match_key AND m.provider_id = l.provider_id AND m.kind = l.kind
   AND m.provider_key = l.provider_key
 WHERE l.statement_id = ANY(%(statements)s) AND l.provider_id = %(provider)s AND l.kind <= 5
"""
"""One hash join of the new lines with the movements; a line without one stands there by itself."""

MATCH_NEW_LINES = """
INSERT INTO payments_match (line_id, movement_id, provider_id, rule, is_equal, matched_at)
SELECT line_id, movement_id, %(provider)s, 1, is_equal, %(now)s FROM new_pair WHERE movement_id IS NOT NULL
ON CONFLICT DO NOTHING
"""

KEEP_UNMATCHED_LINES = """
ANALYZE new_pair;
CREATE TEMP TABLE unmatched_line ON COMMIT DROP AS
SELECT p.line_id, p.movement_id, p.match_key FROM new_pair p
 WHERE NOT EXISTS (SELECT FROM payments_match x WHERE x.line_id = p.line_id AND x.movement_id = p.movement_id);
ANALYZE unmatched_line
"""
"""All that is left to look at of the new lines, found by one anti-join; on a clean day not even that is needed."""

NOTE_SHARED_KEYS = """
INSERT INTO contested_key SELECT match_key FROM unmatched_line WHERE movement_id IS NOT NULL
"""
"""A pair that could not be claimed shows a key with more than one line or movement: `groups` settles it whole."""

KEEP_UNMATCHED_MOVEMENTS = """
CREATE TEMP TABLE unmatched_movement ON COMMIT DROP AS
SELECT m.id AS movement_id FROM payments_movement m
 WHERE m.batch_id = ANY(%(batches)s)
   AND NOT EXISTS (SELECT FROM payments_match x WHERE x.movement_id = m.id AND x.rule <> 2);
ANALYZE unmatched_movement
"""

CLOSE_MATCHED_MOVEMENTS = """
WITH closed AS (
    DELETE FROM payments_openmovement o USING payments_match x
     WHERE x.movement_id = o.movement_id AND x.rule <> 2 AND o.provider_id = %(provider)s
    RETURNING o.group_key)
INSERT INTO payments_touchedgroup (provider_id, group_key)
SELECT DISTINCT %(provider)s, c.group_key FROM closed c JOIN payments_openline USING (group_key)
"""

CLOSE_MATCHED_LINES = """
WITH closed AS (
    DELETE FROM payments_openline o USING payments_match x
     WHERE x.line_id = o.line_id AND x.rule <> 2 AND o.provider_id = %(provider)s
    RETURNING o.line_id, o.group_key),
 answered AS (DELETE FROM payments_matchsuggestion g USING closed c WHERE g.line_id = c.line_id)
INSERT INTO payments_touchedgroup (provider_id, group_key)
SELECT DISTINCT %(provider)s, c.group_key FROM closed c JOIN payments_openmovement USING (group_key)
"""

TOUCH_OPENED = """
INSERT INTO payments_touchedgroup (provider_id, group_key)
SELECT %(provider)s, ol.group_key
  FROM payments_openline ol JOIN payments_statementline l ON l.id = ol.line_id
 WHERE ol.provider_id = %(provider)s AND l.statement_id = ANY(%(statements)s) AND ol.group_key IS NOT NULL
UNION
SELECT %(provider)s, ol.group_key
  FROM payments_openline ol JOIN payments_openmovement om USING (group_key)
  JOIN payments_movement m ON m.id = om.movement_id
 WHERE ol.provider_id = %(provider)s AND m.batch_id = ANY(%(batches)s)
"""
"""Groups with a new member on one side and something open on the other."""

TOUCH_EVERYTHING = """
UPDATE payments_openline o SET dated_on = (l.occurred_at AT TIME ZONE %(zone)s)::date
  FROM payments_statementline l
 WHERE l.id = o.line_id AND o.provider_id = %(provider)s
   AND o.dated_on <> (l.occurred_at AT TIME ZONE %(zone)s)::date;
INSERT INTO payments_touchedgroup (provider_id, group_key)
SELECT DISTINCT %(provider)s, ol.group_key
  FROM payments_openline ol JOIN payments_openmovement om USING (group_key)
 WHERE ol.provider_id = %(provider)s AND om.provider_id = %(provider)s
"""
"""Another window or zone: what was too far apart may be a candidate now, and the other way round."""

MATCH_OPEN_BY_KEY = f"""
CREATE TEMP TABLE key_pair ON COMMIT DROP AS
SELECT ol.line_id, l.statement_id, om.movement_id, ol.match_key,
       l.gross = m.amount AND l.currency = m.currency AS is_equal
  FROM payments_openline ol
  JOIN payments_openmovement om
    ON om.match_key = ol.match_key AND om.provider_id = ol.provider_id AND om.kind = ol.kind
  JOIN payments_statementline l ON l.id = ol.line_id
  JOIN payments_movement m ON m.id = om.movement_id AND m.provider_key = l.provider_key
 WHERE ol.provider_id = %(provider)s;
{
    rematching.noted('''
DELETE FROM payments_match x USING key_pair p
 WHERE x.rule = 2 AND (x.line_id = p.line_id OR x.movement_id = p.movement_id)''')
}
INSERT INTO payments_match (line_id, movement_id, provider_id, rule, is_equal, matched_at)
SELECT line_id, movement_id, %(provider)s, 1, is_equal, %(now)s FROM key_pair ORDER BY line_id, movement_id
ON CONFLICT DO NOTHING;
INSERT INTO rematched SELECT DISTINCT statement_id FROM key_pair;
ANALYZE key_pair;
INSERT INTO contested_key
SELECT match_key FROM key_pair GROUP BY match_key HAVING count(*) > 1
UNION
SELECT p.match_key FROM key_pair p JOIN payments_statementline l ON l.match_key = p.match_key AND l.id <> p.line_id;
DROP TABLE key_pair
"""  # noqa: S608
"""A key with more lines than the one matched here is contested: one that repeated another may have become its equal."""


TELL_PLANNER_FROM = 5_000
"""Rows added in one run from which the planner is told: autovacuum cannot see them before they are committed."""


def run(scope: Scope) -> None:
    """Match what is new, keep the residue in the open tables, and settle every group that the new facts touch."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE contested_key (match_key bigint) ON COMMIT DROP")
        cursor.execute(rematching.BEGIN)
        aggregates.make_way(cursor, scope)
        opened = _match_new_lines(cursor, scope) + _open_new_movements(cursor, scope)
        if opened > TELL_PLANNER_FROM:
            cursor.execute("ANALYZE payments_openline, payments_openmovement")
        cursor.execute(TOUCH_OPENED, scope.parameters())
        cursor.execute(MATCH_OPEN_BY_KEY, scope.parameters())
        cursor.execute(CLOSE_MATCHED_MOVEMENTS, scope.parameters())
        cursor.execute(CLOSE_MATCHED_LINES, scope.parameters())
        if scope.is_reconfigured:
            cursor.execute(TOUCH_EVERYTHING, scope.parameters())
        groups.settle_shared_keys(cursor, scope)
        groups.settle_references(cursor, scope)
        aggregates.settle(cursor, scope)
        rematching.tell(cursor, scope.statement_ids)


def _match_new_lines(cursor: Any, scope: Scope) -> int:
    """Match new lines by key and put the others into the open table; how many were put there."""
    if not scope.statement_ids:
        return 0
    opened = 0
    cursor.execute(PAIR_NEW_LINES, scope.parameters())
    paired = cursor.rowcount
    cursor.execute(MATCH_NEW_LINES, scope.parameters())
    matched = int(cursor.rowcount)
    if matched > TELL_PLANNER_FROM:
        # Until now the planner believes the table as small as it was before: it would scan it once per open line.
        cursor.execute("ANALYZE payments_match")
    if matched != paired:
        cursor.execute(KEEP_UNMATCHED_LINES)
        cursor.execute(NOTE_SHARED_KEYS)
        opened = opening.open_lines(cursor, scope, "l.id IN (SELECT line_id FROM unmatched_line)")
        cursor.execute("DROP TABLE unmatched_line")
    cursor.execute("DROP TABLE new_pair")
    return opened


def _open_new_movements(cursor: Any, scope: Scope) -> int:
    """Put new movements without a match by key into the open table; how many."""
    if not scope.batch_ids:
        return 0
    cursor.execute(KEEP_UNMATCHED_MOVEMENTS, scope.parameters())
    opened = opening.open_movements(cursor, scope, "m.id IN (SELECT movement_id FROM unmatched_movement)", {})
    cursor.execute("DROP TABLE unmatched_movement")
    return opened
