"""The door of webhooks beside a bare DRF view that does one INSERT, in turns under the same web server and load."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from typing import Final

from config.settings.environment import CHECKOUT
from tests.bench.figures import Figure, at_most, told
from tests.bench.ground import Ground
from tests.bench.load import SECRET
from tests.bench.serving import served

SECONDS: Final = 5
ROUNDS: Final = 5
CONNECTIONS: Final = 8
SHARE: Final = 0.70
ARMS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "door": ("config.wsgi:application", {}),
    "bare": ("tests.bench.bare:application", {}),
    "publish": ("tests.bench.bare:application", {"JEONGSAN_BARE": "publish"}),
}


def measure(ground: Ground) -> list[Figure]:
    """Several rounds of each arm in turns, so that a slow minute of the machine falls on all of them."""
    database = ground.clone("door")
    with ground.server.connect(database) as connection:
        connection.execute("CREATE TABLE bench_bare (id bigserial PRIMARY KEY, body text)")
    ground.work(database, ("door", SECRET))
    speed: dict[str, list[float]] = {name: [] for name in ARMS}
    slowest: dict[str, list[float]] = {name: [] for name in ARMS}
    for _ in range(ROUNDS):
        for name in ARMS:
            found = _loaded(ground, database, name)
            speed[name].append(found["per_second"])
            slowest[name].append(found["p99"] * 1000)
    door, bare, publish = (median(speed[name]) for name in ARMS)
    note = f"median of {ROUNDS} × {SECONDS} s"
    return [
        Figure("door.speed", door, "1/s", bare, f"≥ {SHARE:g} × limit", door >= SHARE * bare, note),
        at_most("door.p99", median(slowest["door"]), median(slowest["bare"]), 2, "ms", note),
        told("door.planted_publishing", publish / bare, "×", "the bare view when it also publishes a task each time"),
    ]


def _loaded(ground: Ground, database: str, name: str) -> dict[str, float]:
    with _served(ground, database, name) as port:
        command = [sys.executable, "-m", "tests.bench.load", str(port)]
        subprocess.run([*command, "1", str(CONNECTIONS)], cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run(
            [*command, str(SECONDS), str(CONNECTIONS)], cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True
        )
    return dict(json.loads(done.stdout))


@contextlib.contextmanager
def _served(ground: Ground, database: str, name: str) -> Iterator[int]:
    """The application of the arm."""
    application, variables = ARMS[name]
    environment = ground.environment(database) | variables
    if name != "door":
        environment["DJANGO_SETTINGS_MODULE"] = "tests.bench.bare_settings"
    with served(application, environment) as port:
        yield port
