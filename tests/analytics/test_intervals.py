"""Intervals of shares against published values, and what holds of every one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.metrics.intervals import wilson


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
