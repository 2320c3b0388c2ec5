"""Turns findings into breaks: opens, changes, reopens and closes them, with an event for each; nothing is silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from payments.money import EXPONENTS

URGENT_MAJOR_UNITS = {"KRW": 1_000_000, "JPY": 100_000}
"""From this amount a break is due the next day; other currencies take `URGENT_DEFAULT`."""
URGENT_DEFAULT = 1_000

CREATE_THRESHOLDS = "CREATE TEMP TABLE IF NOT EXISTS urgency (currency text PRIMARY KEY, urgent bigint) ON COMMIT DROP"

DUE_AT = """
(coalesce(f.since_on, f.booked_on) + 1)::timestamp AT TIME ZONE %(zone)s
+ CASE WHEN f.amount_at_risk >= u.urgent THEN interval '24 hours'
               WHEN f.amount_at_risk * 10 >= u.urgent THEN interval '72 hours'
               ELSE interval '120 hours' END
"""
"""From the end of the day on which it became a difference, whenever we came to see it: a late discovery is overdue."""

OPEN_NEW = f"""
WITH opened AS (
    INSERT INTO payments_break
           (provider_id, account_id, layer, kind, natural_key, booked_on, currency, amount_at_risk, expected, found,
            reference, line_id, movement_id, payout_id, bank_line_id, opened_on, due_at, state, reason)
    SELECT coalesce(f.provider_id, %(provider)s), f.account_id, f.layer, f.kind, f.natural_key, f.booked_on, f.currency,
           f.amount_at_risk, f.expected, f.found, left(f.reference, 160), f.line_id, f.movement_id, f.payout_id,
           f.bank_line_id, %(as_of)s, {DUE_AT}, 'open', ''
      FROM finding f JOIN urgency u USING (currency)
        ON CONFLICT (natural_key) DO NOTHING
    RETURNING id, amount_at_risk, currency)
INSERT INTO payments_breakevent (on_break_id, verb, happened_at, comment, detail)
SELECT id, 'opened', %(now)s, '', jsonb_build_object('amount_at_risk', amount_at_risk, 'currency', currency) FROM opened
"""  # noqa: S608

CHANGE_FOUND = """
WITH changed AS (
    UPDATE payments_break b
       SET booked_on = f.booked_on, currency = f.currency, amount_at_risk = f.amount_at_risk, expected = f.expected,
           found = f.found, line_id = f.line_id, movement_id = f.movement_id, payout_id = f.payout_id,
           bank_line_id = f.bank_line_id,
           state = CASE WHEN b.state = 'resolved' THEN 'open' ELSE b.state END,
           reason = '', resolved_at = NULL
      FROM finding f, payments_break old
     WHERE b.natural_key = f.natural_key AND old.id = b.id
       AND (b.state = 'resolved' AND b.reason = 'timing'
            OR (b.amount_at_risk, b.currency, b.expected, b.found)
               IS DISTINCT FROM (f.amount_at_risk, f.currency, f.expected, f.found))
    RETURNING b.id, old.state AS old_state, old.amount_at_risk AS old_risk, b.amount_at_risk)
INSERT INTO payments_breakevent (on_break_id, verb, happened_at, comment, detail)
SELECT id, CASE WHEN old_state = 'resolved' THEN 'reopened' ELSE 'changed' END, %(now)s, '',
       jsonb_build_object('before', old_risk, 'after', amount_at_risk)
  FROM changed
"""
"""A break closed by the machine comes back with its finding; one resolved by a person only when the figures differ."""

FOLLOW_ROWS = """
UPDATE payments_break b
   SET line_id = f.line_id, movement_id = f.movement_id, payout_id = f.payout_id, bank_line_id = f.bank_line_id,
       account_id = f.account_id, booked_on = f.booked_on
  FROM finding f
 WHERE b.natural_key = f.natural_key
   AND (b.line_id, b.movement_id, b.payout_id, b.bank_line_id, b.account_id, b.booked_on)
       IS DISTINCT FROM (f.line_id, f.movement_id, f.payout_id, f.bank_line_id, f.account_id, f.booked_on)
"""

CLOSE_GONE = """
WITH closed AS (
    UPDATE payments_break b SET state = 'resolved', reason = 'timing', resolved_at = %(now)s
     WHERE b.state <> 'resolved' AND {scope}
       AND NOT EXISTS (SELECT FROM finding f WHERE f.natural_key = b.natural_key)
    RETURNING id)
INSERT INTO payments_breakevent (on_break_id, verb, happened_at, comment, detail)
SELECT id, 'closed', %(now)s, '', '{{}}' FROM closed
"""


LOCK_IN_ORDER = """
SELECT b.id FROM payments_break b
  JOIN (SELECT b.id FROM finding f JOIN payments_break b USING (natural_key)
         UNION
        SELECT b.id FROM payments_break b WHERE b.state <> 'resolved' AND {scope}) touched USING (id)
 ORDER BY b.id FOR UPDATE OF b
"""
"""People who act on many breaks at once lock them in this order too, so nobody waits in a circle."""

TELL_APART = """
WITH numbered AS (
    SELECT ctid, row_number() OVER (PARTITION BY natural_key
                                        ORDER BY booked_on, currency, amount_at_risk, expected, found, reference,
                                                 line_id) AS nth
      FROM finding)
UPDATE finding f SET natural_key = f.natural_key || '#' || n.nth FROM numbered n WHERE n.ctid = f.ctid AND n.nth > 1
"""
"""Two findings of one name (equal lines without a key of their own) are two breaks."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Which breaks this run has judged: those among them without a finding are closed."""

    provider_id: int | None
    """Of the findings that name none."""
    as_of: date
    now: datetime
    zone: str
    """IANA zone in which a business day ends."""
    condition: str
    """SQL over `payments_break b`, with the named parameters of `values`."""
    values: dict[str, Any]


def store(cursor: Any, judged: Judged) -> None:
    """Bring the breaks of a run in line with the temporary table `finding`."""
    _load_urgency(cursor)
    parameters = {
        "provider": judged.provider_id,
        "as_of": judged.as_of,
        "now": judged.now,
        "zone": judged.zone,
        **judged.values,
    }
    cursor.execute(TELL_APART)
    cursor.execute(LOCK_IN_ORDER.format(scope=judged.condition), parameters)
    cursor.execute(OPEN_NEW, parameters)
    cursor.execute(CHANGE_FOUND, parameters)
    cursor.execute(FOLLOW_ROWS, parameters)
    cursor.execute(CLOSE_GONE.format(scope=judged.condition), parameters)


def _load_urgency(cursor: Any) -> None:
    cursor.execute(CREATE_THRESHOLDS)
    rows = [
        (currency, URGENT_MAJOR_UNITS.get(currency, URGENT_DEFAULT) * 10**exponent)
        for currency, exponent in EXPONENTS.items()
    ]
    cursor.executemany("INSERT INTO urgency VALUES (%s, %s) ON CONFLICT DO NOTHING", rows)
