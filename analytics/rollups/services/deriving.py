"""Finds out anew where every payment is counted and what is known of every buyer, and writes what differs."""

from __future__ import annotations

from typing import Final

from django.db import connection, transaction

from analytics.metrics.facts.pieces import hour_of
from analytics.rollups.services.resolving import LOCK

# Everything is read: whole tables sorted in memory and on disk, where an index would lead to each row by itself.
_ROOM: Final = """
SET LOCAL work_mem = '192MB'; SET LOCAL parallel_tuple_cost = 0.001;
SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off
"""
_BOUGHT: Final = """
CREATE TEMP TABLE bought ON COMMIT DROP AS
SELECT id, customer_id, created_at, refunded < captured AS is_kept, row_number() OVER in_order AS place,
       lag(created_at) OVER in_order AS previous_at
  FROM payments_payment WHERE captured > 0 AND customer_id IS NOT NULL
WINDOW in_order AS (PARTITION BY customer_id ORDER BY created_at, id)
"""
_BUYERS: Final = """
CREATE TEMP TABLE buyer ON COMMIT DROP AS
SELECT customer_id, min(id) FILTER (WHERE place = 1) AS first_payment_id,
       min(created_at) FILTER (WHERE place = 1) AS first_at,
       min(created_at) FILTER (WHERE place > 1 AND is_kept) AS again_at
  FROM bought GROUP BY customer_id
"""
_HOURS: Final = f"""
CREATE TEMP TABLE hours ON COMMIT DROP AS
SELECT payment_id, array_agg(hour ORDER BY hour) AS hours
  FROM (SELECT DISTINCT payment_id, {hour_of("requested_at")} AS hour FROM payments_attempt) AS each GROUP BY payment_id
"""  # noqa: S608
_COUNTED: Final = """
CREATE TEMP TABLE counted ON COMMIT DROP AS
SELECT q.id AS payment_id, coalesce(h.hours, '{}') AS hours, q.customer_id, b.created_at AS bought_at, b.previous_at
  FROM payments_payment q LEFT JOIN hours h ON h.payment_id = q.id LEFT JOIN bought b ON b.id = q.id
"""
_STEPS: Final = (
    _BOUGHT,
    "ANALYZE bought (id, customer_id)",
    _BUYERS,
    _HOURS,
    "ANALYZE hours (payment_id)",
    _COUNTED,
    "ANALYZE counted (payment_id)",
    "ANALYZE buyer (customer_id)",
)
_KEPT: Final = {
    ("analytics_countedpayment", "counted"): ("payment_id", ("hours", "customer_id", "bought_at", "previous_at")),
    ("analytics_buyer", "buyer"): ("customer_id", ("first_payment_id", "first_at", "again_at")),
}
"""What is kept and what was found out, with the key and the other columns."""


def derive_buyers() -> None:
    """Find out anew where every payment is counted and what is known of every buyer; marks wait meanwhile.

    Only what differs is written, so that nobody who reads waits, and a second time changes nothing.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
        cursor.execute(_ROOM)
        for step in _STEPS:
            cursor.execute(step)
        for (kept, found), (key, columns) in _KEPT.items():
            for statement in _written(kept, found, key, columns):
                cursor.execute(statement)
        cursor.execute("DROP TABLE bought, hours, counted, buyer")


def _written(kept: str, found: str, key: str, columns: tuple[str, ...]) -> tuple[str, str]:
    """What takes away the rows that are wrong, and adds those that are missing, in their order."""
    of_kept, of_found = (", ".join(f"{name}.{column}" for column in columns) for name in ("k", "f"))
    return (
        f"DELETE FROM {kept} k WHERE NOT EXISTS (SELECT FROM {found} f WHERE f.{key} = k.{key}"  # noqa: S608
        f" AND ({of_found}) IS NOT DISTINCT FROM ({of_kept}))",
        f"INSERT INTO {kept} ({key}, {', '.join(columns)}) SELECT f.{key}, {of_found} FROM {found} f"  # noqa: S608
        f" WHERE NOT EXISTS (SELECT FROM {kept} k WHERE k.{key} = f.{key}) ORDER BY f.{key}",
    )
