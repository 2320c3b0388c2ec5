"""kill -9 of web, worker and PostgreSQL at random moments of signed deliveries: nothing acknowledged is lost or doubled."""

from __future__ import annotations

import os
from typing import Final

from tests.bench.figures import Figure, exactly, told
from tests.bench.ground import Ground
from tests.bench.storms.arms import Arm, Arms, Weathered, arms, planted, weather
from tests.bench.storms.deliveries import deliveries
from tests.bench.storms.strikes import VICTIMS, Storm

DELIVERIES: Final = 100_000
PLANTED_DELIVERIES: Final = 2_000
ROUNDS: Final = 2
"""How often each victim is killed."""
SEED: Final = 20260711
PATIENCE_SECONDS: Final = 3600.0
CALM_SECONDS: Final = 10.0
"""Given to the planted arms to write what they write late: it is not lost."""


def measure(ground: Ground) -> list[Figure]:
    """An undisturbed run, the storm over the same deliveries, and the planted arms in a small one."""
    count = int(os.environ.get("BENCH_DELIVERIES", min(DELIVERIES, ground.lines)))
    with arms() as made:
        wanted, _ = _weathered(made, count, (), "")
        stormy, struck = _weathered(made, count, VICTIMS * ROUNDS, "")
        few = min(count, PLANTED_DELIVERIES)
        early, _ = _weathered(made, few, ("web process", "web"), "early")
        unkeyed, _ = _weathered(made, few, VICTIMS[1:3], "unkeyed")
    found = stormy.found
    note = f"{stormy.answers:,} deliveries, {stormy.tries_refused:,} tries refused; killed: {', '.join(struck)}"
    return [
        exactly("webhook_kill.lost", found.lost, 0, "events", note),
        exactly("webhook_kill.doubled", found.rows_doubled + found.effects_doubled, 0, "rows"),
        exactly("webhook_kill.left", found.left, 0, "rows"),
        exactly("webhook_kill.differing", float(found.state != wanted.found.state), 0, "runs", "from the undisturbed"),
        exactly("webhook_kill.kills", len(struck), len(VICTIMS) * ROUNDS, "kills"),
        told("webhook_kill.seconds_to_drain", stormy.seconds_to_drain, "s", f"undisturbed {wanted.seconds_to_drain:.1f}"),
        exactly("webhook_kill.planted_early_seen", float(early.found.lost > 0), 1, "",
                f"{early.found.lost:,} lost when acknowledged before the commit"),
        exactly("webhook_kill.planted_unkeyed_seen",
                float(unkeyed.found.rows_doubled > 0 and unkeyed.found.effects_doubled > 0), 1, "",
                f"{unkeyed.found.rows_doubled:,} rows and {unkeyed.found.effects_doubled:,} effects doubled"),
    ]  # fmt: skip


def _weathered(made: Arms, count: int, victims: tuple[str, ...], plant: str) -> tuple[Weathered, list[str]]:
    storm = Storm(victims, count, SEED)
    with made.installation() as installation:
        if plant:
            planted(installation, plant)
        arm = Arm(deliveries(count, SEED), storm.rage, PATIENCE_SECONDS, CALM_SECONDS if plant else 0)
        return weather(installation, arm), storm.struck
