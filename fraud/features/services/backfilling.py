"""Sees what was recorded before there were sightings, and counts what was told before their keys were known."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Final

from django.db import connection, transaction

from fraud.features.services.merging import merge_hours
from fraud.features.services.sightings import keep_payments
from fraud.features.sums import COLUMNS, UNCOUNTED

_BATCH: Final = 2_000
_MERGED_AFTER: Final = 50
"""Batches: so that what they append is within what merging looks at."""
_BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)
# Locked as the ledger locks them: nobody else keeps their sightings meanwhile.
_NEXT: Final = """
SELECT id FROM payments_payment WHERE id > %s AND created_at >= %s ORDER BY id LIMIT %s FOR UPDATE
"""


def count_what_was_told() -> int:
    """Bring the sums of frauds and disputes in line with labels and keys as they are; how many were not.

    One snapshot: a label is kept in the transaction that counts it, so none is counted twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO fraud_keyhour ({COLUMNS}) {UNCOUNTED}")
        return int(cursor.rowcount)


def backfill(since: datetime | None = None) -> int:
    """Bring the sightings and sums of all payments created since in line; how many sightings were written.

    Each batch is a transaction of its own. What is in line already is left: so it may be stopped and begun again.
    """
    written, last = 0, 0
    for batch in count(1):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_NEXT, [last, since or _BEGINNING, _BATCH])
                payments = [row[0] for row in cursor.fetchall()]
            written += keep_payments(payments)
        if not payments or batch % _MERGED_AFTER == 0:
            merge_hours()
        if not payments:
            break
        last = payments[-1]
    return written
