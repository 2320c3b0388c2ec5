"""Counts buckets anew: what was kept of them is deleted and made from the facts, in one transaction each day."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from analytics.metrics.declarations import Clock, Facts
from analytics.metrics.facts import FACTS
from analytics.rollups.services.lapsing import mark_lapsed
from analytics.rollups.services.resolving import resolve
from analytics.rollups.spans import Span, day_of, days_between, given, month_of, span_of_days, week_of
from analytics.rollups.statements import count_gathered, delete_between, gather, grains_of

BUDGET_SECONDS: Final = 240.0
QUICK: Final = tuple(each for each in FACTS if each.clock is Clock.INSTANT)
"""Kept within seconds: what changes lies in few hours, mostly the last."""
SLOW: Final = tuple(each for each in FACTS if each.clock is not Clock.INSTANT)
"""Kept within minutes: one change today changes days long past, or a whole month."""

_OLDEST: Final = "SELECT min(starts_at) FROM analytics_dirtybucket WHERE facts = %s"
_TAKE: Final = """
DELETE FROM analytics_dirtybucket WHERE facts = %s AND starts_at >= %s AND starts_at < %s RETURNING starts_at
"""


def keep_quick_current() -> None:
    """Count what changed of the facts that lie in hours, and what waited long enough by now."""
    mark_lapsed()
    compute_dirty(facts=QUICK)


def keep_slow_current() -> None:
    """Count what changed of the other facts."""
    compute_dirty(facts=SLOW)


def compute_dirty(budget_seconds: float = BUDGET_SECONDS, facts: Sequence[Facts] = FACTS) -> int:
    """Count every marked bucket of some facts, until none is marked or the time is up; how many buckets that were.

    Marks are taken before the facts are read: what changes meanwhile marks its bucket again.
    """
    deadline, count = time.monotonic() + budget_seconds, 0
    while time.monotonic() < deadline and resolve():
        pass
    for each in facts:
        while time.monotonic() < deadline:
            found = _count_oldest(each)
            count += found
            if not found:
                break
    return count


def _count_oldest(facts: Facts) -> int:
    """Count the dirty buckets of the oldest day, week or month that has any; how many that were."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OLDEST, [facts.code])
        (oldest,) = cursor.fetchone()
        if oldest is None:
            return 0
        span = month_of(oldest) if facts.clock is Clock.PERIOD else day_of(oldest)
        _lock(cursor, facts, span)
        cursor.execute(_TAKE, [facts.code, span.start, span.end])
        dirty = sorted(row[0] for row in cursor.fetchall())
        if dirty:
            _count(cursor, facts, span, dirty)
    return len(dirty) or 1


def count_span(facts: Facts, span: Span) -> None:
    """Count every bucket of some facts in a day, or in a month of what is counted by period, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        _lock(cursor, facts, span)
        cursor.execute(_TAKE, [facts.code, span.start, span.end])
        _count(cursor, facts, span, [])


def span_for(facts: Facts, day: Span) -> Span:
    """What is counted at once of some facts around a day."""
    return month_of(day.start) if facts.clock is Clock.PERIOD else day


def _lock(cursor: Any, facts: Facts, span: Span) -> None:
    """One at a time: two that count the same day would write its rows twice."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"jeongsan.{facts.code}.{span.start}"])


def _count(cursor: Any, facts: Facts, span: Span, dirty: Sequence[datetime]) -> None:
    """Count a span; of weeks only those of the dirty days, where some are named."""
    if facts.clock is Clock.PERIOD:
        _replace(cursor, facts, span, "m")
        for week in _weeks(span, dirty):
            _lock(cursor, facts, week)
            _replace(cursor, facts, week, "w")
    else:
        _replace(cursor, facts, span, grains_of(facts))


def _replace(cursor: Any, facts: Facts, span: Span, grains: str) -> None:
    values = given(span, facts)
    cursor.execute(gather(facts, grains), values)
    cursor.execute("ANALYZE gathered")
    for grain in grains:
        values["grain"] = grain
        cursor.execute(delete_between("rollup", facts), values)
        if facts.times:
            cursor.execute(delete_between("spread", facts), values)
        for statement in count_gathered(facts, grain):
            cursor.execute(statement, values)
    cursor.execute("DROP TABLE gathered")


def _weeks(month: Span, dirty: Sequence[datetime]) -> list[Span]:
    """The weeks of the dirty days, or every week that begins in a month."""
    if dirty:
        return list(dict.fromkeys(week_of(each) for each in dirty))
    return [
        span_of_days(day.start.date(), day.start.date() + timedelta(days=6))
        for day in days_between(month.start, month.end)
        if day.start.weekday() == 0
    ]
