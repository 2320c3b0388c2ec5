"""Replaces what is kept of a span: the old rows go, the facts are gathered, and each kept set is counted from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from analytics.metrics.declarations import Clock, Facts, wider_than
from analytics.metrics.facts import Family
from analytics.rollups import statements
from analytics.rollups.spans import Span, bounds, days_between, given, week_of
from payments.ledger.services.tables import array

_ROOM: Final = """
SET LOCAL work_mem = '192MB'; SET LOCAL default_statistics_target = 10; SET LOCAL max_parallel_workers_per_gather = 0
"""
"""A day is sorted in memory; how often which value occurs is not asked, only how many there are. One process counts a
span: families are counted beside each other anyhow, and several processes look up its rows with half again the work."""
_IN_ORDER: Final = """
SET LOCAL enable_indexscan = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_nestloop = off
"""
_LOOKED_UP: Final = """
SET LOCAL enable_indexscan = on; SET LOCAL enable_seqscan = on; SET LOCAL enable_nestloop = on
"""
"""A span of time is read three times as fast through a bitmap, page by page, as row by row through its index. To the
planner both are equal where rows lie in the order of time, and it would rather look up each row of a day than join a
day of them, which takes two thirds of that. What is looked up meanwhile stands in an index alone."""

Values = Mapping[str, Any]


def replace(cursor: Any, family: Family, span: Span) -> None:
    """Count whole days of a family of facts anew, or whole months of what is counted by period.

    The caller holds the family, and a transaction.
    """
    cursor.execute(_ROOM)
    values = given(span, family.facts[0])
    steps = family.source.steps if family.source else ()
    for step in steps:
        cursor.execute(_IN_ORDER if step.is_in_order else _LOOKED_UP)
        _gather(cursor, step.name, step.filled(), values)
        cursor.execute(f"ANALYZE {step.name} ({', '.join(step.keys)})")
    for facts in family.facts:
        _replace_facts(cursor, facts, span)
    for step in steps:
        cursor.execute(f"DROP TABLE {step.name}")
    if family.clock is not Clock.PERIOD:
        _add_up_weeks(cursor, family, span)


def _add_up_weeks(cursor: Any, family: Family, span: Span) -> None:
    """The weeks that the days of a span lie in, from the days: what is asked of a year reads a seventh of the rows."""
    first, last = week_of(span.start), week_of(span.end - timedelta(microseconds=1))
    for edge in dict.fromkeys((first, last)):
        # A week may lie in two months that are counted at the same time: the later one sees the days of the other.
        name = f"jeongsan.rollups.{family.name}.week.{edge.start.isoformat()}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    for facts in family.facts:
        values = bounds(Span(first.start, last.end)) | {"grain": "w"}
        _forget(cursor, facts, values)
        cursor.execute(f"INSERT INTO analytics_rollup {statements.ROLLUP} {statements.weeks(facts)}", values)
        if facts.times:
            cursor.execute(f"INSERT INTO analytics_spread {statements.SPREAD} {statements.spread_weeks(facts)}", values)


def _replace_facts(cursor: Any, facts: Facts, span: Span) -> None:
    reading = span
    if facts.clock is Clock.PERIOD:
        # Weeks belong to the month in which they begin.
        reading = Span(span.start, week_of(span.end - timedelta(microseconds=1)).end)
    grains = statements.grains_of(facts)
    dimensions = {name for cube in facts.cubes for name in cube}
    columns = dict.fromkeys((*(name for name in facts.dimensions if name in dimensions), *facts.needs))
    query = statements.gathered(facts, grains, facts.sql, tuple(columns), statements.GIVEN_DAYS)
    values = given(reading, facts)
    if "d" in grains:
        values["days"] = array("timestamptz", [day.start for day in days_between(reading.start, reading.end)])
    cursor.execute(_IN_ORDER if facts.is_in_order else _LOOKED_UP)
    _gather(cursor, "gathered", query, values)
    cursor.execute(_LOOKED_UP)
    if not facts.person:
        _count_base(cursor, facts, grains)
    for grain in grains:
        values = bounds(span) | {"grain": grain}
        _forget(cursor, facts, values)
        _count_measures(cursor, facts, grain, values)
        _count_times(cursor, facts, grain, values)
    if not facts.person:
        cursor.execute("DROP TABLE base")
    cursor.execute("DROP TABLE gathered")


def _gather(cursor: Any, name: str, query: str, values: Values) -> None:
    """A table and no part of a larger statement: PostgreSQL knows how many rows it has."""
    cursor.execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {query}", values)


def _forget(cursor: Any, facts: Facts, values: Values) -> None:
    for table in ("rollup", "spread") if facts.times else ("rollup",):
        cursor.execute(
            f"DELETE FROM analytics_{table} WHERE cube IN ({statements.cubes_of(facts)}) AND grain = %(grain)s"  # noqa: S608
            " AND starts_at >= %(start)s AND starts_at < %(end)s",
            values,
        )


def _kept(facts: Facts, grain: str) -> Sequence[statements.Cube]:
    """Wide sets first: narrow ones are added up from them."""
    return sorted(facts.hourly if grain == "h" else facts.cubes, key=len, reverse=True)


def _counted(facts: Facts, grain: str) -> tuple[statements.Cube, ...]:
    """The sets that are counted from the facts; all that are kept are among them or added up from wider ones."""
    bases = () if grain == "h" else facts.bases
    kept = tuple(_kept(facts, grain))
    return (*bases, *(cube for cube in kept if wider_than(cube, (*kept, *bases)) is None))


def _count_base(cursor: Any, facts: Facts, grains: str) -> None:
    sets = [(grain, cube) for grain in grains for cube in _counted(facts, grain)]
    cursor.execute(f"CREATE TEMP TABLE base ON COMMIT DROP AS {statements.measured_at_once(facts, sets)}")


def _count_measures(cursor: Any, facts: Facts, grain: str, values: Values) -> None:
    cubes = tuple(_kept(facts, grain))
    for cube in cubes:
        if facts.person:
            # People are not added up: who is in two rows of a wider set is one person all the same.
            rows = statements.measured(facts, cube, grain)
        elif wider := wider_than(cube, cubes):
            rows = statements.added(facts, cube, wider, "analytics_rollup", grain)
        else:
            counted = wider_than(cube, _counted(facts, grain)) or cube
            rows = statements.added(facts, cube, counted, "base", grain)
        cursor.execute(f"INSERT INTO analytics_rollup {statements.ROLLUP} {rows}", values)


def _count_times(cursor: Any, facts: Facts, grain: str, values: Values) -> None:
    for times in facts.times:
        kept = tuple(cube for cube in _kept(facts, grain) if cube in times.cubes)
        for cube in kept:
            wider = wider_than(cube, kept)
            if wider is None:
                rows = statements.spread(facts, times, cube, grain)
            else:
                rows = statements.joined(facts, times, (cube, wider), grain)
            cursor.execute(f"INSERT INTO analytics_spread {statements.SPREAD} {rows}", values)
