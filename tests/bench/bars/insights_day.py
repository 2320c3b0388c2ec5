"""Counting one day of sales anew, 110 000 attempts among ten million."""

from __future__ import annotations

import io
from statistics import median
from time import perf_counter
from typing import Final

from tests.bench.databases import EMPTY, leave
from tests.bench.figures import Figure, at_most, told
from tests.bench.ground import Ground
from tests.bench.processor import ended_seconds
from tests.bench.year import kept
from tests.bench.year.making import PEAK_ON, kept_year
from tests.bench.year.sizes import large

LIMIT_SECONDS: Final = 2.0
RUNS: Final = 5


def measure(ground: Ground) -> list[Figure]:
    """Rebuild the day several times, as `manage.py rebuild_rollups --from DAY --to DAY` does."""
    from django.core.management import call_command
    from django.db import connection

    kept.use_counted(kept_year(ground.server, EMPTY, large()))
    seconds = []
    try:
        connection.ensure_connection()
        before = ended_seconds(connection.connection)
        for _run in range(RUNS):
            started = perf_counter()
            with kept.at_the_end():
                call_command("rebuild_rollups", first_on=PEAK_ON, last_on=PEAK_ON, as_json=True, stdout=io.StringIO())
            seconds.append(perf_counter() - started)
        processor = (ended_seconds(connection.connection) - before) / RUNS
    finally:
        leave()
    count = large() * 11 // 1000
    return [
        at_most("insights_day", median(seconds), LIMIT_SECONDS, 1, "s", f"{count:,} attempts, median of {RUNS}"),
        told("insights_day.processor", processor, "s", "of PostgreSQL, each time"),
        told("insights_day.slowest", max(seconds), "s"),
    ]
