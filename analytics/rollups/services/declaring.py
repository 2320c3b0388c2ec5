"""Marks everything when what is counted is declared otherwise than it was: after an upgrade no figure is half kept."""

from __future__ import annotations

import hashlib
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from analytics.metrics.facts import FAMILIES, Family
from analytics.rollups.models import Progress
from analytics.rollups.spans import reporting_zone

_MARK: Final = """
INSERT INTO analytics_dirtybucket (facts, starts_at)
SELECT %(family)s, date_trunc('day', day, %(zone)s)
  FROM (SELECT least((SELECT min(starts_at) FROM analytics_rollup), now()) AS first) AS extent,
       generate_series(date_trunc('day', first, %(zone)s), now(), '1 day') AS day
ON CONFLICT (facts, starts_at) DO NOTHING
"""


def mark_declared() -> None:
    """Mark every day of a family of facts whose declaration is another than the one it was counted by.

    What is counted for the first time has marks of its own.
    """
    known = dict(Progress.objects.filter(code__startswith="family:").values_list("code", "signature"))
    for family in FAMILIES:
        code, signature = f"family:{family.name}", signature_of(family)
        if known.get(code) == signature:
            continue
        with transaction.atomic():
            _, is_first = Progress.objects.update_or_create(
                code=code, defaults={"signature": signature, "reached_at": timezone.now()}
            )
            if not is_first:
                with connection.cursor() as cursor:
                    cursor.execute(_MARK, {"family": family.name, "zone": reporting_zone().key})


def signature_of(family: Family) -> str:
    """What a family of facts is counted by: its queries, measures and sets, and the zone of its days."""
    told = repr((family.facts, reporting_zone().key))
    return hashlib.sha256(told.encode()).hexdigest()
