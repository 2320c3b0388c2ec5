"""Counts days anew: what was kept of them is deleted and made from the facts, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
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
PAUSE_SECONDS: Final = 0.5
"""Between two looks at what came in meanwhile."""
FINDING_SECONDS: Final = 30.0
"""How long it is found out what is marked before the days of it are counted, while ever more comes in."""
REST_SECONDS: Final = 30.0
"""How long nothing is counted again while ever more comes in; a moment without any ends it."""
QUICK: Final = tuple(each for each in FAMILIES if each.is_hourly)
"""Kept within seconds: what changes lies in few days, mostly the last."""
SLOW: Final = tuple(each for each in FAMILIES if not each.is_hourly)
"""Kept within minutes: one change today changes days long past, as that of who comes back, or a whole month."""

DAYS_AT_ONCE: Final = 31
"""Days that follow each other are counted together: after a night without work, or when history comes in."""
_OLDEST: Final = """
SELECT DISTINCT starts_at FROM analytics_dirtybucket WHERE facts IN (%s, %s) AND starts_at >= %s
 ORDER BY starts_at LIMIT %s
"""
_TAKE: Final = """
WITH taken AS (DELETE FROM analytics_dirtybucket
                WHERE facts = %(family)s AND starts_at >= %(start)s AND starts_at < %(end)s RETURNING starts_at)
INSERT INTO analytics_dirtybucket (facts, starts_at) SELECT %(taken)s, starts_at FROM taken
ON CONFLICT (facts, starts_at) DO NOTHING
"""
_FORGET: Final = """
DELETE FROM analytics_dirtybucket WHERE facts = %(taken)s AND starts_at >= %(start)s AND starts_at < %(end)s
"""
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


def keep_quick_current(workers: int = 1) -> None:
    """Count what changed of the facts that lie in hours, and what waited long enough by now, several families at once.

    A round that takes longer than the pause between two is not joined by the next: workers would wait for each other.
    What changes while a day is counted waits for the next round, but while ever more comes in this one goes on.
    """
    with held_by_session("jeongsan.rollups.quick") as is_ours:
        if is_ours:
            mark_declared()
            mark_lapsed()
            _keep_counting(time.monotonic() + BUDGET_SECONDS, workers)


def keep_slow_current() -> None:
    """Count what changed of the other facts, each day once; one round at a time.

    What changes meanwhile waits for the next: any sale changes a day of buyers, and would have it counted without end.
    """
    with held_by_session("jeongsan.rollups.slow") as is_ours:
        if is_ours:
            deadline = time.monotonic() + BUDGET_SECONDS
            _find_out(deadline)
            for family in SLOW:
                _sweep(deadline, family)


def compute_dirty(budget_seconds: float = BUDGET_SECONDS, families: Sequence[Family] = FAMILIES) -> int:
    """Count every marked day, until none is marked or the time is up; how many runs of days or months were counted.

    Marks are taken before the facts are read: what changes meanwhile marks its day again.
    """
    deadline = time.monotonic() + budget_seconds
    count, found = 0, 1
    while found and time.monotonic() < deadline:
        _find_out(deadline)
        found = sum(_sweep(deadline, each) for each in families)
        count += found
    return count


def _keep_counting(deadline: float, workers: int) -> None:
    """Count what is marked, and again after a rest while ever more comes in.

    Its day is counted now and then, at most half of the time: whoever takes it in needs the machine too.
    """
    is_coming = True
    while is_coming and time.monotonic() < deadline:
        _find_out(deadline)
        started = time.monotonic()
        if workers == 1:
            for family in QUICK:
                _sweep(deadline, family)
        else:
            _sweep_beside(deadline, workers)
        ended = time.monotonic()
        is_coming = _is_coming_until(min(deadline, ended + max(REST_SECONDS, ended - started)))


def _sweep_beside(deadline: float, workers: int) -> None:
    """Several families at once, each with a connection of its own; what comes in meanwhile is found out beside them."""
    sweep = closing_connection(partial(_sweep, deadline))
    with ThreadPoolExecutor(workers) as pool:
        counting = [pool.submit(sweep, each) for each in QUICK]
        while wait(counting, timeout=PAUSE_SECONDS).not_done:
            resolve()
        for each in counting:
            each.result()


def _is_coming_until(rested_at: float) -> bool:
    """Whether ever more comes in until then; it is found out meanwhile."""
    while resolve():
        if time.monotonic() >= rested_at:
            return True
        time.sleep(PAUSE_SECONDS)
    return False


def _find_out(deadline: float) -> None:
    """Find out which days are marked, until no mark is left or it took long enough."""
    found_out_by = min(deadline, time.monotonic() + FINDING_SECONDS)
    while time.monotonic() < found_out_by and resolve():
        pass


def _sweep(deadline: float, family: Family) -> int:
    """Count the dirty days of a family, each once, so that no family waits for one that never ends; how many runs."""
    count, since = 0, _BEGINNING
    while time.monotonic() < deadline and (counted := _count_oldest(family, since)):
        count, since = count + 1, counted.end
    return count


def closing_connection(call: Callable[[Argument], Result]) -> Callable[[Argument], Result]:
    """The same call for a thread, whose connection goes with it."""

    def closed(argument: Argument) -> Result:
        try:
            return call(argument)
        finally:
            connection.close()

    return closed


def _count_oldest(family: Family, since: datetime) -> Span | None:
    """Count the oldest dirty day from an instant on and those that follow it, or the month that holds it; None where
    there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST, [family.name, _taken(family), since, DAYS_AT_ONCE])
        days = [day_of(row[0]) for row in cursor.fetchall()]
    if not days:
        return None
    month = month_of(days[0].start)
    span = month if family.clock is Clock.PERIOD else _run(days, month)
    count_span(family, span)
    return span


def _taken(family: Family) -> str:
    """What the days of a family are called that somebody counts, or died counting."""
    return f"{family.name}*"


def _run(days: Sequence[Span], month: Span) -> Span:
    """The first of some days and those that follow it without a gap, to the end of the month."""
    end = days[0].end
    for day in days[1:]:
        if day.start == end and day.start < month.end:
            end = day.end
    return Span(days[0].start, end)


def count_span(family: Family, span: Span) -> None:
    """Count whole days of one month, or a whole month of what is counted by period, in one transaction.

    The days are taken in one of their own: who marks one of them meanwhile would wait for it to be counted.
    """
    given: dict[str, Any] = {"family": family.name, "taken": _taken(family), "start": span.start, "end": span.end}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, given)
    with transaction.atomic(), connection.cursor() as cursor:
        _lock(cursor, family, month_of(span.start))
        cursor.execute(_FORGET, given)
        replace(cursor, family, span)


def _lock(cursor: Any, family: Family, month: Span) -> None:
    """One at a time: two that count the same day would write its rows twice."""
    name = f"jeongsan.rollups.{family.name}.{month.start.isoformat()}"
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
