"""The same files in twenty random orders, some of them twice, reconciled now and then: the end must be the same."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any, Final

from tests.bench.databases import leave, use
from tests.bench.figures import Figure, exactly, told
from tests.bench.ground import Ground

ORDERS: Final = 20
SEED: Final = 4711
SIMULATED: Final = ("--seed", "1302", "--from", "2026-07-01", "--days", "12", "--payments-per-day", "6")
RUN_SHARE: Final = 0.08
"""How often a reconciliation follows a file."""
TWICE_SHARE: Final = 0.1

CORRECTED: Final = "SELECT count(*) FROM payments_statement WHERE version > 1"


def measure(ground: Ground) -> list[Figure]:
    """Deliver in the order of the folder, then in random ones, then with one file withheld, which must show."""
    folder = ground.files / ("simulated-" + "-".join(SIMULATED[1::2]))
    done = ground.manage("empty", "simulate", *SIMULATED, "--out", str(folder))
    if done.returncode:
        raise RuntimeError(done.stderr)
    chance = random.Random(SEED)
    plain = _paths(folder)
    wanted, corrected = _state_after(ground, folder, plain, None)
    differing = []
    for number in range(ORDERS):
        order = [*plain, *(path for path in plain if chance.random() < TWICE_SHARE)]
        chance.shuffle(order)
        found, _ = _state_after(ground, folder, order, chance)
        if found != wanted:
            differing.append(f"order {number}: {_difference(wanted, found)}")
    withheld = next(path for path in plain if "movements" in path.parts)
    without, _ = _state_after(ground, folder, [path for path in plain if path != withheld], None)
    return [
        exactly("orders.differing", len(differing), 0, "orders", "; ".join(differing)[:500]),
        told("orders.files", len(plain), "files"),
        Figure("orders.corrected_versions", corrected, "", 1, "≥ limit", corrected >= 1),
        exactly("orders.planted_absence_seen", float(without != wanted), 1, "", f"without {withheld.name}"),
    ]


def _paths(folder: Path) -> list[Path]:
    from payments.intake.routing import PostRoom

    use("empty")
    found = list(PostRoom(folder).files())
    leave()
    return found


def _state_after(ground: Ground, folder: Path, order: list[Path], chance: random.Random | None) -> tuple[Any, int]:
    """Deliver files to a fresh database; its state by natural key, and how many statements have a second version."""
    from django.db import connection

    from payments.settlement.selectors import snapshot
    from payments.settlement.services.reconcile import reconcile_everything
    from payments.simulator.truth import Truth

    as_of = Truth.load(folder / "truth.json").as_of
    use(ground.clone("orders"))
    try:
        _configure(folder)
        for path in order:
            _deliver(folder, path)
            if chance is not None and chance.random() < RUN_SHARE:
                reconcile_everything(as_of=_some_day(chance, as_of))
        reconcile_everything(as_of=as_of)
        with connection.cursor() as cursor:
            cursor.execute(CORRECTED)
            corrected = int(cursor.fetchone()[0])
        return snapshot.take(), corrected
    finally:
        leave()
        ground.server.drop("orders")


def _some_day(chance: random.Random, as_of: date) -> date:
    """Runs between the arrivals judge by the last day too: what an earlier day's run says is not compared."""
    return as_of if chance.random() < 0.5 else date.fromordinal(as_of.toordinal() - chance.randrange(5))


def _configure(folder: Path) -> None:
    from payments.intake.configuration import configuration_rules
    from payments.methods.services.configuration import apply_configuration

    content = (folder / "configuration.toml").read_bytes()
    apply_configuration(content, configuration_rules(), name="configuration.toml", by=None)


def _deliver(folder: Path, path: Path) -> None:
    from payments.intake.routing import PostRoom
    from payments.management.importing import import_file
    from payments.settlement.services.imports import Terms

    route = PostRoom(folder).route(path)
    import_file(route.kind, route.owner, path, Terms(must_post=True))


def _difference(wanted: Any, found: Any) -> str:
    """The first thing that differs, for people."""
    for name in ("matches", "suggestions", "breaks", "deposits"):
        before, after = getattr(wanted, name), getattr(found, name)
        lost = [row for row in before if row not in after]
        new = [row for row in after if row not in before]
        if lost or new:
            return f"{name}: {len(lost)} lost {lost[:1]}, {len(new)} new {new[:1]}"
    return "?"
