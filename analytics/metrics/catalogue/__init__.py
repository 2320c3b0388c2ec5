"""The catalogue: every metric, once; pages, API, CSV, definition cards and `docs/metrics.md` are made from it."""

from __future__ import annotations

from typing import Final

from analytics.metrics.catalogue import abandonment, costs, failure, mix, repurchase, times
from analytics.metrics.declarations import catalogued

METRICS: Final = catalogued(
    (*failure.METRICS, *times.METRICS, *abandonment.METRICS, *repurchase.METRICS, *mix.METRICS, *costs.METRICS)
)

__all__ = ["METRICS"]
