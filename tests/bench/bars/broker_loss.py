"""Redis stopped and started empty, PGMQ purged, messages doubled, the listener silent: the sweep drains what is in the inbox."""

from __future__ import annotations

import os
import signal
from typing import Final

from config.postgres.location import location_of
from tests.bench.figures import Figure, at_most, exactly, told
from tests.bench.ground import Ground
from tests.bench.storms.arms import Arm, Arms, Disturbance, Weathered, arms, planted, undisturbed, weather
from tests.bench.storms.brokers import Meddling, Outage, Redis, redis
from tests.bench.storms.deliveries import deliveries
from tests.bench.storms.ledger import wait_until_done
from tests.bench.storms.sending import Provider
from tests.bench.storms.strikes import processes
from tests.config.installation import Installation

DELIVERIES: Final = 10_000
PLANTED_DELIVERIES: Final = 1_000
OUTAGE_SECONDS: Final = 120.0
SWEEP_SECONDS: Final = 15.0
"""Of the schedule in `config.celery`."""
SEED: Final = 20260712
PATIENCE_SECONDS: Final = 900.0
CALM_SECONDS: Final = 10.0
"""Given to the planted arm to write what it writes late: it is not lost."""


def measure(ground: Ground) -> list[Figure]:
    """The same deliveries undisturbed, with PGMQ meddled with, without a listener, and through a Redis that goes away."""
    count = int(os.environ.get("BENCH_DELIVERIES", min(DELIVERIES, ground.lines)))
    with arms() as made:
        wanted = _weathered(made, count)
        meddling = Meddling()
        meddled = _weathered(made, count, meddling.strike)
        deaf = Deaf()
        swept = _weathered(made, count, deaf.strike)
        published = _weathered(made, min(count, PLANTED_DELIVERIES), Meddling().strike, "published")
        figures = _redis(made, count, wanted) if Redis.is_installed() else [_skipped()]
    note = f"{meddling.purged:,} messages purged, {meddling.doubled:,} doubled"
    return [
        *_figures("broker_loss.pgmq", meddled, wanted, note),
        *_figures("broker_loss.swept", swept, wanted, "the listener was stopped"),
        at_most("broker_loss.swept.seconds", deaf.seconds, SWEEP_SECONDS, 2, "s", "after the last acknowledgement"),
        *figures,
        exactly("broker_loss.planted_published_seen", float(published.found.lost > 0), 1, "",
                f"{published.found.lost:,} lost when published instead of written"),
    ]  # fmt: skip


class Deaf:
    """Stops the listener: nothing but the schedule wakes a worker."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """From the last acknowledgement until all was drained."""

    def strike(self, installation: Installation, provider: Provider) -> None:
        """Stop it, wait for the end, and let it go on."""
        (listener, *_) = processes(installation, "manage.py listen")
        os.kill(listener, signal.SIGSTOP)
        try:
            provider.wait()
            self.seconds = wait_until_done(location_of(installation.var), PATIENCE_SECONDS)
        finally:
            os.kill(listener, signal.SIGCONT)


def _redis(made: Arms, count: int, wanted: Weathered) -> list[Figure]:
    seconds = float(os.environ.get("BENCH_OUTAGE_SECONDS", OUTAGE_SECONDS))
    with redis() as server:
        outage = Outage(server, count, seconds)
        weathered = _weathered(made, count, outage.strike, broker=server.url)
    note = f"stopped for {seconds:.0f} s and started empty"
    return [
        *_figures("broker_loss.redis", weathered, wanted, note),
        told("broker_loss.redis.seconds", weathered.seconds_to_drain, "s",
             f"from its return until all was drained; {outage.waiting:,} waited for it"),
    ]  # fmt: skip


def _skipped() -> Figure:
    return told("broker_loss.redis.skipped", 1, "", "no redis-server on this machine: nothing was measured")


def _figures(name: str, weathered: Weathered, wanted: Weathered, note: str) -> list[Figure]:
    found = weathered.found
    return [
        exactly(f"{name}.lost", found.lost + found.left, 0, "events", note),
        exactly(f"{name}.doubled", found.rows_doubled + found.effects_doubled, 0, "rows"),
        exactly(f"{name}.differing", float(found.state != wanted.found.state), 0, "runs", "from the undisturbed"),
    ]


def _weathered(
    made: Arms, count: int, disturb: Disturbance = undisturbed, plant: str = "", broker: str = ""
) -> Weathered:
    arm = Arm(deliveries(count, SEED), disturb, PATIENCE_SECONDS, CALM_SECONDS if plant else 0.0)
    with made.installation() as installation:
        if broker:
            installation.variables |= {"CELERY_BROKER_URL": broker}
        if plant:
            planted(installation, plant)
        return weather(installation, arm)
