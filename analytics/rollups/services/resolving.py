"""Finds the buckets that marked changes belong to, now and before, and keeps what is known of buyers in step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from analytics.metrics.facts.buyers import HORIZONS
from analytics.metrics.facts.pieces import hour_of
from payments.ledger.services.tables import array

AT_ONCE: Final = 100_000
LOCK: Final = "jeongsan.rollups.resolve"

_TAKE: Final = """
DELETE FROM analytics_mark WHERE id IN (SELECT id FROM analytics_mark ORDER BY id LIMIT %s) RETURNING kind, subject_id
"""
# The rows are named three times over: to the planner a table without them could be read whole as well.
_CHANGED: Final = f"""
CREATE TEMP TABLE changed ON COMMIT DROP AS
SELECT q.id AS payment_id, q.checkout_id, q.customer_id,
       CASE WHEN q.captured > 0 AND q.customer_id IS NOT NULL THEN q.created_at END AS bought_at,
       coalesce(a.hours, '{{}}') AS hours, coalesce(d.hours, '{{}}') AS hours_before,
       d.customer_id AS customer_before, d.bought_at AS bought_before
  FROM payments_payment q
  LEFT JOIN (SELECT payment_id, array_agg(DISTINCT {hour_of("requested_at")}) AS hours FROM payments_attempt
              WHERE payment_id = ANY(%(payments)s::bigint[]) GROUP BY payment_id) AS a ON a.payment_id = q.id
  LEFT JOIN analytics_countedpayment d ON d.payment_id = q.id AND d.payment_id = ANY(%(payments)s::bigint[])
 WHERE q.id = ANY(%(payments)s::bigint[])
"""  # noqa: S608
_COUNTED: Final = """
INSERT INTO analytics_countedpayment AS held (payment_id, hours, customer_id, bought_at, previous_at)
SELECT c.payment_id, c.hours, c.customer_id, c.bought_at, m.previous_at
  FROM changed c
  LEFT JOIN moved m ON m.payment_id = c.payment_id AND m.customer_id = c.customer_id AND m.bought_at = c.bought_at
ON CONFLICT (payment_id) DO UPDATE SET hours = excluded.hours, customer_id = excluded.customer_id,
   bought_at = excluded.bought_at,
   previous_at = CASE WHEN held.bought_at = excluded.bought_at AND held.customer_id = excluded.customer_id
                      THEN held.previous_at ELSE excluded.previous_at END
 WHERE (held.hours, held.customer_id, held.bought_at)
       IS DISTINCT FROM (excluded.hours, excluded.customer_id, excluded.bought_at)
"""
_LAST_BEFORE: Final = """(SELECT e.created_at FROM payments_payment e
          WHERE e.customer_id = {of}.customer_id AND e.captured > 0 AND e.created_at < {of}.{at}
          ORDER BY e.created_at DESC LIMIT 1)"""
# A purchase that comes, goes or moves changes the interval of those that began at its old and at its new instant, and
# of the first behind each. What changed once more since it was read is behind none; its next mark is on its way.
_MOVED: Final = f"""
CREATE TEMP TABLE moved ON COMMIT DROP AS
WITH fresh AS (
  SELECT * FROM changed WHERE (bought_at, customer_id) IS DISTINCT FROM (bought_before, customer_before)
), places (customer_id, place_at) AS (
  SELECT customer_id, bought_at FROM fresh WHERE bought_at IS NOT NULL
  UNION SELECT customer_before, bought_before FROM fresh WHERE bought_before IS NOT NULL
), behind AS (
  SELECT n.id AS payment_id, customer_id, n.created_at AS bought_at, place_at,
         lag(n.created_at) OVER (PARTITION BY customer_id, place_at ORDER BY n.created_at, n.id) AS between_at
    FROM places p CROSS JOIN LATERAL (
    SELECT id, created_at FROM (SELECT id, created_at FROM payments_payment
      WHERE customer_id = p.customer_id AND captured > 0 AND created_at >= p.place_at
      ORDER BY created_at FETCH FIRST ROW WITH TIES) AS first WHERE created_at = p.place_at
    UNION ALL
    (SELECT id, created_at FROM payments_payment
      WHERE customer_id = p.customer_id AND captured > 0 AND created_at > p.place_at
      ORDER BY created_at FETCH FIRST ROW WITH TIES)) AS n
), touched AS (
  SELECT DISTINCT payment_id, customer_id, bought_at,
         coalesce(between_at, {_LAST_BEFORE.format(of="b", at="place_at")}) AS previous_at
    FROM behind b
)
SELECT payment_id, customer_id, bought_at, previous_at FROM touched
UNION ALL
SELECT payment_id, customer_id, bought_at, {_LAST_BEFORE.format(of="f", at="bought_at")} FROM fresh f
 WHERE bought_at IS NOT NULL AND NOT EXISTS (SELECT FROM touched t WHERE t.payment_id = f.payment_id)
