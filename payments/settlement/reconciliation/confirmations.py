"""What people confirmed, held against the current version of each statement: kept, moved along, or asked again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from payments.settlement.reconciliation import opening, rematching
from payments.settlement.reconciliation.scope import Scope
from payments.settlement.reconciliation.successors import Successor, VersionLine, successors
from payments.settlement.versions import LINE_CONTENT

REFERENCES = "kind, provider_key, line_key, payment_reference, merchant_reference"
"""What a line calls its transaction."""

IS_LAST = """
NOT EXISTS (SELECT FROM payments_confirmation later WHERE later.movement_id = c.movement_id AND later.id > c.id)
"""
"""Whoever confirms another line for a movement takes the earlier word back."""

STANDING = f"""
SELECT c.id, c.line_id, c.movement_id, old.id, new.id
  FROM payments_confirmation c
  JOIN payments_statementline l ON l.id = c.line_id
  JOIN payments_statement old ON old.id = l.statement_id
  JOIN payments_statement new ON new.provider_id = old.provider_id AND new.statement_key = old.statement_key
   AND (new.part = old.part OR 0 IN (new.part, old.part))
 WHERE c.provider_id = %(provider)s AND new.id = ANY(%(current)s) AND {IS_LAST}
"""  # noqa: S608

READ_LINES = f"""
SELECT l.statement_id, l.id, l.line_number,
       md5(ROW(l.kind, l.provider_key, l.line_key, l.payment_reference, l.merchant_reference)::text),
       l.currency, l.gross, md5(ROW({LINE_CONTENT})::text)
  FROM payments_statementline l
  JOIN (SELECT DISTINCT {REFERENCES} FROM payments_statementline WHERE id = ANY(%(confirmed)s)) named
 USING ({REFERENCES})
 WHERE l.statement_id = ANY(%(statements)s)
"""  # noqa: S608
"""Of both versions, the lines that call themselves as a confirmed one does."""

CLAIM = f"""
CREATE TEMP TABLE displaced ON COMMIT DROP AS
WITH claim AS (SELECT * FROM unnest(%(lines)s::bigint[], %(movements)s::bigint[]) AS c (line_id, movement_id))
SELECT x.line_id, x.movement_id FROM payments_match x JOIN claim c ON c.line_id = x.line_id
UNION
SELECT x.line_id, x.movement_id FROM payments_match x JOIN claim c ON c.movement_id = x.movement_id;
{rematching.noted("DELETE FROM payments_match x USING displaced d WHERE x.line_id = d.line_id")}
INSERT INTO payments_match (line_id, movement_id, provider_id, rule, is_equal, matched_at, matched_by_id)
SELECT l.id, m.id, l.provider_id, 3, l.gross = m.amount AND l.currency = m.currency, c.confirmed_at, c.confirmed_by_id
  FROM unnest(%(ids)s::bigint[], %(lines)s::bigint[]) AS kept (id, line_id)
  JOIN payments_confirmation c ON c.id = kept.id
  JOIN payments_statementline l ON l.id = kept.line_id
  JOIN payments_movement m ON m.id = c.movement_id
"""  # noqa: S608
"""Whatever the machine matched while the line was not there gives way."""

TOUCH = """
INSERT INTO payments_touchedkey (provider_id, match_key)
SELECT provider_id, match_key FROM payments_statementline
 WHERE (id = ANY(%(lines)s) OR id IN (SELECT line_id FROM displaced)) AND match_key IS NOT NULL;
INSERT INTO payments_touchedgroup (provider_id, group_key)
SELECT provider_id, group_key FROM payments_statementline
 WHERE id IN (SELECT line_id FROM displaced) AND group_key IS NOT NULL
"""

ASK_AGAIN = f"""
CREATE TEMP TABLE asked ON COMMIT DROP AS
SELECT c.movement_id, c.line_id, s.provider_id, s.statement_key
  FROM payments_confirmation c
  JOIN payments_openmovement o ON o.movement_id = c.movement_id
  JOIN payments_statementline l ON l.id = c.line_id
  JOIN payments_statement s ON s.id = l.statement_id
 WHERE c.provider_id = %(provider)s AND {IS_LAST}
   AND NOT EXISTS (SELECT FROM payments_match x WHERE x.movement_id = c.movement_id);
