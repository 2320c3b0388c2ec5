"""How fresh the figures are: what has changed and is not counted yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

LATE: Final = timedelta(minutes=5)
_WAITING: Final = """
SELECT (SELECT marked_at FROM analytics_mark ORDER BY id LIMIT 1), (SELECT count(*) FROM analytics_dirtybucket)
"""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How much of what has changed is not counted yet."""

    as_of: datetime
    """Everything that changed before is counted, but for what is listed as waiting."""
    is_behind: bool
    """Whether changes have waited for longer than `LATE`."""
    waiting: int
    """Buckets that are to be counted anew."""


def freshness() -> Freshness:
    """How fresh the figures are."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        oldest, waiting = cursor.fetchone()
    now = timezone.now()
    return Freshness(oldest or now, oldest is not None and now - oldest > LATE, waiting)
