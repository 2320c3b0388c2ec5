"""How fresh the figures are: what has changed and is not counted yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from analytics.metrics.declarations import Metric

LATE: Final = timedelta(minutes=5)
_WAITING: Final = """
SELECT (SELECT marked_at FROM analytics_mark ORDER BY id LIMIT 1), (SELECT count(*) FROM analytics_dirtybucket
         WHERE rtrim(facts, '*') = ANY(%s))
"""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How much of what has changed is not counted yet."""

    as_of: datetime
    """Everything that changed before is counted, but for what is listed as waiting."""
    is_behind: bool
    """Whether changes have waited for longer than `LATE`."""
    waiting: int
    """Days and hours of these metrics that are to be counted anew."""


def freshness(metrics: Iterable[Metric]) -> Freshness:
    """How fresh the figures of some metrics are: what waits of others is nothing to who reads these."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [sorted({each.facts.family for each in metrics})])
        oldest, waiting = cursor.fetchone()
    now = timezone.now()
    return Freshness(oldest or now, oldest is not None and now - oldest > LATE, waiting)
