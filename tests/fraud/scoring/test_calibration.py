"""A calibrated score is how often it was so."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.scoring.calibration import calibrated, fit

rows = st.lists(st.tuples(st.integers(0, 1_000_000), st.booleans()), max_size=300)


@given(rows)
@settings(max_examples=100)
def test_the_line_never_falls_and_never_leaves_the_whole(told: list[tuple[int, bool]]) -> None:
    points = fit([raw for raw, _ in told], [is_fraud for _, is_fraud in told])
    assert [raw for raw, _ in points] == sorted({raw for raw, _ in points})
    shown = [calibrated(raw, points) for raw in range(0, 1_000_001, 9_973)]
    assert shown == sorted(shown)
    assert 0 <= shown[0] <= shown[-1] <= 1_000_000


def test_few_frauds_leave_the_model_at_its_word() -> None:
    points = fit([10, 500_000, 900_000], [False, False, True])
    assert [calibrated(raw, points) for raw in (0, 10, 333_333, 1_000_000)] == [0, 10, 333_333, 1_000_000]


def test_a_model_that_says_twice_too_much_is_halved() -> None:
    chance = random.Random(3)
    raw = [chance.randrange(1_000_000) for _ in range(60_000)]
    points = fit(raw, [chance.randrange(2_000_000) < each for each in raw])
    for said in (200_000, 500_000, 800_000):
        assert abs(calibrated(said, points) - said // 2) < 25_000


def test_between_two_points_the_line_is_straight() -> None:
    points = [[0, 0], [100, 1_000], [1_000_000, 1_000]]
    assert [calibrated(raw, points) for raw in (0, 50, 100, 500_000, 1_000_000)] == [0, 500, 1_000, 1_000, 1_000]
