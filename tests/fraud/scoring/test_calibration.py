"""A calibrated score is how often it was so."""

from __future__ import annotations

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.scoring.calibration import calibrated, fit


def share(odds: float) -> float:
    """Of log odds."""
    return 1 / (1 + math.exp(-odds))


rows = st.lists(st.tuples(st.integers(0, 1_000_000), st.booleans()), max_size=300)


@given(rows)
@settings(max_examples=100)
def test_the_line_always_rises_or_stays_and_never_leaves_the_whole(told: list[tuple[int, bool]]) -> None:
    points = fit([raw for raw, _ in told], [is_fraud for _, is_fraud in told])
    assert [raw for raw, _ in points] == sorted({raw for raw, _ in points})
    shown = [calibrated(raw, points) for raw in range(0, 1_000_001, 9_973)]
    assert shown == sorted(shown)
    assert 0 <= shown[0] <= shown[-1] <= 1_000_000


def test_few_frauds_leave_the_model_at_its_word() -> None:
    points = fit([10, 500_000, 900_000], [False, False, True])
    assert [calibrated(raw, points) for raw in (0, 10, 333_333, 1_000_000)] == [0, 10, 333_333, 1_000_000]


def test_a_model_that_is_too_sure_is_brought_back() -> None:
    """It doubles the log odds and adds one: what is so is half of what is left of what it says."""
    chance = random.Random(3)
    said = [chance.uniform(-8, 4) for _ in range(60_000)]
    told = [chance.random() < share((odds - 1) / 2) for odds in said]
    points = fit([round(1_000_000 * share(odds)) for odds in said], told)
    for odds in (-6.0, -3.0, 0.0, 2.0):
        found = calibrated(round(1_000_000 * share(odds)), points) / 1_000_000
        assert abs(found - share((odds - 1) / 2)) < 0.015


def test_a_model_that_is_wrong_way_round_is_taken_at_its_word() -> None:
    raw = [100_000] * 100 + [900_000] * 100
    assert fit(raw, [True] * 100 + [False] * 100) == [[0, 0], [1_000_000, 1_000_000]]


def test_between_two_points_the_line_is_straight() -> None:
    points = [[0, 0], [100, 1_000], [1_000_000, 1_000]]
    assert [calibrated(raw, points) for raw in (0, 50, 100, 500_000, 1_000_000)] == [0, 500, 1_000, 1_000, 1_000]
