"""Reconciling again when nothing is new: it must not cost what it cost the first time."""

from __future__ import annotations

from typing import Final

from tests.bench.figures import Figure, at_most, exactly
from tests.bench.ground import AS_OF, Ground

SECONDS: Final = 1.0
TIMES: Final = 5


def measure(ground: Ground) -> list[Figure]:
    """Run several times over the large database; the slowest counts."""
    done = ground.work(ground.reconciled(), *[("reconcile", AS_OF)] * TIMES)
    steps = done["steps"]
    return [
        at_most("rerun", max(step["seconds"] for step in steps), SECONDS, 1, "s", f"{ground.lines:,} payments"),
        exactly("rerun.has_worked", sum(step["has_worked"] for step in steps), 0, "runs"),
    ]
