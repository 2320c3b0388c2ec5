"""The statements that make what is kept ready, written from the declarations; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final

from analytics.metrics.declarations import Clock, Facts, Times, cube_name
from analytics.metrics.facts.pieces import hour_of
from analytics.rollups.histograms import bucket_sql

Cube = tuple[str, ...]

ROLLUP: Final = "(cube, grain, starts_at, dimensions, measures)"
SPREAD: Final = "(cube, times, grain, starts_at, dimensions, buckets, counts)"
_HOUR: Final = hour_of("at")
_DAY: Final = "date_trunc('day', at, %(zone)s)"
_WEEK: Final = "date_trunc('week', starts_at, %(zone)s)"
_GRAINS: Final = {"h": "hour", "d": "day", "w": "week", "m": "month"}
_BUCKETS: Final = {
    "h": _HOUR,
    "d": _DAY,
    "w": "date_trunc('week', at, %(zone)s)",
    "m": "date_trunc('month', at, %(zone)s)",
}
"""Where a fact falls, by the grain."""
GIVEN_DAYS: Final = _BUCKETS | {"d": "(%(days)s::timestamptz[])[width_bucket(at, %(days)s::timestamptz[])]"}
"""The same, where the midnights are known: a search among them takes a quarter of what the calendar takes."""


def counted(facts: Facts, cube: Cube, times: Times | None, grain: str) -> str:
    """`WITH … counted AS (…)`: what would be kept, by a set of dimensions that is not kept."""
    columns = (*dict.fromkeys((*cube, *facts.needs)),)
    told = f"WITH gathered AS MATERIALIZED ({gathered(facts, grain, facts.query, columns)})"
    if times is None:
        return f"{told}, counted {ROLLUP} AS ({measured(facts, cube, grain)})"
    return f"{told}, counted {SPREAD} AS ({spread(facts, times, cube, grain)})"


def gathered(facts: Facts, grains: str, query: str, columns: Sequence[str], where: Mapping[str, str] = _BUCKETS) -> str:
    """The facts from `%(start)s` to before `%(end)s` with their buckets of some grains, which `where` says."""
    # Only the columns that are needed: PostgreSQL then leaves out the tables that the others would come from.
    buckets = "".join(f", {where[grain]} AS {_GRAINS[grain]}_start" for grain in grains)
    spreads = "".join(f", {bucket_sql(f'({each.column})', each.unit)} AS {each.code}_bucket" for each in facts.times)
    # What a time is worked out from is worked out once: without OFFSET 0 it would be again wherever the time is used.
    once = f"SELECT {', '.join(dict.fromkeys((*columns, 'at')))} FROM ({query}) AS told OFFSET 0"  # noqa: S608
    return f"SELECT {', '.join(columns)}{buckets}{spreads} FROM ({once}) AS told"  # noqa: S608


def measured(facts: Facts, cube: Cube, grain: str) -> str:
    """What was gathered, counted by a cube."""
    keys = ", ".join((f"{_GRAINS[grain]}_start", *cube))
    source = "gathered"
    if facts.person:
        # What was gathered goes beyond the month, to the end of the week that begins last in it.
        inside = f"WHERE {_GRAINS[grain]}_start >= %(start)s AND {_GRAINS[grain]}_start < %(end)s"
        source = f"(SELECT {keys}, person, {facts.person} FROM gathered {inside} GROUP BY {keys}, person) AS people"  # noqa: S608
    return (
        f"SELECT '{cube_name(facts, cube)}' AS cube, '{grain}' AS grain, {_GRAINS[grain]}_start AS starts_at,"  # noqa: S608
        f" ARRAY[{', '.join(cube)}]::text[] AS dimensions, ARRAY[{_measures(facts)}] AS measures"
        f" FROM {source} GROUP BY {keys}"
    )


def measured_at_once(facts: Facts, sets: Sequence[tuple[str, Cube]]) -> str:
    """What was gathered, counted by several sets of dimensions, each with its grain, while it is read once."""
    keys = [(f"{_GRAINS[grain]}_start", *cube) for grain, cube in sets]
    columns = tuple(dict.fromkeys(chain(*keys)))
    # Of each row PostgreSQL tells which columns its set leaves out: a bit for each, the last column the lowest.
    left_out = [sum(1 << bit for bit, name in enumerate(reversed(columns)) if name not in key) for key in keys]

    def by_set(told: Iterable[str]) -> str:
        cases = (f"WHEN {number} THEN {sql}" for number, sql in zip(left_out, told, strict=True))
        return f"CASE GROUPING({', '.join(columns)}) {' '.join(cases)} END"

    cubes = by_set(f"'{cube_name(facts, cube)}'" for _grain, cube in sets)
    grains = by_set(f"'{grain}'" for grain, _cube in sets)
    dimensions = by_set(f"ARRAY[{', '.join(cube)}]::text[]" for _grain, cube in sets)
    return (
        f"SELECT {cubes} AS cube, {grains} AS grain, {by_set(key[0] for key in keys)} AS starts_at,"  # noqa: S608
        f" {dimensions} AS dimensions, ARRAY[{_measures(facts)}] AS measures FROM gathered"
        f" GROUP BY GROUPING SETS (({'), ('.join(', '.join(key) for key in keys)}))"
    )


def added(facts: Facts, cube: Cube, wider: Cube, table: str, grain: str) -> str:
    """From the rows of a wider cube, which are few."""
    # Texts are compared far quicker than arrays of them.
    kept = tuple(f"dimensions[{wider.index(each) + 1}]" for each in cube)
    return (
        f"SELECT '{cube_name(facts, cube)}', '{grain}', starts_at, ARRAY[{', '.join(kept)}]::text[],"  # noqa: S608
        f" ARRAY[{_sums(facts)}] FROM {table} WHERE cube = '{cube_name(facts, wider)}' AND grain = '{grain}'"
        f" AND starts_at >= %(start)s AND starts_at < %(end)s GROUP BY {', '.join(('starts_at', *kept))}"
    )


def joined(facts: Facts, times: Times, cubes: tuple[Cube, Cube], grain: str) -> str:
    """The spread of a cube from the rows of a wider one."""
    cube, wider = cubes
    keys = ", ".join(("starts_at", *cube))
    kept = "".join(f"dimensions[{wider.index(each) + 1}] AS {each}, " for each in cube)
    return (
        f"SELECT '{cube_name(facts, cube)}', '{times.code}', '{grain}', starts_at, ARRAY[{', '.join(cube)}]::text[],"  # noqa: S608
        " array_agg(bucket ORDER BY bucket), array_agg(many ORDER BY bucket)"
        f" FROM (SELECT {keys}, bucket, sum(one)::int AS many FROM (SELECT starts_at, {kept}bucket, one"
        " FROM analytics_spread, unnest(buckets, counts) AS each (bucket, one)"
        f" WHERE cube = '{cube_name(facts, wider)}' AND times = '{times.code}' AND grain = '{grain}'"
        " AND starts_at >= %(start)s AND starts_at < %(end)s) AS wider"
        f" GROUP BY {keys}, bucket) AS added GROUP BY {keys}"
    )


def spread(facts: Facts, times: Times, cube: Cube, grain: str) -> str:
    """How the times of what was gathered are spread, by a cube."""
    keys = ", ".join((f"{_GRAINS[grain]}_start", *cube))
    place = f"{times.code}_bucket"
    many = "count(*)" if facts.weight == "1" else f"sum({facts.weight})"
    return (
        f"SELECT '{cube_name(facts, cube)}', '{times.code}', '{grain}', {_GRAINS[grain]}_start,"  # noqa: S608
        f" ARRAY[{', '.join(cube)}]::text[],"
        f" array_agg({place} ORDER BY {place}), array_agg(many ORDER BY {place})"
        f" FROM (SELECT {keys}, {place}, ({many})::int AS many FROM gathered WHERE {place} IS NOT NULL"
        f" GROUP BY {keys}, {place}) AS one GROUP BY {keys}"
    )


def weeks(facts: Facts) -> str:
    """The days from `%(start)s` to before `%(end)s`, added up by the week."""
    return (
        f"SELECT cube, 'w', {_WEEK}, dimensions, ARRAY[{_sums(facts)}] FROM analytics_rollup"  # noqa: S608
        f" WHERE {_days(facts)} GROUP BY cube, {_WEEK}, dimensions"
    )


def spread_weeks(facts: Facts) -> str:
    """The spreads of these days, added up by the week; texts are compared once a row, not for each bucket."""
    return (
        f"WITH days AS (SELECT dense_rank() OVER (ORDER BY cube, times, {_WEEK}, dimensions) AS cell, cube, times,"  # noqa: S608
        f" {_WEEK} AS week, dimensions, buckets, counts FROM analytics_spread WHERE {_days(facts)}), added AS ("
        "SELECT cell, bucket, sum(one)::int AS many FROM days, unnest(buckets, counts) AS each (bucket, one)"
        " GROUP BY cell, bucket) SELECT cube, times, 'w', week, dimensions, buckets, counts"
        " FROM (SELECT DISTINCT ON (cell) cell, cube, times, week, dimensions FROM days) AS known JOIN ("
        "SELECT cell, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(many ORDER BY bucket) AS counts"
        " FROM added GROUP BY cell) AS one USING (cell)"
    )


def cubes_of(facts: Facts) -> str:
    """The names of everything that is kept of some facts, for `IN (…)`."""
    return ", ".join(f"'{cube_name(facts, cube)}'" for cube in facts.cubes)


def _measures(facts: Facts) -> str:
    return ", ".join(f"({each.sql})::bigint" for each in facts.measures)


def _sums(facts: Facts) -> str:
    return ", ".join(f"sum(measures[{place}])::bigint" for place in range(1, len(facts.measures) + 1))


def _days(facts: Facts) -> str:
    return f"cube IN ({cubes_of(facts)}) AND grain = 'd' AND starts_at >= %(start)s AND starts_at < %(end)s"


def grains_of(facts: Facts) -> str:
    """The grains by which some facts are kept, finest first."""
    match facts.clock:
        case Clock.PERIOD:
            return "wm"
        case Clock.DATE:
            return "d"
    return "hd" if facts.hourly else "d"