"""  # noqa: S608
_INTERVALS: Final = """
UPDATE analytics_countedpayment d SET previous_at = m.previous_at FROM moved m
 WHERE d.payment_id = m.payment_id AND d.bought_at = m.bought_at AND d.previous_at IS DISTINCT FROM m.previous_at
"""
# What happens behind the second purchase of a customer, which is most, changes nothing that is known of them.
_BUYERS: Final = f"""
CREATE TEMP TABLE buyer ON COMMIT DROP AS
SELECT c.customer_id, f.id AS first_payment_id, f.created_at AS first_at, g.created_at AS again_at,
       b.first_at AS first_before, (b.first_payment_id, b.first_at, b.again_at)
         IS DISTINCT FROM (f.id, f.created_at, g.created_at) AS differs,
       (b.first_payment_id, b.first_at) IS DISTINCT FROM (f.id, f.created_at)
         OR b.again_at IS DISTINCT FROM g.created_at
            AND least(b.again_at, g.created_at) - f.created_at <= interval '{max(HORIZONS)} days' AS is_counted_anew
  FROM (SELECT customer_id, min(at) AS at
          FROM (SELECT customer_id, bought_at AS at FROM changed WHERE bought_at IS NOT NULL
                UNION ALL SELECT customer_before, bought_before FROM changed WHERE bought_before IS NOT NULL) AS each
         GROUP BY customer_id) AS c
  LEFT JOIN analytics_buyer b ON b.customer_id = c.customer_id
  LEFT JOIN LATERAL (
    SELECT id, created_at FROM payments_payment WHERE customer_id = c.customer_id AND captured > 0
     ORDER BY created_at, id LIMIT 1) AS f ON true
  LEFT JOIN LATERAL (
    SELECT created_at FROM payments_payment
     WHERE customer_id = c.customer_id AND captured > 0 AND refunded < captured AND created_at >= f.created_at
       AND (created_at, id) > (f.created_at, f.id)
     ORDER BY created_at, id LIMIT 1) AS g ON true
 WHERE b.again_at IS NULL OR c.at <= b.again_at
"""  # noqa: S608
_KEEP_BUYERS: Final = """
INSERT INTO analytics_buyer (customer_id, first_payment_id, first_at, again_at)
SELECT customer_id, first_payment_id, first_at, again_at FROM buyer WHERE differs AND first_at IS NOT NULL
ON CONFLICT (customer_id) DO UPDATE SET first_payment_id = excluded.first_payment_id, first_at = excluded.first_at,
   again_at = excluded.again_at
"""
_NO_BUYERS: Final = """
DELETE FROM analytics_buyer b USING buyer n WHERE b.customer_id = n.customer_id AND n.first_at IS NULL
"""
# When a customer's first purchase comes to be or moves, what lies behind it was bought by a returning customer, or not.
_TURNED: Final = """
CREATE TEMP TABLE turned ON COMMIT DROP AS
SELECT customer_id, least(first_at, first_before) AS since,
       CASE WHEN first_at IS NULL OR first_before IS NULL THEN 'infinity'
            ELSE greatest(first_at, first_before) END AS until
  FROM buyer WHERE first_at IS DISTINCT FROM first_before
