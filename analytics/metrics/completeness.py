"""What a period of a metric waits for until it is complete, beside what its declaration says; pure."""

from __future__ import annotations

from analytics.metrics.declarations import Metric
from analytics.metrics.facts import LINES


def is_told_by_statements(metric: Metric) -> bool:
    """Whether the statements of providers tell what is counted: it is complete once all of them are here."""
    return metric.facts is LINES
