"""The limit of a rebuild: each table that it reads, grouped once by the hour and what it is split by, and nothing kept."""

from __future__ import annotations

from time import perf_counter
from typing import Final

GROUPED: Final = {
    "attempts": """
        SELECT date_trunc('hour', requested_at, 'UTC'), provider_id, method_id, result, count(*)
          FROM payments_attempt GROUP BY 1, 2, 3, 4""",
    "payments": """
        SELECT date_trunc('hour', created_at, 'UTC'), provider_id, method_id, currency, count(*), sum(captured)
          FROM payments_payment GROUP BY 1, 2, 3, 4""",
    "checkouts": """
        SELECT date_trunc('hour', started_at, 'UTC'), country, device, channel, count(*)
          FROM payments_checkout GROUP BY 1, 2, 3, 4""",
    "steps": """
        SELECT date_trunc('hour', occurred_at, 'UTC'), step, method, count(*)
          FROM payments_checkoutstep GROUP BY 1, 2, 3""",
    "customers": "SELECT date_trunc('hour', first_seen_at, 'UTC'), count(*) FROM payments_customer GROUP BY 1",
    "lines": """
        SELECT booked_on, provider_id, method, net_currency, kind, count(*), sum(gross_settled), sum(fee)
          FROM payments_statementline GROUP BY 1, 2, 3, 4, 5""",
}


def seconds_by_table() -> dict[str, float]:
    """Seconds of each grouping in the database in use; the server throws the groups away."""
    from django.db import connection

    found = {}
    for table, query in GROUPED.items():
        started = perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({query}) AS grouped")
        found[table] = perf_counter() - started
    return found
