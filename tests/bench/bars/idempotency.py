"""Ten equal refunds asked for at once under one `Idempotency-Key`: one refund, and ten equal answers or 409."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.settings.environment import CHECKOUT
from tests.bench.figures import Figure, exactly, told
from tests.bench.ground import Ground
from tests.bench.repeats import AT_ONCE, Answer, ask, unequal
from tests.config.installation import Installation, wait_for

WRITES: Final = 100
PLANTED_WRITES: Final = 10
WEB: Final = ("-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi:application")
PLANTED: Final = {"DJANGO_SETTINGS_MODULE": "tests.bench.storms.settings", "JEONGSAN_PLANTED": "select_then_insert"}
UNKEYED: Final = "ALTER TABLE payments_idempotentwrite DROP CONSTRAINT idempotency_key_once_per_api_key"
EFFECTS: Final = "SELECT count(*) FROM payments_paymentact"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of all writes of an arm."""

    answers: list[Answer]
    unequal: int
    effects: int


def measure(ground: Ground) -> list[Figure]:
    """The product, and the same with a claim that looks first and inserts then."""
    count = int(os.environ.get("BENCH_WRITES", min(WRITES, ground.lines)))
    asked = _asked(ground, count, is_planted=False)
    planted = _asked(ground, PLANTED_WRITES, is_planted=True)
    replayed = sum(each.is_replayed for each in asked.answers)
    busy = sum(each.status == 409 for each in asked.answers)
    return [
        exactly("idempotency.effects", asked.effects, count, "refunds", f"each asked for {AT_ONCE} times at once"),
        exactly("idempotency.unequal", asked.unequal, 0, "answers", "neither the first answer nor 409"),
        told("idempotency.replayed", replayed, "answers", f"{busy} were 409"),
        exactly("idempotency.planted_seen", float(planted.effects > PLANTED_WRITES and planted.unequal > 0), 1, "",
                f"{planted.effects} refunds of {PLANTED_WRITES}, {planted.unequal} unequal answers"),
    ]  # fmt: skip


def _asked(ground: Ground, count: int, *, is_planted: bool) -> Asked:
    database = ground.clone("idempotency")
    with tempfile.TemporaryDirectory() as folder:
        variables = {
            "DATABASE_URL": ground.server.url(database), "DJANGO_SETTINGS_MODULE": "config.settings.base",
            "LOG_LEVEL": "ERROR", "API_REQUESTS_PER_MINUTE": "0",
        }  # fmt: skip
        installation = Installation(Path(folder), variables=variables)
        key = subprocess.run(
            [sys.executable, "-m", "tests.bench.repeats", "prepare", str(count)],
            cwd=CHECKOUT, env=installation.environment, stdout=subprocess.PIPE, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        if is_planted:
            installation.variables |= PLANTED
            with ground.server.connect(database) as connection:
                connection.execute(UNKEYED)
        with installation.running(*WEB):
            wait_for(lambda: installation.get("healthz")[0] == 200, "the web server")
            rounds = [ask(installation.port, key, number) for number in range(count)]
    with ground.server.connect(database) as connection:
        row = connection.execute(EFFECTS).fetchone()
    answers = [each for one in rounds for each in one]
    return Asked(answers, sum(1 for one in rounds for _ in unequal(one)), int(row[0]) if row else 0)
