"""Percentiles of what is kept of times: many rows of one point are added up by PostgreSQL, the rest is done here."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Final

from django.db import connection

from analytics.metrics.declarations import Unit
from analytics.rollups.histograms import middle_of
from analytics.rollups.questions import PERCENTILES, Point, Values

Spread = Mapping[int, int]
"""Bucket of `histograms` → how many."""


_CELL: Final = 65_536
"""More than there are buckets: they are small integers, from -1."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What is known of some times."""

    sample: int
    times: Mapping[int, int | None]
    """Percent → time, in its unit."""


UNTIMED: Final = Timed(0, dict.fromkeys(PERCENTILES))


@dataclass(frozen=True, slots=True)
class Reading:
    """Where the times of a question are read from."""

    found: str
    """`WITH … found AS` rows with starts_at, dimensions, buckets and counts."""
    point: str
    """What names the step of such a row."""
    values: tuple[str, ...]
    """What names its values of the split."""
    is_summed: bool
    """Whether many rows are of one step and are added up where they lie: hours of a day, weeks of a period. A row for
    each step comes as it is, which takes a tenth of the time."""


@dataclass(frozen=True, slots=True)
class TimesOf:
    """The times that a question found."""

    whole: Timed = UNTIMED
    steps: Mapping[Point, Timed] = field(default_factory=dict)
    parts: Mapping[Values, Timed] = field(default_factory=dict)
    spread: Spread = field(default_factory=dict)
    """Of the whole."""
    spreads: Mapping[Values, Spread] = field(default_factory=dict)
    """The same by values."""


def times_of(reading: Reading, parameters: Mapping[str, Any], unit: Unit) -> TimesOf:
    """The times of what is read, as a whole, by point, and by values."""
    with connection.cursor() as cursor:
        cursor.execute(_query(reading), parameters)
        rows = cursor.fetchall()
    steps: dict[Point, dict[int, int]] = {}
    parts: dict[Values, dict[int, int]] = {}
    for point, *values, buckets, counts in rows:
        _add(steps, point, buckets, counts)
        if values:
            _add(parts, (*values,), buckets, counts)
    wholes: dict[None, dict[int, int]] = {}
    for spread in min(steps, parts or steps, key=len).values():
        _add(wholes, None, spread.keys(), spread.values())
    whole = wholes.get(None, {})
    return TimesOf(
        whole=_timed(whole, unit),
        steps={point: _timed(spread, unit) for point, spread in steps.items()},
        parts={values: _timed(spread, unit) for values, spread in parts.items()},
        spread=whole,
        spreads=parts,
    )


def _query(reading: Reading) -> str:
    named = {"point": reading.point} | {f"value_{place}": sql for place, sql in enumerate(reading.values)}
    selected = ", ".join(f"{sql} AS {name}" for name, sql in named.items())
    if not reading.is_summed:
        return f"{reading.found} SELECT {selected}, buckets, counts FROM found"  # noqa: S608
    columns = ", ".join(named)
    return (
        # Texts are compared and the calendar is asked once for a row, not for each of its buckets: rows of one cell get
        # a number, and cell and bucket are one number that sorts and hashes fast.
        f"{reading.found}, placed AS MATERIALIZED (SELECT {columns}, dense_rank() OVER (ORDER BY {columns}) AS cell,"  # noqa: S608
        f" buckets, counts FROM (SELECT {selected}, buckets, counts FROM found OFFSET 0) AS told),"
        " each AS (SELECT cell, unnest(buckets) AS bucket, unnest(counts) AS many FROM placed),"
        f" sums AS (SELECT cell * {_CELL} + bucket + 1 AS place, sum(many) AS many FROM each GROUP BY place),"
        f" spreads AS (SELECT place / {_CELL} AS cell, array_agg(place %% {_CELL} - 1) AS buckets,"
        f" array_agg(many) AS counts FROM sums GROUP BY place / {_CELL})"
        f" SELECT {columns}, spreads.buckets, spreads.counts"
        f" FROM (SELECT DISTINCT ON (cell) cell, {columns} FROM placed) AS known JOIN spreads USING (cell)"
    )


def _add(spreads: dict[Any, dict[int, int]], key: Any, buckets: Iterable[int], counts: Iterable[int]) -> None:
    spread = spreads.get(key)
    if spread is None:
        spreads[key] = dict(zip(buckets, counts, strict=True))
        return
    for bucket, many in zip(buckets, counts, strict=True):
        spread[bucket] = spread.get(bucket, 0) + many


def _timed(spread: Spread, unit: Unit) -> Timed:
    """The nearest rank: of n times the p-th percentile is the one at place ceil(n * p / 100), told by its bucket."""
    if not spread:
        return UNTIMED
    buckets = sorted(spread)
    upto = list(accumulate(map(spread.__getitem__, buckets)))
    ranks = {percent: -(-upto[-1] * percent // 100) for percent in PERCENTILES}
    return Timed(
        upto[-1], {percent: middle_of(buckets[bisect_left(upto, rank)], unit) for percent, rank in ranks.items()}
    )
