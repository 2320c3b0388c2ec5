"""The statements that make what is kept ready, written from the declarations; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Clock, Facts, Times, cube_name
from analytics.rollups.histograms import bucket_sql

_ROLLUP: Final = "(cube, grain, starts_at, dimensions, measures)"
_SPREAD: Final = "(cube, times, grain, starts_at, dimensions, buckets, counts)"
_BUCKET: Final = {
    Clock.INSTANT: "date_trunc('hour', at, 'UTC')",
    Clock.DATE: "date_trunc('day', at, %(zone)s)",
    Clock.PERIOD: "%(start)s::timestamptz",
}
"""Where a fact falls, by its clock."""


def delete_between(table: str, facts: Facts) -> str:
    """Forget the buckets of some facts, of `%(grain)s`, from `%(start)s` to before `%(end)s`."""
    cubes = ", ".join(f"'{cube_name(facts, cube)}'" for cube in facts.cubes)
    return (
        f"DELETE FROM analytics_{table} WHERE cube IN ({cubes}) AND grain = %(grain)s"  # noqa: S608
        " AND starts_at >= %(start)s AND starts_at < %(end)s"
    )


def insert_counted(facts: Facts) -> str:
    """Count the facts from `%(start)s` to before `%(end)s` into buckets of `%(grain)s`, by each cube."""
    parts = " UNION ALL ".join(_measured(facts, cube) for cube in facts.cubes)
    spreads = " UNION ALL ".join(_spread(facts, times, cube) for times in facts.times for cube in times.cubes)
    spread = f", spread AS (INSERT INTO analytics_spread {_SPREAD} {spreads})" if spreads else ""
    return f"{_told(facts)}{spread} INSERT INTO analytics_rollup {_ROLLUP} {parts}"


def counted(facts: Facts, cube: tuple[str, ...], times: Times | None) -> str:
    """`WITH … counted AS (…)`: what `insert_counted` would keep, by a set of dimensions that is not kept."""
    if times is None:
        return f"{_told(facts)}, counted {_ROLLUP} AS ({_measured(facts, cube)})"
    return f"{_told(facts)}, counted {_SPREAD} AS ({_spread(facts, times, cube)})"


def insert_days(facts: Facts) -> tuple[str, ...]:
    """Add up the hours from `%(start)s` to before `%(end)s`, which is one day."""
    cubes = ", ".join(f"'{cube_name(facts, cube)}'" for cube in facts.cubes)
    hours = f"WHERE cube IN ({cubes}) AND grain = 'h' AND starts_at >= %(start)s AND starts_at < %(end)s"
    sums = ", ".join(f"sum(measures[{place}])::bigint" for place in range(1, len(facts.measures) + 1))
    rollup = (
        f"INSERT INTO analytics_rollup {_ROLLUP} SELECT cube, 'd', %(start)s::timestamptz, dimensions, ARRAY[{sums}]"  # noqa: S608
        f" FROM analytics_rollup {hours} GROUP BY cube, dimensions"
    )
    if not facts.times:
        return (rollup,)
    return rollup, (
        f"INSERT INTO analytics_spread {_SPREAD} SELECT cube, times, 'd', %(start)s::timestamptz, dimensions,"  # noqa: S608
        " array_agg(bucket ORDER BY bucket), array_agg(many ORDER BY bucket)"
        " FROM (SELECT cube, times, dimensions, bucket, sum(one)::int AS many FROM analytics_spread,"
        f" unnest(buckets, counts) AS each (bucket, one) {hours} GROUP BY cube, times, dimensions, bucket) AS added"
        " GROUP BY cube, times, dimensions"
    )


def _told(facts: Facts) -> str:
    spreads = "".join(f", {bucket_sql(each.column, each.unit)} AS {each.code}_bucket" for each in facts.times)
    return (
        f"WITH facts AS MATERIALIZED (SELECT *, {_BUCKET[facts.clock]} AS bucket{spreads} FROM ({facts.sql}) AS told)"  # noqa: S608
    )


def _measured(facts: Facts, cube: tuple[str, ...]) -> str:
    measures = ", ".join(f"({each.sql})::bigint" for each in facts.measures)
    keys = ", ".join(("bucket", *cube))
    source = "facts"
    if facts.person:
        source = f"(SELECT {keys}, person, {facts.person} FROM facts GROUP BY {keys}, person) AS people"  # noqa: S608
    return (
        f"SELECT '{cube_name(facts, cube)}', %(grain)s, bucket, ARRAY[{', '.join(cube)}]::text[], ARRAY[{measures}]"  # noqa: S608
        f" FROM {source} GROUP BY {keys}"
    )


def _spread(facts: Facts, times: Times, cube: tuple[str, ...]) -> str:
    keys = ", ".join(("bucket", *cube))
    place = f"{times.code}_bucket"
    many = f"sum({facts.weight})::int"
    return (
        f"SELECT '{cube_name(facts, cube)}', '{times.code}', %(grain)s, bucket, ARRAY[{', '.join(cube)}]::text[],"  # noqa: S608
        f" array_agg({place} ORDER BY {place}), array_agg(many ORDER BY {place})"
        f" FROM (SELECT {keys}, {place}, {many} AS many FROM facts WHERE {place} IS NOT NULL"
        f" GROUP BY {keys}, {place}) AS one GROUP BY {keys}"
    )
