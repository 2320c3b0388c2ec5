"""The statements that make what is kept ready, written from the declarations; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Facts, cube_name
from analytics.rollups.histograms import BUCKET_SQL

_COLUMNS: Final = "(cube, grain, starts_at, dimensions, measures, buckets, counts)"


def delete_between(facts: Facts, grain: str) -> str:
    """Forget the buckets of some facts from `%(start)s` to before `%(end)s`."""
    return (
        f"DELETE FROM analytics_rollup WHERE cube IN ({_cubes(facts)}) AND grain = '{grain}'"  # noqa: S608
        " AND starts_at >= %(start)s AND starts_at < %(end)s"
    )


def insert_hours(facts: Facts) -> str:
    """Count the facts from `%(start)s` to before `%(end)s` by the hour, for each cube."""
    parts = " UNION ALL ".join(_hours_of(facts, cube) for cube in facts.cubes)
    return f"{_told(facts)} INSERT INTO analytics_rollup {_COLUMNS} {parts}"


def counted(facts: Facts, cube: tuple[str, ...]) -> str:
    """`WITH …` that ends with `counted`: what `insert_hours` would keep, by a set of dimensions that is not kept."""
    return (
        f"{_told(facts)}, counted (cube, grain, starts_at, dimensions, measures, buckets, counts)"
        f" AS ({_hours_of(facts, cube)})"
    )


def _told(facts: Facts) -> str:
    bucket = "NULL::smallint"
    if facts.latency:
        bucket = f"CASE WHEN {facts.latency} IS NOT NULL THEN {BUCKET_SQL.format(column=facts.latency)} END"
    return (
        f"WITH facts AS MATERIALIZED (SELECT *, date_trunc('hour', at, 'UTC') AS hour, {bucket} AS bucket"  # noqa: S608
        f" FROM ({facts.sql}) AS told)"
    )


def insert_days(facts: Facts) -> str:
    """Add up the hours from `%(start)s` to before `%(end)s`, which is one day."""
    parts = " UNION ALL ".join(_day_of(facts, cube) for cube in facts.cubes)
    return f"INSERT INTO analytics_rollup {_COLUMNS} {parts}"


def _cubes(facts: Facts) -> str:
    return ", ".join(f"'{cube_name(facts, cube)}'" for cube in facts.cubes)


def _hours_of(facts: Facts, cube: tuple[str, ...]) -> str:
    measures = ", ".join(f"({each.sql})::bigint" for each in facts.measures)
    keys = ", ".join(("hour", *cube))
    plain = f"SELECT {keys}, ARRAY[{measures}] AS measures FROM facts GROUP BY {keys}"  # noqa: S608
    dimensions = f"ARRAY[{', '.join(cube)}]::text[]"
    name = cube_name(facts, cube)
    if not facts.latency:
        return f"SELECT '{name}', 'h', hour, {dimensions}, measures, NULL::smallint[], NULL::int[] FROM ({plain}) AS p"  # noqa: S608
    spread = (
        f"SELECT {keys}, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(times ORDER BY bucket) AS counts"  # noqa: S608
        f" FROM (SELECT {keys}, bucket, count(*)::int AS times FROM facts WHERE bucket IS NOT NULL"
        f" GROUP BY {keys}, bucket) AS one GROUP BY {keys}"
    )
    return (
        f"SELECT '{name}', 'h', hour, {dimensions}, measures, buckets, counts"  # noqa: S608
        f" FROM ({plain}) AS p LEFT JOIN ({spread}) AS s USING ({keys})"
    )


def _day_of(facts: Facts, cube: tuple[str, ...]) -> str:
    """One row for each combination; the buckets are unfolded, added and folded again."""
    name = cube_name(facts, cube)
    hours = (
        f"FROM analytics_rollup WHERE cube = '{name}' AND grain = 'h'"
        " AND starts_at >= %(start)s AND starts_at < %(end)s"
    )
    sums = ", ".join(f"sum(measures[{place}])::bigint" for place in range(1, len(facts.measures) + 1))
    plain = f"SELECT dimensions, ARRAY[{sums}] AS measures {hours} GROUP BY dimensions"
    if not facts.latency:
        return (
            f"SELECT '{name}', 'd', %(start)s::timestamptz, dimensions, measures, NULL::smallint[], NULL::int[]"  # noqa: S608
            f" FROM ({plain}) AS p"
        )
    spread = (
        "SELECT dimensions, array_agg(bucket ORDER BY bucket) AS buckets, array_agg(times ORDER BY bucket) AS counts"  # noqa: S608
        " FROM (SELECT dimensions, bucket, sum(times)::int AS times"
        f" FROM (SELECT dimensions, buckets, counts {hours}) AS kept, unnest(buckets, counts) AS each (bucket, times)"
        " GROUP BY dimensions, bucket) AS one GROUP BY dimensions"
    )
    return (
        f"SELECT '{name}', 'd', %(start)s::timestamptz, dimensions, measures, buckets, counts"  # noqa: S608
        f" FROM ({plain}) AS p LEFT JOIN ({spread}) AS s USING (dimensions)"
    )
