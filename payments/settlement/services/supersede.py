"""What a newer version of a statement does to matches: equal lines keep theirs, changed and vanished ones reopen, and
what a person confirmed is never let go without a word."""

from __future__ import annotations

from django.db import connection

from payments.methods.models import Provider
from payments.settlement.models import Statement
from payments.settlement.reconciliation import aggregates, confirmations, opening
from payments.settlement.reconciliation.scope import Scope
from payments.settlement.versions import LINE_CONTENT

PAIR_VERSIONS = f"""
CREATE TEMP TABLE same_line ON COMMIT DROP AS
WITH numbered AS (
    SELECT l.id, l.statement_id = ANY(%(superseded)s) AS is_old,
           md5(ROW(s.statement_key, {LINE_CONTENT})::text) AS content,
           row_number() OVER (PARTITION BY l.statement_id = ANY(%(superseded)s), s.statement_key, {LINE_CONTENT}
                                  ORDER BY s.part, l.line_number) AS occurrence
      FROM payments_statementline l JOIN payments_statement s ON s.id = l.statement_id
     WHERE l.statement_id = ANY(%(superseded)s) OR l.statement_id = ANY(%(current)s))
SELECT old.id AS old_id, new.id AS new_id
  FROM numbered old JOIN numbered new USING (content, occurrence)
 WHERE old.is_old AND NOT new.is_old
"""  # noqa: S608

FOLLOW = """
UPDATE payments_match x SET line_id = same.new_id FROM same_line same WHERE x.line_id = same.old_id;
UPDATE payments_break b SET line_id = same.new_id FROM same_line same WHERE b.line_id = same.old_id;
DROP TABLE same_line
"""

SET_ASIDE = """
DELETE FROM payments_match x USING payments_statementline l
 WHERE l.id = x.line_id AND x.rule = 3 AND l.statement_id = ANY(%(superseded)s)
RETURNING x.movement_id
"""
"""What people confirmed follows their word, not the last version: `confirmations.uphold` matches it again."""

RELEASE = """
DELETE FROM payments_match x USING payments_statementline l
 WHERE l.id = x.line_id AND l.statement_id = ANY(%(superseded)s)
RETURNING x.movement_id
"""

FORGET = """
INSERT INTO payments_touchedgroup (provider_id, group_key)
SELECT DISTINCT o.provider_id, o.group_key FROM payments_openline o JOIN payments_statementline l ON l.id = o.line_id
 WHERE l.statement_id = ANY(%(superseded)s) AND o.group_key IS NOT NULL;
INSERT INTO payments_touchedkey (provider_id, match_key)
SELECT DISTINCT o.provider_id, o.match_key FROM payments_openline o JOIN payments_statementline l ON l.id = o.line_id
 WHERE l.statement_id = ANY(%(superseded)s) AND o.match_key IS NOT NULL;
DELETE FROM payments_matchsuggestion g USING payments_statementline l
 WHERE l.id = g.line_id AND l.statement_id = ANY(%(superseded)s);
DELETE FROM payments_openline o USING payments_statementline l
 WHERE l.id = o.line_id AND l.statement_id = ANY(%(superseded)s)
"""

TOUCH_FREED = """
INSERT INTO payments_touchedgroup (provider_id, group_key)
SELECT provider_id, group_key FROM payments_movement WHERE id = ANY(%(movements)s) AND group_key IS NOT NULL;
INSERT INTO payments_touchedkey (provider_id, match_key)
SELECT provider_id, match_key FROM payments_movement WHERE id = ANY(%(movements)s) AND match_key IS NOT NULL
"""


STILL_FREE = """
SELECT DISTINCT f.id FROM unnest(%(movements)s::bigint[]) AS f(id)
 WHERE NOT EXISTS (SELECT FROM payments_match x WHERE x.movement_id = f.id) ORDER BY 1
"""
"""A match that a person confirmed may have been taken up again at once."""


def release(*, superseded: list[int], current: list[int]) -> list[int]:
    """Move matches from superseded statement versions to the current ones, and reopen what has no equal there.

    Returns the movements that lost their match, in order.

    Runs inside the transaction that posts, after the new lines are in and `is_current` is set. The current statements
    are worked through by the next run (`reconciled_at` is None), which finds the freed movements in the open table.
    """
    if not superseded:
        return []
    parameters = {"superseded": superseded, "current": current}
    with connection.cursor() as cursor:
        cursor.execute(PAIR_VERSIONS, parameters)
        cursor.execute(SET_ASIDE, parameters)
        freed = [row[0] for row in cursor.fetchall()]
        cursor.execute(FOLLOW)
        cursor.execute(RELEASE, parameters)
        freed += [row[0] for row in cursor.fetchall()]
        freed += aggregates.release(cursor, superseded)
        cursor.execute(FORGET, parameters)
        scope = Scope.for_provider(Provider.objects.get(pk=Statement.objects.get(pk=superseded[0]).provider_id))
        freed += confirmations.uphold(cursor, scope, current)
        if freed:
            cursor.execute(TOUCH_FREED, {"movements": freed})
            opening.open_movements(cursor, scope, "m.id = ANY(%(ids)s)", {"ids": freed})
        cursor.execute(STILL_FREE, {"movements": freed})
        return [row[0] for row in cursor.fetchall()]


def release_bank(*, superseded: list[int], current: list[int]) -> None:
    """Move deposits from superseded bank statement versions to the current ones; lines without an equal lose theirs.

    A bank line is the same when account, booking date, content and occurrence are. A deposit that loses a line is
    dropped whole: the next run pairs its payouts again.
    """
    if not superseded:
        return
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW_BANK, {"superseded": superseded, "current": current})
        cursor.execute(RELEASE_BANK, {"superseded": superseded})


FOLLOW_BANK = """
UPDATE payments_depositbankline d SET bank_line_id = same.id
  FROM (SELECT DISTINCT ON (old.id) old.id AS old_id, new.id
          FROM payments_depositbankline d
          JOIN payments_bankline old ON old.id = d.bank_line_id AND old.bank_statement_id = ANY(%(superseded)s)
          JOIN payments_bankline new USING (account_id, booked_on, fingerprint, occurrence)
          JOIN payments_bankstatement s ON s.id = new.bank_statement_id AND s.is_current
         WHERE s.id = ANY(%(current)s) OR s.is_interim
         ORDER BY old.id, s.is_interim, s.generated_at DESC NULLS LAST, s.statement_key DESC) same
 WHERE d.bank_line_id = same.old_id
"""
"""Another interim report may show a line still when the one it was taken from is gone."""

RELEASE_BANK = """
WITH broken AS (
    SELECT DISTINCT d.deposit_id FROM payments_depositbankline d
      JOIN payments_bankline b ON b.id = d.bank_line_id WHERE b.bank_statement_id = ANY(%(superseded)s)),
 payouts AS (DELETE FROM payments_depositpayout p USING broken WHERE p.deposit_id = broken.deposit_id),
 lines AS (DELETE FROM payments_depositbankline l USING broken WHERE l.deposit_id = broken.deposit_id)
DELETE FROM payments_deposit d USING broken WHERE d.id = broken.deposit_id
"""
