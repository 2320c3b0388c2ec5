"""`make bench`: prints each figure beside its limit and bar, keeps them in `bench.json`, and fails when a bar does.

`BENCH=name` runs one bar; `BENCH_LINES=50000` makes the large ones smaller.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from typing import Final

from config.settings.environment import Environment
from tests.bench.databases import migrate_empty, own_server
from tests.bench.figures import HEAD, Figure, keep

BARS: Final = (
    "reconcile", "rerun", "one_more_day", "adyen_50k", "concurrent", "kill", "orders", "score", "hostile", "readers", "door", "drain",
    "payment_list", "fraud_assess", "fraud_backtest", "fraud_review",
    "insights_rebuild", "insights_day", "insights_pages", "insights_tail", "first_chart", "drain_memory", "idempotency", "abuse", "broker_loss", "webhook_kill",
)  # fmt: skip
"""Those that share a large database first, one after the other."""
LINES: Final = 1_000_000


def main(names: list[str]) -> int:
    """Measure the named bars, or all; the exit code."""
    unknown = [name for name in names if name not in BARS]
    if unknown:
        sys.stderr.write(f"There is no bar {', '.join(unknown)}. Known are: {', '.join(BARS)}.\n")
        return 2
    kept_in = Environment().jeongsan_var / "bench.json"
    figures: list[Figure] = []
    with own_server() as (server, directory):
        migrate_empty(server)
        from tests.bench.ground import Ground

        ground = Ground(server, directory, int(os.environ.get("BENCH_LINES", LINES)))
        _say(HEAD)
        for name in names or BARS:
            started = time.monotonic()
            found: list[Figure] = importlib.import_module(f"tests.bench.bars.{name}").measure(ground)
            for figure in found:
                _say(figure.line() + (f"  ({figure.note})" if figure.note else ""))
            _say(f"{'':<4}{name}: measured in {time.monotonic() - started:.0f} s")
            figures += found
            keep(kept_in, figures)
    failed = [figure.name for figure in figures if not figure.is_met]
    _say(
        f"\n{len(figures)} figures in {kept_in}; " + (f"FAILED: {', '.join(failed)}" if failed else "every bar is met")
    )
    return 1 if failed else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
