"""Counts days anew: what was kept of them is deleted and made from the facts, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction

from analytics.metrics.declarations import Clock, Facts
from analytics.metrics.facts import FAMILIES, Family
from analytics.rollups.services.lapsing import mark_lapsed
from analytics.rollups.services.resolving import resolve
from analytics.rollups.spans import Span, day_of, given, month_of, week_of
from analytics.rollups.statements import count_gathered, delete_between, gather, gather_source, grains_of

BUDGET_SECONDS: Final = 240.0
QUICK: Final = tuple(each for each in FAMILIES if each.clock is Clock.INSTANT)
"""Kept within seconds: what changes lies in few days, mostly the last."""
SLOW: Final = tuple(each for each in FAMILIES if each.clock is not Clock.INSTANT)
"""Kept within minutes: one change today changes days long past, or a whole month."""

_OLDEST: Final = "SELECT min(starts_at) FROM analytics_dirtybucket WHERE facts = %s"
_TAKE: Final = """
DELETE FROM analytics_dirtybucket WHERE facts = %s AND starts_at >= %s AND starts_at < %s
"""
_ROOM: Final = "SET LOCAL work_mem = '192MB'; SET LOCAL default_statistics_target = 10"
"""A day is sorted in memory; how often which value occurs is not asked, only how many there are."""


def keep_quick_current() -> None:
    """Count what changed of the facts that lie in hours, and what waited long enough by now."""
    mark_lapsed()
    compute_dirty(families=QUICK)


def keep_slow_current() -> None:
    """Count what changed of the other facts."""
    compute_dirty(families=SLOW)


def compute_dirty(budget_seconds: float = BUDGET_SECONDS, families: Sequence[Family] = FAMILIES) -> int:
    """Count every marked day, until none is marked or the time is up; how many days or months were counted.

    Marks are taken before the facts are read: what changes meanwhile marks its day again.
    """
    deadline, count = time.monotonic() + budget_seconds, 0
    while time.monotonic() < deadline and resolve():
        pass
    for each in families:
        while time.monotonic() < deadline and _count_oldest(each):
            count += 1
    return count


def _count_oldest(family: Family) -> bool:
    """Count the oldest dirty day, or the month that holds it; whether there was one."""
    with transaction.atomic(), connection.cursor() as cursor:
        _lock(cursor, family)
        cursor.execute(_OLDEST, [family.name])
        (oldest,) = cursor.fetchone()
        if oldest is None:
            return False
        _count(cursor, family, month_of(oldest) if family.clock is Clock.PERIOD else day_of(oldest))
    return True


def count_span(family: Family, span: Span) -> None:
    """Count whole days, or whole months of what is counted by period, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        _lock(cursor, family)
        _count(cursor, family, span)


def _lock(cursor: Any, family: Family) -> None:
    """One at a time: two that count the same day would write its rows twice."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"jeongsan.rollups.{family.name}"])


def _count(cursor: Any, family: Family, span: Span) -> None:
    cursor.execute(_ROOM)
    cursor.execute(_TAKE, [family.name, span.start, span.end])
    if family.source:
        cursor.execute(gather_source(family.source), given(span, family.facts[0]))
        cursor.execute(f"ANALYZE {family.source.name}")
    for facts in family.facts:
        _replace(cursor, facts, span)
    if family.source:
        cursor.execute(f"DROP TABLE {family.source.name}")


def _replace(cursor: Any, facts: Facts, span: Span) -> None:
    """Delete and count the rows of a span; weeks belong to the month in which they begin."""
    values = given(span, facts)
    reading: Mapping[str, Any] = values
    if facts.clock is Clock.PERIOD:
        reading = given(Span(span.start, week_of(span.end - timedelta(microseconds=1)).end), facts)
    cursor.execute(gather(facts, grains_of(facts)), reading)
    cursor.execute("ANALYZE gathered")
    for grain in grains_of(facts):
        given_grain = values | {"grain": grain}
        cursor.execute(delete_between("rollup", facts), given_grain)
        if facts.times:
            cursor.execute(delete_between("spread", facts), given_grain)
        for statement in count_gathered(facts, grain):
            cursor.execute(statement, given_grain)
    cursor.execute("DROP TABLE gathered")
