"""Layer 1, the residue: keys that several lines share, and references that may have more than one candidate.

Both are settled as whole groups from all that is known of them, so that the order of arrival cannot matter.
"""

from __future__ import annotations

from typing import Any

from payments.settlement.reconciliation import opening, rematching
from payments.settlement.reconciliation.scope import Scope

NOTE_TOUCHED_KEYS = """
WITH touched AS (DELETE FROM payments_touchedkey WHERE provider_id = %(provider)s RETURNING match_key)
INSERT INTO contested_key SELECT match_key FROM touched;
INSERT INTO contested_key
SELECT ol.match_key
  FROM payments_statementline l JOIN payments_openline ol ON ol.match_key = l.match_key
 WHERE l.statement_id = ANY(%(statements)s) AND ol.provider_id = %(provider)s;
INSERT INTO contested_key
SELECT ol.match_key
  FROM payments_movement m JOIN payments_openline ol ON ol.match_key = m.match_key
 WHERE m.batch_id = ANY(%(batches)s) AND ol.provider_id = %(provider)s;
INSERT INTO contested_key
SELECT om.match_key
  FROM payments_openmovement om
  JOIN payments_movement m ON m.id = om.movement_id
  JOIN payments_statementline l ON l.match_key = om.match_key
 WHERE om.provider_id = %(provider)s AND m.batch_id = ANY(%(batches)s);
ANALYZE contested_key
"""
"""Of what a corrected file or a person moved; of open lines that something new calls the same; of new open movements.
A key that nothing new names keeps the ranks it has, however many lines of it are open."""

RANK_SHARED_KEYS = """
CREATE TEMP TABLE shared_key ON COMMIT DROP AS
WITH contested AS (SELECT DISTINCT match_key FROM contested_key),
 line AS (
    SELECT l.id, l.kind, l.provider_key, l.gross AS amount, l.currency, l.booked_on, s.statement_key, l.line_number,
           row_number() OVER (PARTITION BY l.kind, l.provider_key, l.gross, l.currency
                                  ORDER BY l.booked_on, s.statement_key, l.line_number) AS nth
      FROM contested,
           LATERAL (SELECT * FROM payments_statementline p WHERE p.match_key = contested.match_key OFFSET 0) l
      JOIN payments_statement s ON s.id = l.statement_id AND s.is_current
     WHERE l.provider_id = %(provider)s AND l.kind <= 5
       AND NOT EXISTS (SELECT FROM payments_match x WHERE x.line_id = l.id AND x.rule = 3)),
 movement AS (
    SELECT m.id, m.kind, m.provider_key, m.amount, m.currency, m.movement_key,
           row_number() OVER (PARTITION BY m.kind, m.provider_key, m.amount, m.currency ORDER BY m.movement_key) AS nth
      FROM contested,
           LATERAL (SELECT * FROM payments_movement p WHERE p.match_key = contested.match_key OFFSET 0) m
     WHERE m.provider_id = %(provider)s
       AND NOT EXISTS (SELECT FROM payments_match x WHERE x.movement_id = m.id AND x.rule = 3)),
 equal AS (
    SELECT line.id AS line_id, movement.id AS movement_id, kind, provider_key
      FROM line JOIN movement USING (kind, provider_key, amount, currency, nth)),
 other_line AS (
    SELECT id, kind, provider_key,
           row_number() OVER (PARTITION BY kind, provider_key ORDER BY booked_on, statement_key, line_number) AS rank
      FROM line WHERE NOT EXISTS (SELECT FROM equal WHERE equal.line_id = line.id)),
 other_movement AS (
    SELECT id, kind, provider_key, row_number() OVER (PARTITION BY kind, provider_key ORDER BY movement_key) AS rank
      FROM movement WHERE NOT EXISTS (SELECT FROM equal WHERE equal.movement_id = movement.id))
SELECT line_id, movement_id, false AS is_repeated FROM equal
 UNION ALL
SELECT l.id, m.id,
       m.id IS NULL AND (l.rank > 1 OR EXISTS (SELECT FROM equal e
                                                WHERE e.kind = l.kind AND e.provider_key = l.provider_key))
  FROM other_line l LEFT JOIN other_movement m USING (kind, provider_key, rank);
ANALYZE shared_key
"""
"""The n-th line of a key and amount belongs to its n-th movement, in the order of the statements and of our own ledger;
what is left of the key is paired in the same order, as amount breaks; a line still left repeats another.

OFFSET 0 holds the planner to one look into the index per contested key. They are few, the lines are not, and a plan
that goes through the lines of each statement for every key is only right where the statistics are.
"""

REMATCH_SHARED_KEYS = f"""
CREATE TEMP TABLE displaced ON COMMIT DROP AS
SELECT x.line_id, x.movement_id FROM payments_match x JOIN shared_key k ON k.line_id = x.line_id
 WHERE x.rule <> 3 AND x.movement_id IS DISTINCT FROM k.movement_id AND (x.rule = 1 OR k.movement_id IS NOT NULL);
{rematching.noted("DELETE FROM payments_match x USING displaced d WHERE x.line_id = d.line_id")}{
    rematching.noted('''
DELETE FROM payments_match x USING shared_key k WHERE x.rule = 2 AND x.movement_id = k.movement_id''')
}{
    rematching.noted('''
INSERT INTO payments_match AS x (line_id, movement_id, provider_id, rule, is_equal, matched_at)
SELECT l.id, m.id, %(provider)s, 1, l.gross = m.amount AND l.currency = m.currency, %(now)s
  FROM shared_key k JOIN payments_statementline l ON l.id = k.line_id JOIN payments_movement m ON m.id = k.movement_id
 WHERE NOT EXISTS (SELECT FROM payments_match held WHERE held.line_id = k.line_id)''')
}
DELETE FROM payments_openline o USING payments_match x
 WHERE x.line_id = o.line_id AND x.rule = 1 AND o.provider_id = %(provider)s;
DELETE FROM payments_openmovement o USING payments_match x
 WHERE x.movement_id = o.movement_id AND x.rule = 1 AND o.provider_id = %(provider)s
"""  # noqa: S608

