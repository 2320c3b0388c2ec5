"""Layer 1, keeping the residue: lines and movements without a match by key, and when their counterpart is due."""

from __future__ import annotations

import json
from typing import Any

from payments.settlement.reconciliation.scope import Scope, load_due_dates, load_line_due_dates, terms_for

OPEN_NEW_LINES = """
INSERT INTO payments_openline
       (line_id, provider_id, match_key, group_key, kind, amount, currency, dated_on, due_on)
SELECT l.id, l.provider_id, l.match_key, l.group_key, l.kind, l.gross, l.currency,
       coalesce((l.occurred_at AT TIME ZONE %(zone)s)::date, l.sold_on, l.booked_on), d.due_on
  FROM payments_statementline l
  JOIN line_due_date d ON d.booked_on = l.booked_on
 WHERE {condition} AND l.kind <= 5
   AND NOT EXISTS (SELECT FROM payments_match x WHERE x.line_id = l.id AND x.rule <> 2)
ON CONFLICT DO NOTHING
"""
"""A line that a corrected file repeats comes with its match. One by reference is provisional: it stays open."""

OPEN_NEW_MOVEMENTS = """
INSERT INTO payments_openmovement
       (movement_id, provider_id, match_key, group_key, kind, amount, currency, dated_on, due_on)
SELECT m.id, m.provider_id, m.match_key, m.group_key, m.kind, m.amount, m.currency, m.occurred_on, d.due_on
  FROM (SELECT * FROM payments_movement m
         WHERE {condition}
           AND NOT EXISTS (SELECT FROM payments_match x WHERE x.movement_id = m.id AND x.rule <> 2)
        OFFSET 0) m
  JOIN due_date d ON d.currency = m.currency
   AND d.sold_on = m.occurred_on
       + CASE WHEN (m.occurred_at AT TIME ZONE %(zone)s)::time >= (%(cut_offs)s::jsonb ->> m.currency)::time
              THEN 1 ELSE 0 END
ON CONFLICT DO NOTHING
"""
"""OFFSET 0 keeps the order of work: first what has no match, a handful of a million, then its time of day at home."""


def open_lines(cursor: Any, scope: Scope, condition: str) -> int:
    """Put the lines without a match that a condition names over `payments_statementline l` into the open table; how
    many."""
    cursor.execute(
        f"SELECT min(l.booked_on), max(l.booked_on) FROM payments_statementline l WHERE {condition}",  # noqa: S608
        scope.parameters(),
    )
    first, last = cursor.fetchone()
    if first is None:
        return 0
    load_line_due_dates(scope, first, last)
    cursor.execute(OPEN_NEW_LINES.format(condition=condition), scope.parameters())
    return int(cursor.rowcount)


def open_movements(cursor: Any, scope: Scope, condition: str, values: dict[str, Any]) -> int:
    """Put the movements a condition names into the open table, each with its due date, and return how many."""
    parameters = scope.parameters(**values)
    cursor.execute(
        f"SELECT min(first_on), max(last_on), array_agg(currency::text) FROM"  # noqa: S608
        f" (SELECT currency, min(occurred_on) AS first_on, max(occurred_on) AS last_on FROM payments_movement m"
        f" WHERE {condition} GROUP BY currency) known",
        parameters,
    )
    first, last, currencies = cursor.fetchone()
    if first is None:
        return 0
    load_due_dates(scope, first, last, currencies)
    cut_offs = json.dumps({currency: _cut_off(scope, currency) for currency in currencies})
    cursor.execute(OPEN_NEW_MOVEMENTS.format(condition=condition), {**parameters, "cut_offs": cut_offs})
    return int(cursor.rowcount)


def _cut_off(scope: Scope, currency: str) -> str:
    """The time from which a movement counts to the next day; 24:00 never comes."""
    terms = terms_for(scope, currency)
    return terms.cut_off.isoformat() if terms and terms.cut_off else "24:00"


def judge_dates_again(cursor: Any, scope: Scope) -> None:
    """After a change of schedule or grace: give every open line and movement of the provider its due date anew."""
    cursor.execute(
        "DELETE FROM payments_openmovement WHERE provider_id = %s RETURNING movement_id", [scope.provider.pk]
    )
    movement_ids = [row[0] for row in cursor.fetchall()]
    open_movements(cursor, scope, "m.id = ANY(%(ids)s)", {"ids": movement_ids})
    cursor.execute(
        "SELECT min(l.booked_on), max(l.booked_on) FROM payments_openline o"
        " JOIN payments_statementline l ON l.id = o.line_id WHERE o.provider_id = %s",
        [scope.provider.pk],
    )
    first, last = cursor.fetchone()
    if first is not None:
        load_line_due_dates(scope, first, last)
        cursor.execute(
            "UPDATE payments_openline o SET due_on = d.due_on FROM payments_statementline l, line_due_date d"
            " WHERE l.id = o.line_id AND d.booked_on = l.booked_on AND o.provider_id = %s",
            [scope.provider.pk],
        )
