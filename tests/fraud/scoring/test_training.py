"""Learning: the same from the same, honest probabilities, and a text that scores as the library does."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from fraud.features.catalogue import BY_NAME, CATALOGUE
from fraud.scoring.calibration import calibrated
from fraud.scoring.loading import score_with
from fraud.scoring.measures import auc, measure
from fraud.scoring.models import ModelKind, ScoringModel
from fraud.scoring.rows import Row
from fraud.scoring.services.keeping import keep
from fraud.scoring.services.learners import Settings
from fraud.scoring.services.training import Limits, TooFewFrauds, Trained, judged, train
from fraud.scoring.walking import probability_ppm

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
QUICK = Settings(trees=40, least_in_leaf=20)
PLACES = [BY_NAME[name].position - 1 for name in ("amount", "customer_amount_ratio_30d", "is_new_device", "hour")]


def history(seed: int, rows: int, often: float) -> list[Row]:
    """Large amounts on new devices are fraud as often as told, nothing else is."""
    chance = np.random.default_rng(seed)
    found = []
    for number in range(rows):
        values: list[int | None] = [None] * len(CATALOGUE)
        amount, is_new = int(chance.lognormal(8, 1)), int(chance.random() < 0.2)
        told = (amount, None if chance.random() < 0.2 else int(chance.lognormal(9, 1)), is_new, number % 24)
        for place, value in zip(PLACES, told, strict=True):
            values[place] = value
        is_fraud = bool(amount > 5_000 and is_new and chance.random() < often)
        found.append(Row(values, is_fraud, NOON + timedelta(minutes=number), number // 3, amount))
    return found


@pytest.fixture(scope="module")
def trees() -> Trained:
    return train(history(1, 8_000, 0.7), QUICK, seed=1)


@pytest.fixture(scope="module")
def weights() -> Trained:
    return train(history(2, 2_000, 0.5), QUICK, seed=1)


@pytest.mark.parametrize("kind", ["trees", "weights"])
def test_the_text_scores_as_the_library_does(kind: str, request: pytest.FixtureRequest) -> None:
    trained: Trained = request.getfixturevalue(kind)
    rows = history(9, 300, 0.5)
    walker = trained.walker()
    assert trained.scores(rows) == pytest.approx([walker.raw(row.values) for row in rows], rel=1e-12, abs=1e-12)


def test_many_frauds_make_trees_few_make_weights_and_fewer_nothing(trees: Trained, weights: Trained) -> None:
    assert (trees.kind, weights.kind) == (ModelKind.TREES, ModelKind.LOGISTIC)
    assert trees.frauds >= 200 > weights.frauds >= 30
    with pytest.raises(TooFewFrauds, match="29 frauds among 129 payments"):
        train(history(1, 100, 0.0) + [row for row in history(1, 8_000, 0.7) if row.is_fraud][:29], QUICK, seed=1)


@pytest.mark.parametrize("kind", ["trees", "weights"])
def test_what_was_learned_finds_what_was_never_seen(kind: str, request: pytest.FixtureRequest) -> None:
    trained = request.getfixturevalue(kind)
    assert auc(judged(trained, history(77, 3_000, 0.6))) > 0.9


def test_scores_are_how_often_it_is_so(trees: Trained) -> None:
    score = score_with(trees.walker(), trees.calibration)
    rows = history(55, 8_000, 0.7)
    expected = sum(score(row.values) for row in rows) / 1_000_000
    assert abs(expected - sum(row.is_fraud for row in rows)) < 0.12 * expected


def test_the_same_history_makes_the_same_model_and_another_seed_another(trees: Trained) -> None:
    rows = history(1, 8_000, 0.7)
    again, other = train(rows, QUICK, seed=1), train(rows, QUICK, seed=2)
    assert again == trees
    assert again.sha256 == trees.sha256 != other.sha256


def test_features_without_two_values_are_not_taken(trees: Trained) -> None:
    assert set(trees.positions) == {place + 1 for place in PLACES}


def test_the_limit_for_review_lets_its_share_through(trees: Trained) -> None:
    limited = train(history(1, 8_000, 0.7), QUICK, 1, Limits(review_share_ppm=30_000, block_from_ppm=900_000))
    score = score_with(limited.walker(), limited.calibration)
    reviewed = sum(score(row.values) >= limited.review_from_ppm for row in history(56, 8_000, 0.7))
    assert 0.5 * 240 < reviewed < 2 * 240
    assert limited.review_from_ppm > 0
    assert limited.block_from_ppm == 900_000
    assert trees.block_from_ppm == 1_000_001


def test_expected_loss_is_calibrated(trees: Trained) -> None:
    rows = history(5, 50, 0.5)
    for each, row in zip(judged(trees, rows), rows, strict=True):
        assert each.expected_loss == row.amount * calibrated(probability_ppm(each.score), trees.calibration)


@pytest.mark.django_db
def test_what_is_learned_twice_is_kept_once(trees: Trained) -> None:
    measures = measure(judged(trees, history(5, 500, 0.7)))
    model, is_new = keep(trees, measures, by=None, is_simulated=True)
    again, is_new_again = keep(trees, measures, by=None, is_simulated=True)
    assert (model, is_new, is_new_again) == (again, True, False)
    stored = ScoringModel.objects.get()
    assert stored.metrics["auc"] == measures.auc
    assert (stored.schema_hash, stored.positions) == (trees.schema_hash, list(trees.positions))
    assert (stored.is_simulated, stored.rows, stored.frauds) == (True, 8_000, trees.frauds)


def test_the_web_never_loads_the_learning_library() -> None:
    """In a process of its own: this one has loaded it."""
    code = (
        "import config.wsgi, sys; from django.urls import get_resolver; get_resolver().url_patterns;"
        "import fraud.scoring.selectors, fraud.scoring.services.promotion;"
        "print([name for name in ('lightgbm', 'numpy', 'scipy') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
