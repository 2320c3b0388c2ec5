"""Counts everything anew, or a range of days, while serving."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from analytics.metrics.declarations import Clock
from analytics.metrics.facts import FAMILIES, Family
from analytics.rollups.models import Progress
from analytics.rollups.services.computing import closing_connection, count_span
from analytics.rollups.services.lapsing import CODE
from analytics.rollups.spans import Span, day_of, days_between, month_of, week_of

_FIRST_AND_LAST: Final = """
SELECT least((SELECT min(requested_at) FROM payments_attempt), (SELECT min(started_at) FROM payments_checkout),
             (SELECT min(created_at) FROM payments_payment), (SELECT min(booked_on) FROM payments_linetotal)),
       greatest((SELECT max(requested_at) FROM payments_attempt), (SELECT max(started_at) FROM payments_checkout),
                (SELECT max(created_at) FROM payments_payment), (SELECT max(booked_on) FROM payments_linetotal))
"""
_MARK: Final = """
INSERT INTO analytics_dirtybucket (facts, starts_at) VALUES (%s, %s) ON CONFLICT (facts, starts_at) DO NOTHING
"""


def rebuild(
    since: datetime | None = None,
    until: datetime | None = None,
    families: Sequence[Family] = FAMILIES,
    *,
    workers: int = 1,
) -> int:
    """Count every day between two instants, by default all there are; how many days that were.

    A transaction for each month of each family of facts, so that pages and drains go on meanwhile; by several `workers`
    at once, each with a connection of its own.
    """
    extent = _first_and_last()
    if extent is None:
        return 0
    begin, end = day_of(since or extent.start).start, until or extent.end
    if since is None and until is None:
        _forget_outside(begin, day_of(extent.end).end)
        Progress.objects.update_or_create(code=CODE, defaults={"reached_at": timezone.now()})
    days = list(days_between(begin, end))
    # The first week may begin in the month before.
    months = dict.fromkeys((month_of(week_of(begin).start), *(month_of(day.start) for day in days)))
    work = [
        (family, month, Span(max(month.start, begin), min(month.end, days[-1].end)))
        for month in months
        for family in families
    ]
    if workers == 1:
        for each in work:
            _count_part(each)
    else:
        waiting = deque(work)
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(closing_connection(_count_waiting), [waiting] * workers))
    return len(days)


def _count_waiting(waiting: deque[tuple[Family, Span, Span]]) -> None:
    """Count one part after the other, in one connection, until nobody left any: a new one knows no table yet."""
    while True:
        try:
            part = waiting.popleft()
        except IndexError:
            return
        _count_part(part)


def _count_part(part: tuple[Family, Span, Span]) -> None:
    family, month, asked = part
    if family.clock is Clock.PERIOD:
        _count_or_mark(family, month, asked)
    elif asked.start < asked.end:
        count_span(family, asked)


def _count_or_mark(family: Family, month: Span, asked: Span) -> None:
    """Count a month that is asked for wholly; a part of one waits for the next round of what is slow."""
    if asked == month or asked.start >= asked.end:
        count_span(family, month)
        return
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [family.name, asked.start])


def _first_and_last() -> Span | None:
    """From the first fact to behind the last."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_AND_LAST)
        first, last = cursor.fetchone()
    return None if first is None else Span(first, last + timedelta(microseconds=1))


def _forget_outside(first: datetime, last: datetime) -> None:
    """What is kept of days without any facts is of no use to anybody."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("rollup", "spread"):
            cursor.execute(
                f"DELETE FROM analytics_{table} WHERE grain IN ('h', 'd') AND (starts_at < %s OR starts_at >= %s)",  # noqa: S608
                [first, last],
            )
