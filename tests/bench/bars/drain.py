"""Draining: a burst of deliveries through one worker's drain, in a process of its own, with its speed and its memory.

Nobody decides about the payments here: the bar `fraud_assess` drains with every step on.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Final

from config.settings.environment import CHECKOUT
from tests.bench.figures import Figure, at_most, exactly, told
from tests.bench.ground import Ground

EVENTS: Final = 100_000
FLOOR_PER_SECOND: Final = 2000.0


def measure(ground: Ground) -> list[Figure]:
    """One burst of signed-and-kept deliveries, drained until nothing waits."""
    count = min(EVENTS, ground.lines)
    database = ground.clone("drain")
    done = drained(ground, database, count, "ledger")
    speed = count / done["seconds"]
    return [
        Figure("drain.speed", speed, "1/s", FLOOR_PER_SECOND, "≥ limit", speed >= FLOOR_PER_SECOND,
               f"a burst of {count:,} through one process"),
        exactly("drain.lag", done["waiting"], 0, "rows", "left when the drain ended"),
        exactly("drain.movements", done["movements"], count, "rows"),
        at_most("drain.memory", done["last_megabytes"], done["early_megabytes"], 1.15, "MiB",
                "at the end, beside a tenth of the way"),
        told("drain.seconds", done["seconds"], "s"),
    ]  # fmt: skip


def drained(ground: Ground, database: str, count: int, *steps: str) -> dict[str, Any]:
    """Fill the inbox and drain it; with `ledger` as step without deciding about payments."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.bench.inbox", str(count), *steps],
        cwd=CHECKOUT, env=ground.environment(database), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(process.stdout.splitlines()[-1]))