NOTE_REPEATED = """
UPDATE payments_openline o SET is_repeated = k.is_repeated
  FROM shared_key k WHERE k.line_id = o.line_id AND o.is_repeated <> k.is_repeated
"""

TOUCH_RANKED = """
INSERT INTO payments_touchedgroup (provider_id, group_key)
SELECT %(provider)s, om.group_key FROM displaced d JOIN payments_openmovement om USING (movement_id)
 WHERE om.group_key IS NOT NULL
UNION
SELECT %(provider)s, ol.group_key
  FROM shared_key k
  JOIN payments_openline ol ON ol.line_id = k.line_id
  JOIN payments_openmovement om ON om.group_key = ol.group_key AND om.match_key IS NULL
   AND om.provider_id = ol.provider_id
 WHERE k.is_repeated = (EXISTS (SELECT FROM payments_match x WHERE x.line_id = k.line_id)
                        OR EXISTS (SELECT FROM payments_matchsuggestion g WHERE g.line_id = k.line_id))
"""
"""Ranking a key concerns references too: a movement pushed out of it is sought again, and a line that repeats another
has no candidates, while one that repeats none any more has."""

PAIR_REFERENCES = """
CREATE TEMP TABLE candidate ON COMMIT DROP AS
SELECT ol.line_id, l.statement_id, om.movement_id,
       count(*) OVER (PARTITION BY ol.line_id) = 1 AND count(*) OVER (PARTITION BY om.movement_id) = 1
       AND NOT EXISTS (SELECT FROM payments_confirmation c WHERE c.movement_id = om.movement_id) AS is_certain
  FROM (SELECT DISTINCT group_key FROM payments_touchedgroup WHERE provider_id = %(provider)s) touched
  JOIN payments_openline ol USING (group_key)
  JOIN payments_openmovement om USING (group_key)
  JOIN payments_statementline l ON l.id = ol.line_id
  JOIN payments_movement m ON m.id = om.movement_id
 WHERE ol.provider_id = %(provider)s AND om.provider_id = %(provider)s
   AND om.kind = ol.kind AND m.merchant_reference = l.merchant_reference
   AND om.amount = ol.amount
   AND om.currency = ol.currency
   AND ol.dated_on BETWEEN om.dated_on AND om.dated_on + %(window)s
   AND (ol.match_key IS NULL OR om.match_key IS NULL)
   AND NOT ol.is_repeated;
ANALYZE candidate
"""
"""Two different provider keys are two different transactions, however alike the rest is: no candidates. And a movement
that a person has paired before is only suggested: the machine does not put its guess in the place of their word."""

KEEP_REFERENCES = f"""
CREATE TEMP TABLE touched_line ON COMMIT DROP AS
SELECT ol.line_id FROM payments_openline ol
 WHERE ol.provider_id = %(provider)s
   AND ol.group_key IN (SELECT group_key FROM payments_touchedgroup WHERE provider_id = %(provider)s);
{
    rematching.noted('''
DELETE FROM payments_match x USING touched_line t
 WHERE x.line_id = t.line_id AND x.rule = 2
   AND NOT EXISTS (SELECT FROM candidate c WHERE c.line_id = x.line_id AND c.movement_id = x.movement_id
                      AND c.is_certain)''')
}
INSERT INTO rematched SELECT DISTINCT statement_id FROM candidate WHERE is_certain;
INSERT INTO payments_match (line_id, movement_id, provider_id, rule, is_equal, matched_at)
SELECT line_id, movement_id, %(provider)s, 2, true, %(now)s
  FROM candidate c WHERE is_certain
   AND NOT EXISTS (SELECT FROM payments_match x WHERE x.line_id = c.line_id);
DELETE FROM payments_matchsuggestion g USING touched_line t WHERE g.line_id = t.line_id;
INSERT INTO payments_matchsuggestion (line_id, movement_id, provider_id)
SELECT line_id, movement_id, %(provider)s FROM candidate WHERE NOT is_certain;
DELETE FROM payments_touchedgroup WHERE provider_id = %(provider)s;
DROP TABLE touched_line
"""  # noqa: S608


def settle_shared_keys(cursor: Any, scope: Scope) -> None:
    """Give each contested key its right lines, and note of the open ones whether they repeat another."""
    cursor.execute(NOTE_TOUCHED_KEYS, scope.parameters())
    cursor.execute(RANK_SHARED_KEYS, scope.parameters())
    cursor.execute(REMATCH_SHARED_KEYS, scope.parameters())
    opening.open_lines(cursor, scope, "l.id IN (SELECT line_id FROM displaced)")
    opening.open_movements(
        cursor, scope, "m.id IN (SELECT movement_id FROM displaced) AND m.provider_id = %(provider)s", {}
    )
    cursor.execute(NOTE_REPEATED)
    cursor.execute(TOUCH_RANKED, scope.parameters())
    cursor.execute("DROP TABLE displaced")


def settle_references(cursor: Any, scope: Scope) -> None:
    """Match touched groups by reference where one candidate stands on each side; suggest the rest to a person."""
    cursor.execute(PAIR_REFERENCES, scope.parameters())
    cursor.execute(KEEP_REFERENCES, scope.parameters())
