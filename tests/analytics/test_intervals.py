"""Intervals against published values and against brute force, and what holds of every one."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.metrics.intervals import FEWEST_DAYS, percentile_buckets, ranks, ratio, wilson

TAIL = Fraction(1, 40)
DAYS = st.lists(st.tuples(st.integers(-500, 9_000), st.integers(1, 900_000)), min_size=FEWEST_DAYS, max_size=40)


@pytest.mark.parametrize(
    ("part", "whole", "ends"),
    [(81, 263, (2553, 3662)), (15, 148, (624, 1605)), (0, 20, (0, 1611)), (1, 29, (61, 1718))],
)
def test_the_examples_of_newcombe(part: int, whole: int, ends: tuple[int, int]) -> None:
    """Table I of Newcombe 1998, method 3, which is the score interval without correction for continuity."""
    assert wilson(part, whole) == ends
    assert wilson(whole - part, whole) == (10_000 - ends[1], 10_000 - ends[0])


def test_nothing_counted_has_no_interval_and_what_is_no_share_is_refused() -> None:
    assert wilson(0, 0) is None
    for part, whole in ((-1, 5), (6, 5), (1, 0)):
        with pytest.raises(ValueError, match="no share"):
            wilson(part, whole)


@given(st.integers(1, 10**9).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_the_share_lies_within_and_more_tells_more(seen: tuple[int, int]) -> None:
    part, whole = seen
    ends, more = wilson(part, whole), wilson(part * 4, whole * 4)
    assert ends is not None
    assert more is not None
    share = part * 10_000 // whole
    assert 0 <= ends[0] <= share + 1
    assert share <= ends[1] <= 10_000
    assert more[1] - more[0] <= ends[1] - ends[0] + 1


def ranks_by_brute_force(sample: int, percent: int) -> tuple[int | None, int | None]:
    """Every chance as a fraction, and every rank tried."""
    share = Fraction(percent, 100)
    chances = [comb(sample, k) * share**k * (1 - share) ** (sample - k) for k in range(sample + 1)]
    below = [rank for rank in range(1, sample + 1) if sum(chances[:rank]) <= TAIL]
    above = [rank for rank in range(1, sample + 1) if sum(chances[rank:]) <= TAIL]
    return max(below, default=None), min(above, default=None)


@given(st.integers(1, 120), st.integers(1, 99))
def test_ranks_are_those_of_the_binomial_distribution(sample: int, percent: int) -> None:
    assert ranks(sample, percent) == ranks_by_brute_force(sample, percent)


@pytest.mark.parametrize(
    ("sample", "percent", "ends"),
    [(5, 50, (None, None)), (6, 50, (1, 6)), (10, 50, (2, 9)), (100, 50, (40, 61)), (71, 95, (63, None)),
     (73, 95, (65, 73)), (1_000, 95, (936, 964))],
)  # fmt: skip
def test_ranks_that_tables_have(sample: int, percent: int, ends: tuple[int | None, int | None]) -> None:
    """Those of the median stand in every table of the sign test."""
    assert ranks(sample, percent) == ends


def test_ranks_of_millions_are_as_far_apart_as_the_normal_distribution_says() -> None:
    low, high = ranks(10_000_000, 95)
    assert low is not None
    assert high is not None
    reach = 1.959964 * (10_000_000 * 0.95 * 0.05) ** 0.5
    assert abs(low - (9_500_000 - reach)) < 3
    assert abs(high - (9_500_000 + reach)) < 3


@pytest.mark.parametrize(("sample", "percent"), [(0, 50), (-1, 50), (9, 0), (9, 100)])
def test_what_has_no_ranks_is_refused(sample: int, percent: int) -> None:
    with pytest.raises(ValueError, match="no ranks"):
        ranks(sample, percent)


@given(st.lists(st.integers(-1, 12), max_size=150), st.integers(1, 99))
def test_buckets_of_a_percentile_are_those_of_the_values_at_its_ranks(values: list[int], percent: int) -> None:
    found = percentile_buckets(Counter(values), percent)
    ends = ranks(len(values), percent) if values else (None, None)
    assert found == tuple(end and sorted(values)[end - 1] for end in ends)


@given(DAYS)
def test_a_ratio_lies_in_the_middle_whatever_the_order_and_the_unit(days: list[tuple[int, int]]) -> None:
    ends = ratio(days)
    assert ends is not None
    middle = Fraction(sum(one for one, _ in days) * 10_000, sum(other for _, other in days))
    assert ends[0] - 1 <= middle <= ends[1] + 1
    assert abs(middle - Fraction(sum(ends), 2)) <= 1
    assert ratio(days[::-1]) == ends
    assert ratio([(one * 100, other * 100) for one, other in days]) == ends


@given(DAYS)
def test_a_ratio_has_the_error_of_the_textbook(days: list[tuple[int, int]]) -> None:
    """The error from fractions, and half the width that many of it: Student's t of a published table, to 0.001."""
    ends, count = ratio(days), len(days)
    assert ends is not None
    above, below = sum(one for one, _ in days), sum(other for _, other in days)
    spread = sum((one - Fraction(above, below) * other) ** 2 for one, other in days)
    error = float(spread * Fraction(count, count - 1) / below**2) ** 0.5
    times = {8: 2.3646, 11: 2.2281, 21: 2.0860, 31: 2.0423}.get(count)
    if times:
        assert abs((ends[1] - ends[0]) / 2 - times * error * 10_000) <= 1 + 10 * error
    assert 2.0 * error * 10_000 - 1 <= (ends[1] - ends[0]) / 2 <= 2.366 * error * 10_000 + 1


def test_a_ratio_by_hand() -> None:
    """Eight days, a fee of 2 % on four and of 4 % on four: 3 %, and 1 % from it on each day."""
    days = [(20, 1_000)] * 4 + [(40, 1_000)] * 4
    # The error is sqrt(8 * 100 * 8 / 7) / 8000 = 0.37796 %, and t of seven degrees of freedom 2.36462.
    assert ratio(days) == (300 - 89, 300 + 89)
    assert ratio([(20, 1_000)] * 8) == (200, 200)
    assert ratio([(-20, 1_000)] * 8) == (-200, -200)


def test_few_days_and_nothing_sold_have_no_interval() -> None:
    assert ratio([(20, 1_000)] * (FEWEST_DAYS - 1)) is None
    assert ratio([(20, 0)] * FEWEST_DAYS) is None
    assert ratio([]) is None
