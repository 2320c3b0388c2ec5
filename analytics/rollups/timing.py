"""Percentiles of what is kept of times: PostgreSQL finds the buckets in which they lie, few rows come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from analytics.metrics.declarations import Unit
from analytics.rollups.histograms import middle_of
from analytics.rollups.questions import PERCENTILES, Point, Values


@dataclass(frozen=True, slots=True)
class Timed:
    """What is known of some times."""

    sample: int
    times: Mapping[int, int | None]
    """Percent → time, in its unit."""


UNTIMED: Final = Timed(0, dict.fromkeys(PERCENTILES))


@dataclass(frozen=True, slots=True)
class TimesOf:
    """The times that a question found."""

    whole: Timed = UNTIMED
    steps: Mapping[Point, Timed] = field(default_factory=dict)
    parts: Mapping[Values, Timed] = field(default_factory=dict)
    spread: Mapping[int, int] = field(default_factory=dict)
    """Bucket of `histograms` → how many, of the whole."""
    spreads: Mapping[Values, Mapping[int, int]] = field(default_factory=dict)
    """The same by values."""


def times_of(found: str, point: str, values: tuple[str, ...], parameters: Mapping[str, Any], unit: Unit) -> TimesOf:
    """The times of `found` (`WITH … found AS` rows with buckets and counts), as a whole, by point, and by values.

    The nearest rank: of n times the p-th percentile is the one at place ceil(n * p / 100), told by its bucket.
    """
    names = tuple(f"value_{place}" for place in range(len(values)))
    with connection.cursor() as cursor:
        cursor.execute(_query(found, point, dict(zip(names, values, strict=True))), parameters)
        rows = cursor.fetchall()
    first = 3 + len(names)
    told = [(row, Timed(row[first], _percentiles(row[first + 1 : first + 1 + len(PERCENTILES)], unit))) for row in rows]
    whole = next(((row, each) for row, each in told if row[0] and row[1]), None)
    return TimesOf(
        whole=whole[1] if whole else UNTIMED,
        steps={row[2]: each for row, each in told if not row[0]},
        parts={row[3:first]: each for row, each in told if row[0] and not row[1]},
        spread=dict(zip(*whole[0][-2:], strict=True)) if whole else {},
        spreads={row[3:first]: dict(zip(*row[-2:], strict=True)) for row, _each in told if row[0] and not row[1]},
    )


def _query(found: str, point: str, values: Mapping[str, str]) -> str:
    columns = ", ".join(("point", *values))
    selected = "".join(f", {sql} AS {name}" for name, sql in values.items())
    sets = ["(point, bucket)", "(bucket)", *([f"({', '.join(values)}, bucket)"] if values else [])]
    no_values = f"grouping({next(iter(values))})" if values else "1"
    group = f"no_point, no_values, {columns}"
    ranks = ", ".join(f"min(bucket) FILTER (WHERE upto * 100 >= total * {percent})" for percent in PERCENTILES)
    return (
        # The calendar is asked once for a row, not for each of its buckets: hence the OFFSET. Buckets are added up once
        # before they are added up in three ways: many rows are few points.
        f"{found}, placed AS (SELECT {point} AS point{selected}, buckets, counts FROM found OFFSET 0),"  # noqa: S608
        f" flat AS (SELECT {columns}, each.bucket, sum(each.many) AS many FROM placed,"
        f" unnest(buckets, counts) AS each (bucket, many) GROUP BY {columns}, each.bucket),"
        f" sums AS (SELECT {columns}, bucket, sum(many)::bigint AS many, grouping(point) AS no_point,"
        f" {no_values} AS no_values FROM flat GROUP BY GROUPING SETS ({', '.join(sets)})),"
        f" ranked AS (SELECT *, (sum(many) OVER (PARTITION BY {group} ORDER BY bucket))::bigint AS upto,"
        f" (sum(many) OVER (PARTITION BY {group}))::bigint AS total FROM sums)"
        f" SELECT {group}, max(total), {ranks},"
        " CASE WHEN no_point = 1 THEN array_agg(bucket ORDER BY bucket) END,"
        " CASE WHEN no_point = 1 THEN array_agg(many ORDER BY bucket) END"
        f" FROM ranked GROUP BY {group}"
    )


def _percentiles(buckets: tuple[int, ...], unit: Unit) -> dict[int, int | None]:
    return {percent: middle_of(bucket, unit) for percent, bucket in zip(PERCENTILES, buckets, strict=True)}
