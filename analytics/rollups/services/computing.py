"""Computes buckets anew: what was kept of an hour is deleted and made from the facts in one transaction."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from analytics.metrics.declarations import Facts
from analytics.metrics.facts import FACTS
from analytics.rollups.statements import delete_between, insert_days, insert_hours

HOUR: Final = timedelta(hours=1)
BUDGET_SECONDS: Final = 240.0
LOCK: Final = "jeongsan.rollups"
REBUILT_AT_ONCE: Final = timedelta(days=1)

_OLDEST: Final = "SELECT min(starts_at) FROM analytics_dirtyhour"
_SPAN: Final = """
SELECT starts_at FROM analytics_dirtyhour WHERE starts_at >= %s AND starts_at < %s GROUP BY starts_at ORDER BY starts_at
"""
_TAKE: Final = "DELETE FROM analytics_dirtyhour WHERE starts_at = ANY(%s)"
_FIRST_AND_LAST: Final = "SELECT min(requested_at), max(requested_at) FROM payments_attempt"


def compute_dirty(budget_seconds: float = BUDGET_SECONDS) -> int:
    """Compute every marked hour, day by day, until none is marked or the time is up; how many hours that were.

    Marks are taken before the facts are read: what changes meanwhile marks its hour again.
    """
    deadline, count = time.monotonic() + budget_seconds, 0
    while time.monotonic() < deadline:
        found = _compute_a_day()
        if not found:
            return count
        count += found
    return count


def rebuild(since: datetime | None = None, until: datetime | None = None) -> int:
    """Compute every hour between two instants, by default from the first attempt to the last; how many days that were.

    A transaction each day, so that pages and drains go on meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_AND_LAST)
        first, last = cursor.fetchone()
    if first is None and (since is None or until is None):
        return 0
    count = 0
    for start in _days(since or first, until or last + timedelta(microseconds=1)):
        with transaction.atomic(), connection.cursor() as cursor:
            _lock(cursor)
            end = _next_day(start)
            cursor.execute("DELETE FROM analytics_dirtyhour WHERE starts_at >= %s AND starts_at < %s", [start, end])
            _compute(cursor, [(start, end)], start)
        count += 1
    return count


def _compute_a_day() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        _lock(cursor)
        cursor.execute(_OLDEST)
        (oldest,) = cursor.fetchone()
        if oldest is None:
            return 0
        start = _day_of(oldest)
        cursor.execute(_SPAN, [start, _next_day(start)])
        hours = [row[0] for row in cursor.fetchall()]
        cursor.execute(_TAKE, [hours])
        _compute(cursor, list(_spans(hours)), start)
    return len(hours)


def _lock(cursor: Any) -> None:
    """One at a time: two that compute the same day would write its rows twice."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])


def _compute(cursor: Any, spans: Sequence[tuple[datetime, datetime]], day: datetime) -> None:
    for facts in FACTS:
        for start, end in spans:
            _replace(cursor, facts, "h", start, end)
        _replace(cursor, facts, "d", day, _next_day(day))


def _replace(cursor: Any, facts: Facts, grain: str, start: datetime, end: datetime) -> None:
    given = {"start": start, "end": end}
    cursor.execute(delete_between(facts, grain), given)
    cursor.execute(insert_hours(facts) if grain == "h" else insert_days(facts), given)


def _spans(hours: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Hours that follow each other, as one span."""
    start = end = hours[0]
    for hour in hours:
        if hour > end:
            yield start, end
            start = hour
        end = hour + HOUR
    yield start, end


def reporting_zone() -> ZoneInfo:
    """The zone whose calendar days are kept ready."""
    return ZoneInfo(settings.REPORTING_ZONE)


def _day_of(moment: datetime) -> datetime:
    """The beginning of the calendar day of an instant."""
    local = moment.astimezone(reporting_zone())
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _next_day(start: datetime) -> datetime:
    return _day_of(start + timedelta(hours=36))


def _days(since: datetime, until: datetime) -> Iterator[datetime]:
    start = _day_of(since)
    while start < until:
        yield start
        start = _next_day(start)
