"""Percentiles of what is kept of times: many rows of one point are added up by PostgreSQL, the rest is done here."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any, Final, TypeVar

from analytics.metrics.declarations import Unit
from analytics.rollups.histograms import middle_of
from analytics.rollups.questions import PERCENTILES, Point, Values
from analytics.rollups.together import Statement

Spread = Mapping[int, int]
"""Bucket of `histograms` → how many."""
Counts = tuple[Sequence[int], Sequence[int]]
"""The same as a row has it: buckets, ascending, and how many are in each of these."""
CELL: Final = 65_536
"""More than there are buckets: they are small integers, from -1."""
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Timed:
    """What is known of some times."""

    sample: int
    times: Mapping[int, int | None]
    """Percent → time, in its unit."""


UNTIMED: Final = Timed(0, dict.fromkeys(PERCENTILES))


@dataclass(frozen=True)
class Reading:
    """Where the times of a question are read from."""

    found: str
    """`WITH … found AS` rows with starts_at, dimensions, buckets and counts."""
    parameters: Mapping[str, Any]
    point: str
    """What names the step of such a row."""
    values: tuple[str, ...]
    """What names its values of the split."""
    is_summed: bool
    """Whether many rows are of one step and are added up where they lie: hours of a day, weeks of a period. A row for
    each step comes as it is, which takes a tenth of the time."""

    @cached_property
    def statement(self) -> Statement:
        """What PostgreSQL is asked."""
        return Statement(_query(self), self.parameters)

    def rows(self, rows: Iterable[tuple[Any, ...]]) -> Rows:
        """What was read."""
        # What was added up comes as it was met.
        return [
            (point, (*values,), _ascending(buckets, counts) if self.is_summed else (buckets, counts))
            for point, *values, buckets, counts in rows
        ]


Rows = Sequence[tuple[Point, Values, Counts]]
"""What is read."""


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


def _ascending(buckets: Sequence[int], counts: Sequence[int]) -> Counts:
    pairs = sorted(zip(buckets, counts, strict=True))
    return [bucket for bucket, _many in pairs], [many for _bucket, many in pairs]


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
        f" sums AS (SELECT cell * {CELL} + bucket + 1 AS place, sum(many) AS many FROM each GROUP BY place),"
        f" spreads AS (SELECT place / {CELL} AS cell, array_agg(place %% {CELL} - 1) AS buckets,"
        f" array_agg(many) AS counts FROM sums GROUP BY place / {CELL})"
        f" SELECT {columns}, spreads.buckets, spreads.counts"
        f" FROM (SELECT DISTINCT ON (cell) cell, {columns} FROM placed) AS known JOIN spreads USING (cell)"
    )


def times_of(of_steps: Rows, of_parts: Rows, unit: Unit) -> TimesOf:
    """The times by point, by values, and as a whole; steps and parts may be read at once or each by itself."""
    parts = _added((values, counts) for _point, values, counts in of_parts)
    whole = _sum([*parts.values()])
    has_one_step = of_steps is of_parts and len({point for point, *_row in of_steps}) == 1
    steps = {of_steps[0][0]: whole} if has_one_step else _added((point, counts) for point, _values, counts in of_steps)
    named = {values: counts for values, counts in parts.items() if values}
    return TimesOf(
        whole=_timed(whole, unit),
        steps={point: _timed(counts, unit) for point, counts in steps.items()},
        parts={values: _timed(counts, unit) for values, counts in named.items()},
        spread=_spread(whole),
        spreads={values: _spread(counts) for values, counts in named.items()},
    )


def _added(rows: Iterable[tuple[_Key, Counts]]) -> dict[_Key, Counts]:
    """What all rows of each key add up to."""
    found: dict[_Key, list[Counts]] = {}
    for key, counts in rows:
        found.setdefault(key, []).append(counts)
    return {key: _sum(each) for key, each in found.items()}


def _sum(rows: Sequence[Counts]) -> Counts:
    if len(rows) < 2:
        return rows[0] if rows else ((), ())
    # In a list with a place for each bucket it takes half as long as in a dictionary.
    low, high = min(buckets[0] for buckets, _counts in rows), max(buckets[-1] for buckets, _counts in rows)
    sums = [0] * (high - low + 1)
    for buckets, counts in rows:
        for bucket, many in zip(buckets, counts, strict=True):
            sums[bucket - low] += many
    found = [bucket for bucket, many in enumerate(sums, low) if many]
    return found, [sums[bucket - low] for bucket in found]


def _spread(counts: Counts) -> Spread:
    return dict(zip(*counts, strict=True))


def _timed(counts: Counts, unit: Unit) -> Timed:
    """The nearest rank: of n times the p-th percentile is the one at place ceil(n * p / 100), told by its bucket."""
    buckets, upto = counts[0], [*accumulate(counts[1])]
    if not upto:
        return UNTIMED
    sample = upto[-1]
    places = [(percent, bisect_left(upto, -(-sample * percent // 100))) for percent in PERCENTILES]
    return Timed(sample, {percent: middle_of(buckets[place], unit) for percent, place in places})
