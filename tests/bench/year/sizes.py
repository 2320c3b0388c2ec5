"""How large the measured years are: one of ten million attempts and one of a tenth of it."""

from __future__ import annotations

import os
from typing import Final

ATTEMPTS: Final = 10_000_000


def large() -> int:
    """Attempts of the large year; `BENCH_ATTEMPTS` makes it smaller."""
    return int(os.environ.get("BENCH_ATTEMPTS", ATTEMPTS))


def small() -> int:
    """Attempts of the year that the large one is compared with."""
    return large() // 10
