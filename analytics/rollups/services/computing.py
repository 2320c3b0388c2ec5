"""Counts days anew: what was kept of them is deleted and made from the facts, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import Any, Final, TypeVar

from django.db import connection, transaction

from analytics.metrics.declarations import Clock
from analytics.metrics.facts import FAMILIES, Family
from analytics.rollups.services.declaring import mark_declared
from analytics.rollups.services.lapsing import mark_lapsed
from analytics.rollups.services.replacing import replace
from analytics.rollups.services.resolving import resolve
from analytics.rollups.spans import Span, day_of, month_of
from payments.records.services.locks import held_by_session

Argument = TypeVar("Argument")
Result = TypeVar("Result")

BUDGET_SECONDS: Final = 240.0
PAUSE_SECONDS: Final = 0.2
QUICK: Final = tuple(each for each in FAMILIES if each.clock is Clock.INSTANT)
"""Kept within seconds: what changes lies in few days, mostly the last."""
SLOW: Final = tuple(each for each in FAMILIES if each.clock is not Clock.INSTANT)
"""Kept within minutes: one change today changes days long past, or a whole month."""

DAYS_AT_ONCE: Final = 31
"""Days that follow each other are counted together: after a night without work, or when history comes in."""
_OLDEST: Final = "SELECT starts_at FROM analytics_dirtybucket WHERE facts = %s ORDER BY starts_at LIMIT %s"
_TAKE: Final = """
DELETE FROM analytics_dirtybucket WHERE facts = %s AND starts_at >= %s AND starts_at < %s
"""


def keep_quick_current(workers: int = 1) -> None:
    """Count what changed of the facts that lie in hours, and what waited long enough by now, several families at once.

    A round that takes longer than the pause between two is not joined by the next: workers would wait for each other.
    """
    with held_by_session("jeongsan.rollups.quick") as is_ours:
        if is_ours:
            mark_declared()
            mark_lapsed()
            compute_dirty(families=QUICK, workers=workers)


def keep_slow_current() -> None:
    """Count what changed of the other facts; one round at a time."""
    with held_by_session("jeongsan.rollups.slow") as is_ours:
        if is_ours:
            compute_dirty(families=SLOW)


def compute_dirty(
    budget_seconds: float = BUDGET_SECONDS, families: Sequence[Family] = FAMILIES, *, workers: int = 1
) -> int:
    """Count every marked day, until none is marked or the time is up; how many days or months were counted.

    Marks are taken before the facts are read: what changes meanwhile marks its day again. With several `workers`, each
    has a connection of its own.
    """
    deadline = time.monotonic() + budget_seconds
    while time.monotonic() < deadline and resolve():
        pass
    if workers == 1:
        return sum(_count_until(deadline, each) for each in families)
    with ThreadPoolExecutor(workers) as pool:
        count = closing_connection(partial(_count_until, deadline))
        counting = [pool.submit(count, each) for each in families]
        # What comes in meanwhile is found out beside them: it waits for the day that is being counted, not for a round.
        while wait(counting, timeout=PAUSE_SECONDS).not_done:
            resolve()
        return sum(each.result() for each in counting)


def _count_until(deadline: float, family: Family) -> int:
    count = 0
    while time.monotonic() < deadline and _count_oldest(family):
        count += 1
    return count


def closing_connection(call: Callable[[Argument], Result]) -> Callable[[Argument], Result]:
    """The same call for a thread, whose connection goes with it."""

    def closed(argument: Argument) -> Result:
        try:
            return call(argument)
        finally:
            connection.close()

    return closed


def _count_oldest(family: Family) -> bool:
    """Count the oldest dirty day and those that follow it, or the month that holds it; whether there was one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OLDEST, [family.name, DAYS_AT_ONCE])
        days = [day_of(row[0]) for row in cursor.fetchall()]
        if not days:
            return False
        month = month_of(days[0].start)
        _lock(cursor, family, month)
        _count(cursor, family, month if family.clock is Clock.PERIOD else _run(days, month))
    return True


def _run(days: Sequence[Span], month: Span) -> Span:
    """The first of some days and those that follow it without a gap, to the end of the month."""
    end = days[0].end
    for day in days[1:]:
        if day.start == end and day.start < month.end:
            end = day.end
    return Span(days[0].start, end)


def count_span(family: Family, span: Span) -> None:
    """Count whole days of one month, or a whole month of what is counted by period, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        _lock(cursor, family, month_of(span.start))
        _count(cursor, family, span)


def _lock(cursor: Any, family: Family, month: Span) -> None:
    """One at a time: two that count the same day would write its rows twice."""
    name = f"jeongsan.rollups.{family.name}.{month.start.isoformat()}"
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _count(cursor: Any, family: Family, span: Span) -> None:
    cursor.execute(_TAKE, [family.name, span.start, span.end])
    replace(cursor, family, span)
