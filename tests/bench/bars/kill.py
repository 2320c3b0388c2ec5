"""kill -9 of a real worker at ten random moments of a large import: the state must be that of an undisturbed run."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

from config.settings.environment import CHECKOUT
from tests.bench.figures import Figure, exactly, told
from tests.bench.files import Span
from tests.bench.ground import Ground

KILLS: Final = 10
LINES: Final = 200_000
SEED: Final = 20260711
PATIENCE_SECONDS: Final = 600.0

DIGEST: Final = """
SELECT json_build_array(
  (SELECT json_build_array(count(*), sum(hashtextextended(ROW(l.line_number, l.byte_offset, l.kind, l.provider_key,
              l.merchant_reference, l.currency, l.gross, l.fee, l.net, l.occurred_at, l.booked_on, l.payout_key,
              s.statement_key)::text, 0)))
     FROM payments_statementline l JOIN payments_statement s ON s.id = l.statement_id),
  (SELECT json_agg(json_build_array(s.statement_key, s.version, s.is_current, s.line_count) ORDER BY s.statement_key)
     FROM payments_statement s),
  (SELECT json_agg(json_build_array(s.statement_key, t.kind, t.payout_key, t.line_count, t.net)
                   ORDER BY s.statement_key, t.booked_on, t.kind, t.payout_key)
     FROM payments_linetotal t JOIN payments_statement s ON s.id = t.statement_id),
  (SELECT json_agg(json_build_array(payout_key, currency, amount) ORDER BY payout_key) FROM payments_statementpayout),
  (SELECT json_agg(state ORDER BY id) FROM payments_fileimport),
  (SELECT count(*) FROM payments_stagedstatementline))::text
"""
POSTED: Final = "SELECT FROM payments_fileimport WHERE state = 'posted'"
SWEPT: Final = "SELECT WHERE NOT EXISTS (SELECT FROM payments_stagedstatementline)"
PROGRESS: Final = "SELECT line_count, state FROM payments_fileimport ORDER BY id DESC LIMIT 1"
LOCKED: Final = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
FALSIFY: Final = """
SET session_replication_role = replica;
DELETE FROM payments_statementline WHERE id = (SELECT max(id) FROM payments_statementline)
"""


def measure(ground: Ground) -> list[Figure]:
    """One undisturbed run, then ten with one kill each, spread over the time that the import takes."""
    span = Span(0, min(LINES, ground.lines))
    path, _ = ground.span_files(span)
    wanted, seconds, _ = _imported(ground, path, None)
    chance = random.Random(SEED)
    differing, struck, resumed = 0, [], []
    for place in range(KILLS):
        moment = seconds * (place + chance.random()) / KILLS
        found, _, progress = _imported(ground, path, moment)
        differing += found != wanted
        struck.append(f"{moment:.1f} s {progress}")
        resumed.append(progress)
    survived = sum(1 for each in resumed if each == "posted")
    return [
        exactly("kill.differing", differing, 0, "runs", f"killed at {', '.join(struck)}"),
        told("kill.undisturbed", seconds, "s", f"{span.count:,} lines"),
        told("kill.too_late", survived, "kills"),
        exactly("kill.planted_difference_seen", float(_falsified(ground) != wanted), 1, "", "one line deleted"),
    ]


def _imported(ground: Ground, path: Any, moment: float | None) -> tuple[str, float, str]:
    """Import through a worker that is killed at a moment and started again; digest, seconds, where the kill struck."""
    database = ground.clone("kill", ground.with_merchant())
    ground.work(database, ("receive", path))
    progress = "undisturbed"
    with ground.server.connect(database) as connection:
        connection.autocommit = True
        with _worker(ground, database) as worker:
            _until(connection, f"{LOCKED} HAVING count(*) > 0")
            started = time.monotonic()
            if moment is None:
                _until(connection, POSTED)
                seconds = time.monotonic() - started
                _until(connection, SWEPT)
            else:
                time.sleep(moment)
                os.killpg(worker.pid, signal.SIGKILL)
                seconds = time.monotonic() - started
                lines, state = connection.execute(PROGRESS).fetchone() or (0, "")
                progress = "posted" if state == "posted" else f"{state} {lines}"
        if moment is not None:
            ground.work(database, ("sweep", None))
            with _worker(ground, database):
                _until(connection, POSTED)
                _until(connection, SWEPT)
        digest = connection.execute(DIGEST).fetchone()
    return json.dumps(digest), seconds, progress


@contextlib.contextmanager
def _worker(ground: Ground, database: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker as `manage.py up` starts it, in a process group of its own."""
    command = [
        sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "-A", "config", "worker", "--concurrency", "1",
        "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=CHECKOUT, env=ground.environment(database), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _until(connection: Any, query: str) -> None:
    """Wait until a query gives a row."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while connection.execute(query).fetchone() is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain for {query}")
        time.sleep(0.02)


def _falsified(ground: Ground) -> str:
    """The digest of the last database after one line was taken out of it."""
    with ground.server.connect("kill") as connection:
        connection.execute(FALSIFY)
        digest = connection.execute(DIGEST).fetchone()
        connection.rollback()
    ground.server.drop("kill")
    return json.dumps(digest)
