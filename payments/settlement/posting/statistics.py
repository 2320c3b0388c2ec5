"""Tells PostgreSQL's planner at once that a table has grown; by itself it would learn a minute later.

Reconciliation follows a posting within seconds. Without this it takes a table that was empty a moment ago for empty,
and compares a million lines with a few thousand keys one by one: measured 32 s instead of 0.1 s at 200 000 lines.
"""

from __future__ import annotations

from typing import Final

from django.db import connection

from payments.intake.models import ImportKind

COLUMNS: Final = {
    ImportKind.STATEMENT: (
        "payments_statementline", "statement_id, provider_id, kind, match_key, group_key, booked_on",
    ),
    ImportKind.MOVEMENTS: (
        "payments_movement", "provider_id, batch_id, kind, match_key, group_key, movement_key, occurred_on, currency",
    ),
    ImportKind.BANK: ("payments_bankline", "bank_statement_id, account_id, booked_on, amount, currency"),
}  # fmt: skip
"""What the statements of reconciliation choose by; the wide texts are left out, as sampling them costs the most."""

GROWN_TENTHS: Final = 1
"""Tenths of its known rows that a table must have gained."""

HAS_GROWN: Final = """
SELECT reltuples < 0 OR %(lines)s * 10 > reltuples * %(tenths)s FROM pg_class WHERE oid = %(table)s::regclass
"""


def learn_growth(kind: ImportKind, line_count: int) -> None:
    """Refresh what the planner knows of the table that lines were posted into, if they are many beside those it knew.

    Call it after the transaction that posted: ANALYZE keeps other ANALYZEs of the table waiting until its own ends.
    """
    table, columns = COLUMNS[kind]
    with connection.cursor() as cursor:
        cursor.execute(HAS_GROWN, {"lines": line_count, "tenths": GROWN_TENTHS, "table": table})
        if cursor.fetchone()[0]:
            cursor.execute(f"ANALYZE (SKIP_LOCKED) {table} ({columns})")
