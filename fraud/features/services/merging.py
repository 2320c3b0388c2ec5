"""Makes one row of what was appended for a key and an hour: nobody's sum changes, and reading it costs less."""

from __future__ import annotations

from typing import Final

from django.db import connection

from payments.records.services.locks import held_by_session

_LOOKED_AT: Final = 500_000
"""So many of the rows appended last are looked at; what they are added to is found by its key."""
_MERGE: Final = """
WITH appended AS MATERIALIZED (
  SELECT DISTINCT kind, key, hour_at FROM fraud_keyhour
   WHERE id > (SELECT max(id) FROM fraud_keyhour) - %s),
several AS MATERIALIZED (
  SELECT k.kind, k.key, k.hour_at FROM appended JOIN fraud_keyhour k USING (kind, key, hour_at)
   GROUP BY k.kind, k.key, k.hour_at HAVING count(*) > 1),
taken AS (
  DELETE FROM fraud_keyhour k USING several s
   WHERE k.kind = s.kind AND k.key = s.key AND k.hour_at = s.hour_at RETURNING k.*),
merged AS (
  INSERT INTO fraud_keyhour (kind, key, hour_at, attempts, failed, frauds, disputes, refunds)
  SELECT kind, key, hour_at, sum(attempts), sum(failed), sum(frauds), sum(disputes), sum(refunds) FROM taken
   GROUP BY kind, key, hour_at
  HAVING sum(attempts) <> 0 OR sum(failed) <> 0 OR sum(frauds) <> 0 OR sum(disputes) <> 0 OR sum(refunds) <> 0
  RETURNING 1)
SELECT (SELECT count(*) FROM taken) - (SELECT count(*) FROM merged)
"""


def merge_hours() -> int:
    """Merge what was appended since the last time; how many rows fewer there are.

    Whoever appends waits for nobody: only rows that are committed are taken, and in the same statement replaced.
    """
    with held_by_session("jeongsan.key-hours") as is_ours:
        if not is_ours:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(_MERGE, [_LOOKED_AT])
            row = cursor.fetchone()
    return int(row[0]) if row else 0