DELETE FROM finding f USING asked a WHERE f.movement_id = a.movement_id AND f.kind = 'missing_on_statement';
INSERT INTO finding
SELECT 'missing_on_statement/' || %(code)s || '/' || m.movement_key || '@' || a.statement_key,
       'transaction', 'missing_on_statement', m.occurred_on, m.currency, abs(m.amount), m.amount, NULL,
       coalesce(nullif(m.merchant_reference, ''), m.movement_key), a.line_id, m.id, NULL, NULL, NULL, NULL,
       coalesce((s.generated_at AT TIME ZONE %(zone)s)::date, s.booked_on)
  FROM asked a
  JOIN payments_movement m ON m.id = a.movement_id
  JOIN (SELECT DISTINCT ON (provider_id, statement_key) * FROM payments_statement
         WHERE provider_id = %(provider)s AND is_current ORDER BY provider_id, statement_key, part) s
    ON s.provider_id = a.provider_id AND s.statement_key = a.statement_key;
DROP TABLE asked
"""  # noqa: S608
"""A movement whose confirmed line is gone is a break at once, whether or not it is due, and in place of the one it
would be when it is; its name has the statement in it, so that an explanation of the other does not silence it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A confirmation that nobody has taken back, and the two versions of its statement."""

    id: int
    line_id: int
    movement_id: int
    old_statement_id: int
    new_statement_id: int


def uphold(cursor: Any, scope: Scope, current: list[int]) -> list[int]:
    """Match by hand again what people confirmed of earlier versions of these statements; the movements that gave way.

    Follows from the confirmed lines and the current ones alone, never from the versions between them. The superseded
    versions hold no match by hand any more.
    """
    cursor.execute(STANDING, scope.parameters(current=current))
    standing = [Standing(*row) for row in cursor.fetchall()]
    if not standing:
        return []
    kept = _kept(standing, _lines(cursor, standing))
    parameters = scope.parameters(
        ids=[each.id for each in kept],
        lines=list(kept.values()),
        movements=[each.movement_id for each in kept],
    )
    cursor.execute(rematching.BEGIN)
    cursor.execute(CLAIM, parameters)
    rematching.tell(cursor, [])
    cursor.execute(TOUCH, parameters)
    opening.open_lines(cursor, scope, "l.id IN (SELECT line_id FROM displaced)")
    cursor.execute("SELECT movement_id FROM displaced")
    freed = [row[0] for row in cursor.fetchall()]
    cursor.execute("DROP TABLE displaced")
    return freed


def ask_again(cursor: Any, scope: Scope) -> None:
    """Put into `finding` what people confirmed and the current version of a statement does not hold any more."""
    cursor.execute(ASK_AGAIN, scope.parameters())


def _lines(cursor: Any, standing: list[Standing]) -> dict[int, list[VersionLine]]:
    """By statement, the lines that may be a confirmed one or its successor."""
    statements = {each.old_statement_id for each in standing} | {each.new_statement_id for each in standing}
    cursor.execute(READ_LINES, {"confirmed": [each.line_id for each in standing], "statements": list(statements)})
    lines: dict[int, list[VersionLine]] = defaultdict(list)
    for statement_id, line_id, number, references, currency, gross, content in cursor.fetchall():
        lines[statement_id].append(VersionLine(line_id, number, references, (currency, gross), content))
    return lines


def _kept(standing: list[Standing], lines: dict[int, list[VersionLine]]) -> dict[Standing, int]:
    """The current line of each confirmation that has one. Of two that claim one line the more alike has it, then the
    later."""
    versions = {(each.old_statement_id, each.new_statement_id) for each in standing}
    found = {(old, new): successors(lines[old], lines[new]) for old, new in versions}
    claims: list[tuple[Successor, Standing]] = [
        (successor, each)
        for each in standing
        if (successor := found[each.old_statement_id, each.new_statement_id].get(each.line_id))
    ]
    kept: dict[Standing, int] = {}
    taken: set[int] = set()
    answered: set[int] = set()
    for successor, each in sorted(claims, key=lambda claim: (claim[0].likeness, -claim[1].id)):
        # A whole file that comes again in parts may hold a successor in two of them.
        if successor.line_id not in taken and each.id not in answered:
            taken.add(successor.line_id)
            answered.add(each.id)
            kept[each] = successor.line_id
    return kept
