"""Counting beside what arrives: payments in the newest hours with their marks, and changes all over the year."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

from config.settings.environment import CHECKOUT
from tests.bench.databases import EMPTY, leave, use
from tests.bench.figures import Figure, exactly, told
from tests.bench.ground import Ground
from tests.bench.year import kept
from tests.bench.year.arrivals import arrive, change
from tests.bench.year.making import LAST_ON, end_at, kept_year
from tests.bench.year.sizes import small

FLOOR_PER_SECOND: Final = 5000.0
OFFERED_PER_SECOND: Final = 6000
SECONDS: Final = 60
PLANTED_SECONDS: Final = 4
BATCH: Final = 500
ARRIVING: Final = 2
"""Connections that payments arrive by: one alone gets a quarter of the machine beside those that count."""
SCATTERED: Final = 2000
_TABLES: Final = {
    "rollup": "cube, grain, starts_at, dimensions, measures",
    "spread": "cube, times, grain, starts_at, dimensions, buckets, counts",
}
_KEEP: Final = """
DROP TABLE IF EXISTS bench_kept_{table};
CREATE TABLE bench_kept_{table} AS SELECT {columns} FROM analytics_{table} WHERE starts_at >= %s
"""
_DIFFERENT: Final = """
SELECT count(*) FROM ((SELECT {columns} FROM analytics_{table} WHERE starts_at >= %s EXCEPT TABLE bench_kept_{table})
  UNION ALL (TABLE bench_kept_{table} EXCEPT SELECT {columns} FROM analytics_{table} WHERE starts_at >= %s)) AS different
"""


def measure(ground: Ground) -> list[Figure]:
    """Arrivals in a copy of the smaller year, scattered changes, and a task that reads no marks."""
    kept.use_counted(year := kept_year(ground.server, EMPTY, small()))
    leave()
    database = ground.server.copy_kept(year, "tail")
    use(database)
    try:
        tail = _run(ground, database, lambda: _arrive(SECONDS, 0))
        wrong = _wrong()
        scattered = _run(ground, database, lambda: change(SCATTERED, small()))
        _run(ground, database, lambda: _arrive(PLANTED_SECONDS, SECONDS * OFFERED_PER_SECOND), "unmarked")
        unseen = _wrong()
    finally:
        leave()
        ground.server.drop(database)
    speed = SECONDS * OFFERED_PER_SECOND / (tail["ended"] - tail["started"])
    return [
        Figure("insights_tail", speed, "1/s", FLOOR_PER_SECOND, "≥ limit", speed >= FLOOR_PER_SECOND,
               f"attempts that arrived in {SECONDS} s, until all were counted"),
        exactly("insights_tail.wrong", wrong, 0, "rows", "kept of the last day, beside the same day rebuilt"),
        exactly("insights_tail.left", tail["left"], 0, "buckets"),
        told("insights_tail.arrived", SECONDS * OFFERED_PER_SECOND / tail["arriving"], "1/s"),
        told("insights_tail.most_left", tail["most_left"], "marks", "at the end of a round"),
        told("insights_tail.slowest_round", tail["slowest"], "s", f"of {tail['rounds']}"),
        told("insights_tail.slow_facts", tail["slow_seconds"], "s", "counted every few minutes only"),
        told("insights_tail.scattered", SCATTERED / (scattered["ended"] - scattered["started"]), "1/s",
             f"{SCATTERED:,} attempts changed all over the year"),
        Figure("insights_tail.planted_unmarked_seen", unseen, "rows", 0, "> limit", unseen > 0,
               "wrong after a task that read no marks"),
    ]  # fmt: skip


def _run(ground: Ground, database: str, happen: Callable[[], None], *arguments: str) -> dict[str, Any]:
    """Let things happen beside the counting task; when they began, how long they took, and what it says of itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.year.counting", *arguments],
        cwd=CHECKOUT, env=ground.environment(database), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    started = time.time()
    happen()
    arriving = time.time() - started
    told_by_task, _ = process.communicate("")
    if process.returncode:
        raise ChildProcessError(f"the counting task ended with {process.returncode}")
    return {"started": started, "arriving": arriving, **json.loads(told_by_task.splitlines()[-1])}


def _arrive(seconds: int, first: int) -> None:
    """Batch after batch, no faster than is asked for, by several at once as payments are taken in."""
    from analytics.rollups.services.computing import closing_connection

    started = time.monotonic()
    many = seconds * OFFERED_PER_SECOND // BATCH

    def arrive_every_other(place: int) -> None:
        for number in range(place, many, ARRIVING):
            arrive(first + number * BATCH, BATCH)
            time.sleep(max(0.0, started + (number + 1) * BATCH / OFFERED_PER_SECOND - time.monotonic()))

    with ThreadPoolExecutor(ARRIVING) as pool:
        list(pool.map(closing_connection(arrive_every_other), range(ARRIVING)))


def _wrong() -> int:
    """Rows kept of the last day that are others when it is counted anew from the facts."""
    from django.core.management import call_command
    from django.db import connection

    since = end_at() - timedelta(days=1)
    with connection.cursor() as cursor:
        for table, columns in _TABLES.items():
            for statement in _KEEP.format(table=table, columns=columns).split(";"):
                cursor.execute(statement, [since] if "%s" in statement else None)
    with kept.at_the_end():
        call_command("rebuild_rollups", first_on=LAST_ON, last_on=LAST_ON, as_json=True, stdout=io.StringIO())
    found = 0
    with connection.cursor() as cursor:
        for table, columns in _TABLES.items():
            cursor.execute(_DIFFERENT.format(table=table, columns=columns), [since, since])
            found += cursor.fetchone()[0]
    return found
