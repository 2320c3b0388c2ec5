"""Many reconciliations at once, with files arriving meanwhile: no match claimed twice, no deadlock surfaced."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Final

import psycopg

from config.settings.environment import CHECKOUT
from tests.bench.figures import Figure, exactly
from tests.bench.files import Span
from tests.bench.ground import AS_OF, Ground
from tests.bench.rows import Expected
from tests.bench.shapes import PROVIDER

RUNS: Final = 6
BEFORE: Final = Span(0, 40_000)
MEANWHILE: Final = Span(40_000, 20_000, batch=2)

CLAIMED_TWICE: Final = """
SELECT (SELECT count(*) - count(DISTINCT line_id) FROM payments_match)
     + (SELECT count(*) - count(DISTINCT movement_id) FROM payments_match)
"""


def measure(ground: Ground) -> list[Figure]:
    """Start the runs together with an import of more lines; then reconcile once more and look."""
    statement, movements = ground.span_files(BEFORE)
    late_statement, late_movements = ground.span_files(MEANWHILE)
    database = ground.clone("concurrent", ground.with_merchant())
    ground.work(database, ("movements", movements), ("movements", late_movements), ("statement", statement))
    commands = [["reconcile", "--as-of", AS_OF, "--json"]] * RUNS
    commands.insert(1, ["import_statement", "--provider", PROVIDER, str(late_statement), "--json"])
    failures = _all_at_once(ground, database, commands)
    last = ground.work(database, ("reconcile", AS_OF))["steps"][0]["layers"]["transaction"]
    expected = Expected.of(0, BEFORE.count + MEANWHILE.count)
    with ground.server.connect(database) as connection:
        twice = connection.execute(CLAIMED_TWICE).fetchone()
    deadlocks = ground.server.deadlocks(database)
    _make_deadlock(ground, database)
    seen = ground.server.deadlocks(database) - deadlocks
    ground.server.drop(database)
    return [
        exactly("concurrent.failed", len(failures), 0, "runs", "; ".join(failures)[:300]),
        exactly("concurrent.claimed_twice", twice[0] if twice else -1, 0, "claims"),
        exactly("concurrent.deadlocks", deadlocks, 0, "", "the server's own count"),
        exactly("concurrent.matched", last["matched"], expected.matched, "pairs"),
        exactly("concurrent.wrong_breaks", sum(last["breaks"].values()), sum(expected.breaks.values()), "breaks"),
        exactly("concurrent.planted_deadlock_seen", seen, 1, "", "made on purpose: the count can fail"),
    ]


def _all_at_once(ground: Ground, database: str, commands: list[list[str]]) -> list[str]:
    """Run commands side by side; what the failed ones said."""
    running = [
        subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=CHECKOUT, env=ground.environment(database),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for command in commands
    ]  # fmt: skip
    said = [process.communicate()[1] for process in running]
    return [text[-200:] for process, text in zip(running, said, strict=True) if process.returncode]


def _make_deadlock(ground: Ground, database: str) -> None:
    """Two sessions take two locks in opposite orders."""
    both_have_one = threading.Barrier(2)

    def take(first: int, second: int) -> None:
        with ground.server.connect(database) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [first])
            both_have_one.wait()
            try:
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [second])
            except psycopg.errors.DeadlockDetected:
                connection.rollback()

    threads = [threading.Thread(target=take, args=order) for order in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
