"""Distributions: they add up, and what they tell is near the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import ceil, log

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from analytics.metrics.catalogue import METRICS
from analytics.metrics.declarations import Distribution, Facts, Measure, Share, Times, Unit, catalogued, cube_for
from analytics.rollups.histograms import GROWTH, bucket_sql, ends_of, middle_of

MS = Unit.MILLISECONDS
TIMES = st.lists(st.integers(min_value=1, max_value=30 * 86_400_000), min_size=1, max_size=200)


def percentiles(counts: Mapping[int, int], shares: Sequence[int], unit: Unit) -> dict[int, int | None]:
    """The nearest rank, by going through the buckets one by one."""
    found: dict[int, int | None] = dict.fromkeys(shares)
    for share in shares:
        rank = max(1, -(-sum(counts.values()) * share // 100))
        for bucket, count in sorted(counts.items()):
            rank -= count
            if rank <= 0:
                found[share] = middle_of(bucket, unit)
                break
    return found


def bucket_of(milliseconds: int) -> int:
    return ceil(log(milliseconds) / log(float(GROWTH))) if milliseconds else -1


@given(TIMES, st.sampled_from((1, 50, 90, 95, 99, 100)))
def test_a_percentile_is_within_two_percent_of_the_exact_one(times: list[int], share: int) -> None:
    found = percentiles(Counter(map(bucket_of, times)), [share], MS)[share]
    exact = sorted(times)[max(1, -(-len(times) * share // 100)) - 1]
    assert found is not None
    assert abs(found - exact) <= Decimal(exact) * 2 / 100 + 1


@given(TIMES, TIMES)
def test_distributions_add_up(one: list[int], other: list[int]) -> None:
    apart = Counter(map(bucket_of, one)) + Counter(map(bucket_of, other))
    assert percentiles(apart, [50, 99], MS) == percentiles(Counter(map(bucket_of, one + other)), [99, 50], MS)


def test_nothing_has_no_percentile() -> None:
    assert percentiles({}, [50], MS) == {50: None}


@pytest.mark.django_db
def test_the_database_sorts_into_the_same_buckets() -> None:
    times = [0, 1, 2, 3, 7, 24, 25, 26, 999, 1000, 6_999, 7_000, 7_001, 86_400_000, 2_592_000_000]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {bucket_sql('given', MS)} FROM unnest(%s::bigint[]) AS given", [times])
        found = [row[0] for row in cursor.fetchall()]
    assert found == [bucket_of(each) for each in times]
    for milliseconds, bucket in zip(times, found, strict=True):
        assert abs(middle_of(bucket, MS) - milliseconds) <= Decimal(milliseconds) * 2 / 100 + 1


def test_days_are_exact() -> None:
    days = [0, 0, 1, 3, 90, 365]
    assert percentiles(Counter(days), [1, 50, 99], Unit.DAYS) == {1: 0, 50: 1, 99: 365}


def test_declarations_are_checked() -> None:
    some = (Measure("some", "", ""),)
    facts = Facts("things", "", "", ("a", "b"), some, (("a",), ("a", "b")), (Times("long", "l", MS, (("a", "b"),)),))

    def share(code: str = "x", numerator: str = "some", of: Facts = facts) -> Share:
        return Share(
            code=code, name="", sentence="", facts=of, numerator=(numerator,), denominator=("some",), window=""
        )

    def spread(times: str = "long", of: Facts = facts) -> Distribution:
        return Distribution(code="y", name="", sentence="", facts=of, times=times, window="")

    assert list(catalogued((share(), spread()))) == ["x", "y"]
    assert [cube_for(share(), frozenset(each)) for each in ("", "a", "b", "c")] == [("a",), ("a",), ("a", "b"), None]
    assert cube_for(spread(), frozenset("a")) == ("a", "b")
    wrong = Facts("things", "", "", ("a",), some, (("c",),))
    loose = Facts("things", "", "", ("a",), some, (("a",),), (Times("long", "l", MS, ((),)),))
    for bad in ((share(), share()), (share(numerator="none"),), (share(of=wrong),), (spread(of=loose),)):
        with pytest.raises(ValueError, match=r"two metrics|not in list|cannot be kept|keeps no measures"):
            catalogued(bad)
    with pytest.raises(KeyError):
        catalogued((spread(times="short"),))


def test_every_metric_names_itself_and_its_facts_are_kept() -> None:
    for code, metric in METRICS.items():
        assert (metric.code, bool(metric.name and metric.sentence and metric.window)) == (code, True)
        assert cube_for(metric, frozenset()) is not None


@given(st.integers(min_value=0, max_value=30 * 86_400_000))
def test_a_time_lies_between_the_ends_of_its_bucket_and_its_middle_too(milliseconds: int) -> None:
    bucket = bucket_of(milliseconds)
    low, high = ends_of(bucket, MS)
    assert low <= milliseconds <= high
    assert low <= middle_of(bucket, MS) <= high <= low * 1.04 + 2


def test_days_are_buckets_of_their_own() -> None:
    assert [ends_of(days, Unit.BUSINESS_DAYS) for days in (0, 3)] == [(0, 0), (3, 3)]
