"""A million statement lines against a million movements: reading, posting and matching, beside the floor."""

from __future__ import annotations

import os
from statistics import median
from typing import Any, Final

from tests.bench import floor
from tests.bench.figures import Figure, at_most, exactly, told
from tests.bench.ground import AS_OF, Ground
from tests.bench.rows import Expected

ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "3"))
TIMES_FLOOR: Final = 2.5
MEMORY_MEGABYTES: Final = 400.0


def measure(ground: Ground) -> list[Figure]:
    """Measure product and floor in turn, in fresh copies of one database, and compare their medians."""
    statement, _ = ground.span_files(ground.whole)
    template = ground.with_ledger()
    ours: list[dict[str, Any]] = []
    floors: list[floor.FloorTimes] = []
    rendered: list[floor.Rendered] = []
    for _ in range(ROUNDS):
        database = ground.clone("product", template)
        ours.append(ground.work(database, ("statement", statement), ("reconcile", AS_OF)))
        rendered = rendered or floor.render(ground.server, database, ground.directory / "rendered")
        ground.adopt_as_reconciled(database)
        ground.server.drop(database)
        database = ground.clone("floor", template)
        floors.append(floor.run(ground.server, database, rendered))
        ground.server.drop(database)
    for one in rendered:
        one.path.unlink()
    return _figures(ground, ours, floors)


def _figures(ground: Ground, ours: list[dict[str, Any]], floors: list[floor.FloorTimes]) -> list[Figure]:
    totals = [sum(step["seconds"] for step in run["steps"]) for run in ours]
    limit = median(each.total for each in floors)
    note = f"{ground.lines:,} payments; each round: " + ", ".join(
        f"{total:.1f} s / {each.total:.1f} s" for total, each in zip(totals, floors, strict=True)
    )
    peak = max(run["peak_megabytes"] for run in ours)
    return [
        at_most("reconcile", median(totals), limit, TIMES_FLOOR, "s", note),
        Figure(
            "reconcile.processor",
            median(_processor(run) for run in ours),
            "s",
            median(each.processor for each in floors),
            "",
            True,
            "processor seconds, which other work on this machine changes less",
        ),
        at_most("reconcile.memory", peak, MEMORY_MEGABYTES, 1, "MiB"),
        *_results(ground, ours[-1], floors[-1]),
        *_steps(ours, floors),
    ]


def _processor(run: dict[str, Any]) -> float:
    return float(sum(sum(step["processor"].values()) for step in run["steps"]))


def _results(ground: Ground, run: dict[str, Any], floored: floor.FloorTimes) -> list[Figure]:
    """The speed of a wrong answer is worth nothing: every planted difference must be found, and nothing else."""
    expected = Expected.of(0, ground.lines)
    found = run["steps"][1]["layers"]["transaction"]
    wrong = sum(
        abs(found["breaks"].get(kind, 0) - expected.breaks.get(kind, 0))
        for kind in found["breaks"].keys() | expected.breaks.keys()
    )
    return [
        exactly("reconcile.matched", found["matched"], expected.matched, "pairs"),
        exactly("reconcile.floor_matched", floored.matched, expected.matched, "pairs"),
        exactly("reconcile.wrong_breaks", wrong, 0, "breaks", str(found["breaks"])),
    ]


def _steps(ours: list[dict[str, Any]], floors: list[floor.FloorTimes]) -> list[Figure]:
    posting, matching = ([run["steps"][place]["steps"] for run in ours] for place in (0, 1))
    figures = [
        told(f"reconcile.step.{name}", median(run[name] for run in runs), "s")
        for runs in (posting, matching)
        for name in runs[0]
    ]
    figures += [
        told(f"reconcile.processor.{name}.{who}", median(run["steps"][place]["processor"][who] for run in ours), "s")
        for place, name in enumerate(("statement", "reconcile"))
        for who in ("python", "postgres")
    ]
    return [
        *figures,
        told("reconcile.floor.copy", median(each.copy for each in floors), "s"),
        told("reconcile.floor.match", median(each.match for each in floors), "s"),
    ]
