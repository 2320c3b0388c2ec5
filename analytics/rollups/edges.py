"""Days of another zone from kept days: each is the nearest one, without its hours outside and with the others' inside.

A day in UTC is the day in Seoul less the nine hours before midnight in UTC, and the nine of the next day in Seoul. That
is exact, and reads and adds up a fraction of what 24 hours a day are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from analytics.rollups.spans import Span, day_of
from analytics.rollups.timing import CELL, Counts, Reading, Rows
from analytics.rollups.together import Statement

_ONE_DAY: Final = timedelta(days=1)


class KeptApart(Exception):
    """Days and hours that are kept were not counted together: a day holds less than its own hours do."""

    def __init__(self, day: date) -> None:
        near = f"--from {day - _ONE_DAY} --to {day + _ONE_DAY}"
        super().__init__(f"hours around {day} hold more than their days; count both: manage.py rebuild_rollups {near}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Kept days or hours, and of which asked day they are."""

    grain: str
    """d or h."""
    span: Span
    into: date | None
    """The asked day that they lie in; None where it lies outside the period."""
    out_of: date | None = None
    """The asked day to whose kept day they belong, of hours that lie outside it."""


def pieces_of(days: Sequence[date], zone: ZoneInfo) -> list[Piece]:
    """What consecutive days in a zone are made of; nothing where that is not whole hours, which is all that is kept.

    A kept day goes to the asked one that begins nearest: where clocks change, to none, or two go to one.
    """
    # A day that a calendar leaves out begins when the next does, which takes its place.
    begins = {datetime.combine(day, time(), zone).astimezone(UTC): day for day in (*days, days[-1] + _ONE_DAY)}
    asked, days = [*begins], [*begins.values()][:-1]
    kept = [_nearest_midnight(each) for each in asked]
    if any(each.minute or each.second for each in (*asked, *kept)):
        return []
    whole = [Piece("d", Span(*ends), day) for day, ends in zip(days, pairwise(kept), strict=True)]
    edges = [
        Piece("h", Span(begins_at, at), before, after)
        if begins_at < at
        else Piece("h", Span(at, begins_at), after, before)
        for at, begins_at, before, after in zip(asked, kept, (None, *days), (*days, None), strict=True)
    ]
    return [piece for piece in (*whole, *edges) if piece.span.start < piece.span.end]


def _nearest_midnight(moment: datetime) -> datetime:
    day = day_of(moment)
    start, end = day.start.astimezone(UTC), day.end.astimezone(UTC)
    return start if moment - start < end - moment else end


@dataclass(frozen=True)
class ReadingOfDays:
    """Where the times of days are read from: one statement, so that no count comes between days and hours."""

    found: str
    """`WITH … found AS` rows with the place of a piece, its grain as `of`, buckets and counts."""
    parameters: Mapping[str, Any]
    pieces: Sequence[Piece]
    by_hours: Reading
    """The same from all hours of the days: for days that were not counted with them."""

    @cached_property
    def statement(self) -> Statement:
        """What PostgreSQL is asked: days come as they are, the hours of a piece are added up where they lie."""
        return Statement(
            f"{self.found}, each AS (SELECT place * {CELL} + unnest(buckets) + 1 AS spot, unnest(counts) AS many"  # noqa: S608
            " FROM found WHERE of = 'h'), sums AS (SELECT spot, sum(many)::int AS many FROM each GROUP BY spot)"
            " SELECT place, buckets, counts FROM found WHERE of = 'd'"
            f" UNION ALL SELECT spot / {CELL}, array_agg((spot %% {CELL} - 1)::smallint), array_agg(many)"
            f" FROM sums GROUP BY spot / {CELL}",
            self.parameters,
        )

    def rows(self, rows: Iterable[tuple[Any, ...]]) -> Rows:
        """The days that hold anything.

        Raises:
            KeptApart: a day has fewer times than are taken out of it. Days and hours are replaced in one transaction.
        """
        told = [(self.pieces[place - 1], (buckets, counts)) for place, buckets, counts in rows]
        found: dict[date, dict[int, int]] = defaultdict(dict)
        for piece, (buckets, counts) in told:
            if piece.grain == "d" and piece.into is not None:
                _add(found[piece.into], (buckets, counts))
            elif piece.out_of is not None:
                _add(found[piece.out_of], (buckets, [-many for many in counts]))
        if apart := [day for day, sums in found.items() if min(sums.values(), default=0) < 0]:
            raise KeptApart(min(apart))
        for piece, each in told:
            if piece.grain == "h" and piece.into is not None:
                _add(found[piece.into], each)
        return [(day, (), counts) for day, sums in sorted(found.items()) if (counts := _ascending(sums))[0]]


def _add(sums: dict[int, int], each: Counts) -> None:
    if not sums:
        sums.update(zip(*each, strict=True))
        return
    for bucket, many in zip(*each, strict=True):
        sums[bucket] = sums.get(bucket, 0) + many


def _ascending(sums: Mapping[int, int]) -> Counts:
    buckets = sorted(bucket for bucket, many in sums.items() if many)
    return buckets, [sums[bucket] for bucket in buckets]
