"""The statements that make what is kept ready, written from the declarations; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from analytics.metrics.declarations import Clock, Facts, Times, cube_name, wider_than
from analytics.rollups.histograms import bucket_sql

Cube = tuple[str, ...]

_ROLLUP: Final = "(cube, grain, starts_at, dimensions, measures)"
_SPREAD: Final = "(cube, times, grain, starts_at, dimensions, buckets, counts)"
_HOUR: Final = "date_trunc('hour', at, 'UTC')"
_DAY: Final = "date_trunc('day', at, %(zone)s)"
_GRAINS: Final = {"h": "hour", "d": "day", "w": "week", "m": "month"}
_BUCKETS: Final = {
    "h": _HOUR,
    "d": _DAY,
    "w": "date_trunc('week', at, %(zone)s)",
    "m": "date_trunc('month', at, %(zone)s)",
}
"""Where a fact falls, by the grain."""


def delete_between(table: str, facts: Facts) -> str:
    """Forget the buckets of some facts, of `%(grain)s`, from `%(start)s` to before `%(end)s`."""
    cubes = ", ".join(f"'{cube_name(facts, cube)}'" for cube in facts.cubes)
    return (
        f"DELETE FROM analytics_{table} WHERE cube IN ({cubes}) AND grain = %(grain)s"  # noqa: S608
        " AND starts_at >= %(start)s AND starts_at < %(end)s"
    )


def gather(facts: Facts, grains: str) -> str:
    """Gather the facts from `%(start)s` to before `%(end)s` in a table of their own, with their buckets.

    A table and no part of a larger statement: so PostgreSQL knows how many they are, and reads them with two processes.
    """
    return f"CREATE TEMP TABLE gathered ON COMMIT DROP AS {_gathered(facts, grains)}"


def count_gathered(facts: Facts, grain: str) -> Iterator[str]:
    """Count what was gathered into buckets of a grain, by each cube that is kept so; wide cubes come first."""
    cubes = facts.hourly if grain == "h" else facts.cubes
    for cube in sorted(cubes, key=len, reverse=True):
        wider = wider_than(cube, cubes)
        if wider is None or facts.person:
            yield f"INSERT INTO analytics_rollup {_ROLLUP} {_measured(facts, cube, grain)}"
        else:
            yield f"INSERT INTO analytics_rollup {_ROLLUP} {_added(facts, cube, wider, grain)}"
    for times in facts.times:
        for cube in times.cubes:
            if cube in cubes:
                yield f"INSERT INTO analytics_spread {_SPREAD} {_spread(facts, times, cube, grain)}"


def counted(facts: Facts, cube: Cube, times: Times | None, grain: str) -> str:
    """`WITH … counted AS (…)`: what would be kept, by a set of dimensions that is not kept."""
    gathered = f"WITH gathered AS MATERIALIZED ({_gathered(facts, grain)})"
    if times is None:
        return f"{gathered}, counted {_ROLLUP} AS ({_measured(facts, cube, grain)})"
    return f"{gathered}, counted {_SPREAD} AS ({_spread(facts, times, cube, grain)})"


def _gathered(facts: Facts, grains: str) -> str:
    buckets = "".join(f", {_BUCKETS[grain]} AS {_GRAINS[grain]}_start" for grain in grains)
    spreads = "".join(f", {bucket_sql(f'({each.column})', each.unit)} AS {each.code}_bucket" for each in facts.times)
    return f"SELECT *{buckets}{spreads} FROM ({facts.sql}) AS told"  # noqa: S608


def _measured(facts: Facts, cube: Cube, grain: str) -> str:
    measures = ", ".join(f"({each.sql})::bigint" for each in facts.measures)
    keys = ", ".join((f"{_GRAINS[grain]}_start", *cube))
    source = "gathered"
    if facts.person:
        source = f"(SELECT {keys}, person, {facts.person} FROM gathered GROUP BY {keys}, person) AS people"  # noqa: S608
    return (
        f"SELECT '{cube_name(facts, cube)}', '{grain}', {_GRAINS[grain]}_start, ARRAY[{', '.join(cube)}]::text[],"  # noqa: S608
        f" ARRAY[{measures}] FROM {source} GROUP BY {keys}"
    )


def _added(facts: Facts, cube: Cube, wider: Cube, grain: str) -> str:
    """From the rows of a wider cube, which are few."""
    sums = ", ".join(f"sum(measures[{place}])::bigint" for place in range(1, len(facts.measures) + 1))
    kept = ", ".join(f"dimensions[{wider.index(each) + 1}]" for each in cube)
    return (
        f"SELECT '{cube_name(facts, cube)}', '{grain}', starts_at, ARRAY[{kept}]::text[], ARRAY[{sums}]"  # noqa: S608
        f" FROM analytics_rollup WHERE cube = '{cube_name(facts, wider)}' AND grain = '{grain}'"
        " AND starts_at >= %(start)s AND starts_at < %(end)s GROUP BY starts_at, 4"
    )


def _spread(facts: Facts, times: Times, cube: Cube, grain: str) -> str:
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


def grains_of(facts: Facts) -> str:
    """The grains by which some facts are kept, finest first."""
    match facts.clock:
        case Clock.PERIOD:
            return "wm"
        case Clock.DATE:
            return "d"
    return "hd" if facts.hourly else "d"
