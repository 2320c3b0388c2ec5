"""Measures, counted by hand and against their definitions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.scoring.measures import Judged, auc, average_precision, card_precision, measure, recall, value_caught


def row(score: float, is_fraud: bool, **more: int) -> Judged:
    """One payment."""
    return Judged(score, is_fraud, **more)


FIVE = [row(0.9, True), row(0.8, False), row(0.7, True), row(0.2, False), row(0.1, False)]


def test_the_area_is_the_chance_that_a_fraud_is_above_a_good_one() -> None:
    assert auc(FIVE) == pytest.approx(5 / 6)
    assert auc([row(1, True), row(1, False)]) == 0.5
    assert auc([row(1, True)]) == 0.0


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30))
@settings(max_examples=100)
def test_the_area_counts_every_pair(told: list[tuple[int, bool]]) -> None:
    frauds, good = [s for s, bad in told if bad], [s for s, bad in told if not bad]
    won = sum((f > g) + 0.5 * (f == g) for f in frauds for g in good)
    expected = won / (len(frauds) * len(good)) if frauds and good else 0.0
    assert auc([row(*each) for each in told]) == pytest.approx(expected)


def test_average_precision_is_of_the_frauds_as_they_come() -> None:
    assert average_precision(FIVE) == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert average_precision([row(1, True), row(1, False), row(1, False), row(1, False)]) == 0.25
    assert average_precision([row(1, False)]) == 0.0


def test_a_card_is_found_once_and_makes_room_then() -> None:
    days = [
        row(0.9, True, day=1, card=1), row(0.5, False, day=1, card=2), row(0.4, True, day=1, card=3),
        row(0.9, True, day=2, card=1), row(0.5, False, day=2, card=2), row(0.4, True, day=2, card=3),
    ]  # fmt: skip
    assert card_precision(days, 1) == 0.5
    assert card_precision(days, 2) == pytest.approx((1 / 2 + 1 / 2) / 2)


def test_a_good_payment_of_a_card_with_fraud_that_day_finds_it() -> None:
    assert card_precision([row(0.9, False, day=1, card=1), row(0.1, True, day=1, card=1)], 1) == 1.0


def test_value_is_caught_by_expected_loss_and_frauds_by_score() -> None:
    many = [row(0.01, False, amount=10, expected_loss=1)] * 198
    small = row(0.9, True, amount=100, expected_loss=90)
    large = row(0.6, True, amount=900, expected_loss=540)
    assert value_caught([*many, small, large], 0.005) == 0.9
    assert recall([*many, small, large], 0.005) == 0.5
    assert value_caught(many, 0.5) == 0.0


def test_everything_together_is_whole_parts_per_million() -> None:
    found = measure(FIVE * 20)
    assert (found.auc, found.recall_at_1pct, found.value_at_1pct) == (833_333, 25_000, 0)
    assert (found.ap, found.cp100) == (833_333, 10_000)
