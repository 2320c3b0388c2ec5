"""What a period is read from: every kept bucket of it once, none beyond a step, and the longest that fit."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.rollups.covering import cover
from analytics.rollups.spans import Span, day_of, week_of

SEOUL, UTC = ZoneInfo("Asia/Seoul"), ZoneInfo("UTC")
HOUR = timedelta(hours=1)


def hour_of(moment: datetime) -> Span:
    return Span(moment, moment + HOUR)


_LENGTHS = {"w": week_of, "d": day_of, "h": hour_of}
_SORTED = st.lists(st.integers(0, 24 * 90), min_size=2, max_size=8, unique=True).map(sorted)


def at(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(), zone)


def buckets(pieces: list[tuple[str, Span]]) -> list[tuple[str, Span]]:
    """Each bucket that is read, one by one."""
    found = []
    for grain, piece in pieces:
        start = piece.start
        while start < piece.end:
            found.append((grain, _LENGTHS[grain](start)))
            assert found[-1][1].start == start
            start = found[-1][1].end
        assert start == piece.end
    return found


@given(_SORTED, st.sampled_from(("w", "d", "h")))
def test_every_hour_is_read_once_and_no_bucket_crosses_an_edge(hours: list[int], longest: str) -> None:
    edges = [at(date(2026, 7, 1), UTC) + hour * HOUR for hour in hours]
    read = buckets(cover(edges, "h", longest))
    assert read[0][1].start == edges[0]
    assert read[-1][1].end == edges[-1]
    assert all(one.end == other.start for (_a, one), (_b, other) in pairwise(read))
    assert not [edge for edge in edges for _grain, bucket in read if bucket.start < edge < bucket.end]


@given(_SORTED)
def test_no_shorter_buckets_are_read_where_a_longer_one_lies_within_the_step(hours: list[int]) -> None:
    edges = [at(date(2026, 7, 1), UTC) + hour * HOUR for hour in hours]
    for grain, bucket in buckets(cover(edges, "h", "w")):
        for longer in {"h": "dw", "d": "w", "w": ""}[grain]:
            whole = _LENGTHS[longer](bucket.start)
            assert [edge for edge in edges if whole.start < edge < whole.end] or not (
                edges[0] <= whole.start and whole.end <= edges[-1]
            )


@pytest.mark.parametrize(
    ("first_on", "last_on", "zone", "grain", "expected"),
    [
        (date(2026, 10, 5), date(2026, 10, 18), SEOUL, "d", "w"),
        (date(2026, 10, 4), date(2026, 10, 31), SEOUL, "d", "dwd"),
        (date(2026, 10, 6), date(2026, 10, 9), SEOUL, "d", "d"),
        (date(2026, 10, 4), date(2026, 10, 31), UTC, "h", "hwdh"),
        (date(2026, 10, 6), date(2026, 10, 6), UTC, "h", "h"),
    ],
)
def test_a_period_is_made_of_weeks_with_days_and_hours_at_its_ends(
    first_on: date, last_on: date, zone: ZoneInfo, grain: str, expected: str
) -> None:
    pieces = cover([at(first_on, zone), at(last_on + timedelta(days=1), zone)], grain, "w")
    assert "".join(each for each, _span in pieces) == expected
