"""Memory while a million events are drained by one process: a line through the samples must lie flat."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from statistics import linear_regression
from typing import Any, Final

from config.settings.environment import CHECKOUT
from tests.bench.figures import Figure, at_most, exactly, told
from tests.bench.ground import Ground

EVENTS: Final = 1_000_000
PLANTED_EVENTS: Final = 20_000
RISE_MEGABYTES: Final = 16.0
"""What the line may rise from the first sample behind the warm-up to the last: a thousandth of a delivery each at a million."""
WARM_UP: Final = 0.2
"""The share of the samples that is left out at the beginning: caches fill, and the allocator finds its size."""


def measure(ground: Ground) -> list[Figure]:
    """The events in fifty bursts; and few of them, by a drain that forgets nothing."""
    count = int(os.environ.get("BENCH_EVENTS", min(EVENTS, ground.lines)))
    done = _drained(ground, count)
    samples = done["samples"]
    planted = rise(_drained(ground, min(count, PLANTED_EVENTS), "kept")["samples"])
    note = f"{count:,} events; {min(samples):.0f} to {max(samples):.0f} MiB, {samples[0]:.0f} after the first burst"
    return [
        at_most("drain_memory.rise", rise(samples), RISE_MEGABYTES, 1, "MiB", note),
        told("drain_memory.slope", rise(samples) / (count * (1 - WARM_UP)) * 1e6, "MiB/M", "for a million events"),
        exactly("drain_memory.waiting", done["waiting"], 0, "rows"),
        exactly("drain_memory.movements", done["movements"], count, "rows"),
        exactly("drain_memory.planted_seen", float(planted > RISE_MEGABYTES), 1, "", f"it rose by {planted:.0f} MiB"),
    ]


def rise(samples: list[float]) -> float:
    """How far the line through the samples rises from the end of the warm-up to the last, in MiB; 0 if it falls."""
    settled = samples[int(len(samples) * WARM_UP) :]
    slope, _ = linear_regression(range(len(settled)), settled)
    return max(slope * (len(settled) - 1), 0.0)


def _drained(ground: Ground, count: int, *words: str) -> dict[str, Any]:
    database = ground.clone("drain_memory")
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.resident", str(count), *words],
        cwd=CHECKOUT, env=ground.environment(database), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))