"""
# The calendar is asked once for the instants of a quarter of an hour, which are of one day in every zone.
_DIRTY: Final = f"""
WITH theirs AS (
  SELECT k.id, k.started_at FROM turned t
    JOIN payments_checkout k ON k.customer_id = t.customer_id AND k.started_at BETWEEN t.since AND t.until
), hours (facts, hour) AS (
  SELECT 'tries', each.hour FROM changed c, unnest(c.hours || c.hours_before) AS each (hour)
  UNION SELECT 'tries', each.hour FROM theirs k
          JOIN payments_payment q ON q.checkout_id = k.id JOIN analytics_countedpayment d ON d.payment_id = q.id,
               unnest(d.hours) AS each (hour)
  UNION SELECT 'checkouts', {hour_of("started_at")} FROM theirs
  UNION SELECT 'checkouts', {hour_of("started_at")} FROM payments_checkout
         WHERE id = ANY(ARRAY(SELECT checkout_id FROM changed) || %(checkouts)s::bigint[])
), days (facts, day) AS (
  SELECT 'buyers', unnest(ARRAY[first_at, first_before]) FROM buyer WHERE is_counted_anew
  UNION ALL SELECT 'buyers', b.first_at FROM changed c JOIN buyer b ON b.first_payment_id = c.payment_id
  UNION ALL SELECT 'intervals', bought_at FROM moved
  UNION ALL SELECT 'intervals', unnest(ARRAY[bought_at, bought_before]) FROM changed
             WHERE (bought_at, customer_id) IS DISTINCT FROM (bought_before, customer_before)
  UNION ALL SELECT 'people', unnest(ARRAY[hour, date_trunc('week', hour, %(zone)s)])
              FROM (SELECT DISTINCT unnest(hours || hours_before) AS hour FROM changed) AS each
  UNION ALL SELECT 'lines', t.booked_on::timestamp AT TIME ZONE %(zone)s FROM payments_linetotal t
             WHERE t.statement_id = ANY(%(statements)s::bigint[])
                OR t.payout_key <> '' AND t.payout_key IN (SELECT payout_key FROM payments_statementpayout
                                                            WHERE statement_id = ANY(%(statements)s::bigint[]))
)
INSERT INTO analytics_dirtybucket (facts, starts_at)
SELECT facts, date_trunc('day', hour, %(zone)s) FROM hours
UNION SELECT facts, date_trunc('day', quarter, %(zone)s)
        FROM (SELECT DISTINCT facts, date_bin('15 minutes', day, '2000-01-01 00:00+00') AS quarter FROM days
               WHERE day IS NOT NULL) AS few
ON CONFLICT (facts, starts_at) DO NOTHING
"""  # noqa: S608


def resolve() -> int:
    """Turn some marks into dirty buckets; how many marks those were.

    One at a time: what is known of buyers must follow the changes in their order. A mark is committed with the facts it
    speaks of, so whoever takes it sees them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
        cursor.execute(_TAKE, [AT_ONCE])
        marks: list[tuple[str, int]] = cursor.fetchall()
        if marks:
            _resolve(cursor, *({subject for kind, subject in marks if kind == wanted} for wanted in "pcs"))
    return len(marks)


def _resolve(cursor: Any, payments: set[int], checkouts: set[int], statements: set[int]) -> None:
    cursor.execute(_CHANGED, {"payments": array("bigint", payments)})
    cursor.execute("ANALYZE changed")
    cursor.execute(_MOVED)
    cursor.execute(_COUNTED)
    cursor.execute(_INTERVALS)
    cursor.execute(_BUYERS)
    cursor.execute(_KEEP_BUYERS)
    cursor.execute(_NO_BUYERS)
    cursor.execute(_TURNED)
    given = {
        "checkouts": array("bigint", checkouts),
        "statements": array("bigint", statements),
        "zone": settings.REPORTING_ZONE,
    }
    cursor.execute(_DIRTY, given)
    _drop(cursor, ("changed", "moved", "buyer", "turned"))


def _drop(cursor: Any, tables: Sequence[str]) -> None:
    """Several rounds may share a transaction of a test or a command."""
    cursor.execute(f"DROP TABLE {', '.join(tables)}")
