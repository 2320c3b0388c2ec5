"""The counting task as a process of its own: it goes on until its input closes, and then until nothing is left to count.

`python -m tests.bench.year.counting` prints one JSON object; with `unmarked` it throws marks away unread: the planted arm.
"""

from __future__ import annotations

import json
import select
import sys
import time
from typing import Any, Final
from unittest.mock import patch

import django

PAUSE_SECONDS: Final = 1.0


def count_on() -> dict[str, Any]:
    """Rounds of what beat starts every few seconds; the longest of them, and the most that was waiting at the end of one."""
    from analytics.rollups.models import DirtyBucket, Mark
    from analytics.rollups.services.computing import keep_quick_current

    rounds, slowest, most_left = 0, 0.0, 0
    while True:
        is_last = bool(select.select([sys.stdin], [], [], PAUSE_SECONDS)[0])
        started = time.monotonic()
        keep_quick_current(workers=2)
        slowest, rounds = max(slowest, time.monotonic() - started), rounds + 1
        left = Mark.objects.count()
        if is_last and not left:
            break
        most_left = max(most_left, left)
    ended = time.time()
    return {
        "ended": ended, "rounds": rounds, "slowest": slowest, "most_left": most_left,
        "slow_seconds": _slow_facts(), "left": DirtyBucket.objects.count(),
    }  # fmt: skip


def _slow_facts() -> float:
    """Seconds to count the facts that are counted every few minutes only."""
    from analytics.rollups.services.computing import keep_slow_current

    started = time.monotonic()
    keep_slow_current()
    return time.monotonic() - started


def _throw_away() -> int:
    from analytics.rollups.models import Mark

    Mark.objects.all().delete()
    return 0


def main(arguments: list[str]) -> None:
    """Count with the clock at the end of the year."""
    from tests.bench.year.kept import at_the_end

    django.setup()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    with at_the_end():
        if "unmarked" in arguments:
            with patch("analytics.rollups.services.computing.resolve", _throw_away):
                found = count_on()
        else:
            found = count_on()
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
