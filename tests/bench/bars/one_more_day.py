"""One more day on a database that holds a million lines, beside the same day on an empty one."""

from __future__ import annotations

from statistics import median
from typing import Any, Final

from tests.bench.figures import Figure, at_most, exactly, told
from tests.bench.files import BATCH_LINES, Span
from tests.bench.ground import AS_OF, Ground
from tests.bench.rows import Expected

DAY_PAYMENTS: Final = 10_000
DAYS: Final = 3
TIMES_EMPTY: Final = 3.0


def measure(ground: Ground) -> list[Figure]:
    """Import and reconcile a few days, each on the large database and on one of its own."""
    first_batch = 2 + (ground.lines - 1) // BATCH_LINES
    spans = [Span(ground.lines + day * DAY_PAYMENTS, DAY_PAYMENTS, batch=first_batch + day) for day in range(DAYS)]
    large = ground.clone("large", ground.reconciled())
    on_large, on_empty = [], []
    for span in spans:
        on_large.append(_day(ground, large, span))
        empty = ground.clone("small", ground.with_merchant())
        on_empty.append(_day(ground, empty, span))
        ground.server.drop(empty)
    ground.server.drop(large)
    days = Expected.of(spans[0].first, DAYS * DAY_PAYMENTS)
    matched = on_large[-1]["steps"][2]["layers"]["transaction"]["matched"]
    return [
        at_most("one_more_day", _seconds(on_large), _seconds(on_empty), TIMES_EMPTY, "s", f"{DAY_PAYMENTS:,} payments"),
        exactly("one_more_day.matched", matched, Expected.of(0, ground.lines).matched + days.matched, "pairs"),
        *[
            told(f"one_more_day.{name}.{where}", median(run["steps"][place]["seconds"] for run in runs), "s")
            for place, name in enumerate(("movements", "statement", "reconcile"))
            for where, runs in (("large", on_large), ("empty", on_empty))
        ],
    ]


def _day(ground: Ground, database: str, span: Span) -> dict[str, Any]:
    statement, movements = ground.span_files(span)
    return ground.work(database, ("movements", movements), ("statement", statement), ("reconcile", AS_OF))


def _seconds(runs: list[dict[str, Any]]) -> float:
    return float(median(sum(step["seconds"] for step in run["steps"]) for run in runs))
