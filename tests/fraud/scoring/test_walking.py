"""The walker says what the library says, to the last bit, and refuses what it cannot walk."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.scoring.walking import Unreadable, flattened, load_logistic, load_trees, probability_ppm

POSITIONS = [4, 1, 9, 2]
QUICK = {"objective": "binary", "verbosity": -1, "num_threads": 1, "deterministic": True}


def learned(seed: int, *, trees: int = 20, leaves: int = 8, **settings: Any) -> lightgbm.Booster:
    """Trees over four inputs, the last of which is never missing."""
    values, labels = made(seed)
    return lightgbm.train(QUICK | {"num_leaves": leaves} | settings, lightgbm.Dataset(values, labels), trees)


def made(seed: int, rows: int = 3000) -> tuple[Any, Any]:
    """Whole numbers with holes, and labels that depend on them."""
    chance = np.random.default_rng(seed)
    values = chance.integers(-50, 2_000, (rows, 4)).astype(float)
    values[:, :3][chance.random((rows, 3)) < 0.2] = np.nan
    high = np.nan_to_num(values[:, 0], nan=1500.0) > 1000
    return values, (high & (chance.random(rows) < 0.4) | (values[:, 3] < 0)).astype(int)


def as_told(inputs: Any) -> list[int | None]:
    """One row as it is stored: by position, with values of features the model does not take."""
    told: list[int | None] = [77] * 9
    for position, value in zip(POSITIONS, inputs, strict=True):
        told[position - 1] = None if math.isnan(value) else int(value)
    return told


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_trees_say_to_the_last_bit_what_the_library_says(seed: int) -> None:
    booster = learned(seed)
    values, _labels = made(seed + 100, 1000)
    walker = load_trees(booster.model_to_string(), POSITIONS)
    walked = [walker.raw(as_told(row)) for row in values]
    assert walked == list(np.asarray(booster.predict(values, raw_score=True)))


def test_an_input_that_was_never_missing_is_taken_for_nought_when_it_is() -> None:
    booster = learned(5, use_missing=True)
    values, _labels = made(6, 400)
    values[:, 3] = np.nan
    walker = load_trees(booster.model_to_string(), POSITIONS)
    assert [walker.raw(as_told(row)) for row in values] == list(np.asarray(booster.predict(values, raw_score=True)))


def test_the_contributions_of_the_path_add_up_to_the_score() -> None:
    booster = learned(7)
    values, _labels = made(8, 50)
    walker = load_trees(booster.model_to_string(), POSITIONS)
    begins = {round(walker.raw(row) - sum(walker.contributions(row).values()), 9) for row in map(as_told, values)}
    assert len(begins) == 1
    assert set(walker.contributions(as_told(values[0]))) <= set(POSITIONS)


def test_a_payment_is_scored_within_half_a_millisecond() -> None:
    """200 trees of 15 leaves; the middle of 200, so that a busy machine does not fail it."""
    booster = learned(9, trees=200, leaves=15)
    walker = load_trees(booster.model_to_string(), POSITIONS)
    row = as_told(made(9, 1)[0][0])
    taken = []
    for _ in range(200):
        began = time.perf_counter()
        walker.raw(row)
        taken.append(time.perf_counter() - began)
    assert sorted(taken)[100] < 0.0005


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text.replace("end of trees", "end"),
        lambda text: text.replace("num_cat=0", "num_cat=1"),
        lambda text: text.replace("threshold=", "limit="),
        lambda text: text.replace("leaf_value=", "leaf_value=x "),
        lambda text: text[: text.index("Tree=0")] + "\nend of trees",
    ],
)
def test_a_text_that_is_no_model_is_refused(spoil: Any) -> None:
    with pytest.raises(Unreadable):
        load_trees(spoil(learned(1, trees=2).model_to_string()), POSITIONS)


def test_trees_that_take_nought_for_missing_are_refused() -> None:
    with pytest.raises(Unreadable, match="nought"):
        load_trees(learned(1, zero_as_missing=True).model_to_string(), POSITIONS)


def test_trees_with_more_inputs_than_positions_are_refused() -> None:
    with pytest.raises(Unreadable):
        load_trees(learned(1).model_to_string(), [1])


def test_logistic_adds_what_each_value_weighs() -> None:
    content = json.dumps({"intercept": -2.0, "inputs": [[1.0, 2.0, 3.0, 0.5], [0.0, 1.0, -1.0, 0.25]]})
    walker = load_logistic(content, [2, 1])
    assert walker.raw([None, 9]) == pytest.approx(-2.0 + 3.0 * (math.log(10) - 1.0) / 2.0 + 0.25)
    assert walker.contributions([0, None]) == {2: 0.5, 1: 0.0}


@pytest.mark.parametrize(
    "content", ["", "{}", '{"intercept": 1, "inputs": [[1, 2]]}', '{"intercept": 1, "inputs": []}']
)
def test_a_text_that_is_no_weights_is_refused(content: str) -> None:
    with pytest.raises(Unreadable):
        load_logistic(content, [1])


@given(st.floats(-700, 700))
@settings(max_examples=200)
def test_probabilities_are_parts_of_the_whole_and_symmetric(log_odds: float) -> None:
    assert 0 <= probability_ppm(log_odds) <= 1_000_000
    assert abs(probability_ppm(log_odds) + probability_ppm(-log_odds) - 1_000_000) <= 1


def test_logarithms_keep_the_sign() -> None:
    assert [flattened(-9), flattened(0), flattened(9)] == pytest.approx([-math.log(10), 0.0, math.log(10)])
