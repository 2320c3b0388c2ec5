"""Distributions: they add up, and what they tell is near the truth."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from math import ceil, log

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from analytics.metrics.catalogue import METRICS
from analytics.metrics.declarations import Facts, Measure, Share, catalogued, cube_for
from analytics.rollups.histograms import BUCKET_SQL, GROWTH, middle_of, percentiles

TIMES = st.lists(st.integers(min_value=1, max_value=30 * 86_400_000), min_size=1, max_size=200)


def bucket_of(milliseconds: int) -> int:
    return max(0, ceil(log(max(milliseconds, 1)) / log(float(GROWTH))))


@given(TIMES, st.sampled_from((1, 50, 90, 95, 99, 100)))
def test_a_percentile_is_within_two_percent_of_the_exact_one(times: list[int], share: int) -> None:
    found = percentiles(Counter(map(bucket_of, times)), [share])[share]
    exact = sorted(times)[max(1, -(-len(times) * share // 100)) - 1]
    assert found is not None
    assert abs(found - exact) <= Decimal(exact) * 2 / 100 + 1


@given(TIMES, TIMES)
def test_distributions_add_up(one: list[int], other: list[int]) -> None:
    apart = Counter(map(bucket_of, one)) + Counter(map(bucket_of, other))
    assert percentiles(apart, [50, 99]) == percentiles(Counter(map(bucket_of, one + other)), [99, 50])


def test_nothing_has_no_percentile() -> None:
    assert percentiles({}, [50]) == {50: None}


@pytest.mark.django_db
def test_the_database_sorts_into_the_same_buckets() -> None:
    times = [0, 1, 2, 3, 7, 24, 25, 26, 999, 1000, 6_999, 7_000, 7_001, 86_400_000, 2_592_000_000]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {BUCKET_SQL.format(column='given')} FROM unnest(%s::bigint[]) AS given", [times])
        found = [row[0] for row in cursor.fetchall()]
    assert found == [bucket_of(each) for each in times]
    for milliseconds, bucket in zip(times, found, strict=True):
        assert abs(middle_of(bucket) - milliseconds) <= Decimal(milliseconds) * 2 / 100 + 1


def test_declarations_are_checked() -> None:
    facts = Facts("things", "", "", ("a", "b"), (Measure("some", "", ""),), (("a",), ("a", "b")))

    def share(code: str = "x", numerator: str = "some", of: Facts = facts) -> Share:
        return Share(code, "", "", of, numerator, ("some",), (), "")

    assert list(catalogued((share(),))) == ["x"]
    assert (cube_for(facts, frozenset("a")), cube_for(facts, frozenset("b")), cube_for(facts, frozenset("c"))) == (
        ("a",), ("a", "b"), None,
    )  # fmt: skip
    wrong = Facts("things", "", "", ("a",), facts.measures, (("c",),))
    for bad in ((share(), share()), (share(numerator="none"),), (share(of=wrong),)):
        with pytest.raises(ValueError, match=r"two metrics|not in list|cannot be kept"):
            catalogued(bad)
    assert set(METRICS) == {"failure_rate", "recovery_rate", "attempt_failure_rate", "provider_latency"}
