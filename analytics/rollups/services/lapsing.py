"""Marks the buckets whose wait has passed: from then on their facts say more than before."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from analytics.metrics.facts import FACTS
from analytics.rollups.models import Progress
from analytics.rollups.spans import reporting_zone

CODE: Final = "lapses"
_HOURS: Final = """
INSERT INTO analytics_dirtybucket (facts, starts_at)
SELECT DISTINCT %(facts)s, bucket FROM (
  SELECT date_trunc('day', starts_at, %(zone)s) AS bucket
    FROM generate_series(date_trunc('hour', %(since)s::timestamptz, 'UTC'), %(until)s, '1 hour') AS starts_at
   WHERE starts_at + interval '1 hour' > %(since)s AND starts_at + interval '1 hour' <= %(until)s) AS lapsed
ON CONFLICT (facts, starts_at) DO NOTHING
"""


def mark_lapsed(now: datetime | None = None) -> None:
    """Mark the day of every hour whose end is now as far back as some facts wait; each once.

    It remembers how far it has come: what it misses while nothing runs it marks when it runs again.
    """
    until = now or timezone.now()
    with transaction.atomic():
        held, is_first = Progress.objects.select_for_update().get_or_create(code=CODE, defaults={"reached_at": until})
        # The first look finds everything counted as of now; a rebuild does too.
        since = until if is_first else held.reached_at
        if since >= until:
            return
        with connection.cursor() as cursor:
            for facts in FACTS:
                for wait in facts.lapses:
                    cursor.execute(_HOURS, _given(facts.family, since - wait, until - wait))
        held.reached_at = until
        held.save(update_fields=["reached_at"])


def _given(facts: str, since: datetime, until: datetime) -> dict[str, Any]:
    return {
        "facts": facts,
        "zone": reporting_zone().key,
        "since": since,
        "until": until,
    }
