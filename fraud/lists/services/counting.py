"""Counts how often entries of lists were met, from what was decided."""

from __future__ import annotations

from typing import Final

from django.db import connection

DAYS: Final = 90
_COUNT: Final = """
UPDATE fraud_listentry e SET hit_count = n.hits, hit_at = n.last_at
  FROM (SELECT o.id, coalesce(c.hits, 0) AS hits, c.last_at
          FROM fraud_listentry o
          LEFT JOIN (SELECT entry_id, count(*) AS hits, max(a.as_of) AS last_at
                       FROM fraud_assessment a CROSS JOIN unnest(a.list_ids) AS entry_id
                      WHERE a.as_of > now() - make_interval(days => %s) AND a.list_ids <> '{}'
                      GROUP BY entry_id) c ON c.entry_id = o.id
         WHERE o.removed_at IS NULL) n
 WHERE e.id = n.id AND (e.hit_count, e.hit_at) IS DISTINCT FROM (n.hits, n.last_at)
"""


def count_hits() -> int:
    """Set hits and the last hit of every open entry, of the last 90 days; how many changed. May run twice."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [DAYS])
        return int(cursor.rowcount)
