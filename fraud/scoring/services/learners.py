"""The two ways to learn: boosted trees, and weights of logarithms where there is too little for trees."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Matrix = NDArray[np.float64]
Labels = NDArray[np.bool_]
Learned = tuple[str, Callable[[Matrix], Matrix]]
"""The text that is kept, and log odds of many rows at once: what the walker says of each."""
PENALTY: Final = 10.0
"""Of squared weights: few frauds must not make large ones."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How trees are grown: few leaves and slow steps, which do best on weeks of data; fixed on earlier weeks."""

    trees: int = 150
    leaves: int = 8
    rate: float = 0.05
    least_in_leaf: int = 50
    shrinking: float = 10.0
    share: float = 0.8
    """Of rows and of inputs that each tree sees."""
    folds: int = 4
    """Parts for calibration: each is scored by a model that has not seen it."""
    threads: int = 1


def trees(matrix: Matrix, labels: Labels, settings: Settings, seed: int) -> Learned:
    """Boosted trees of a seed: the same rows in the same order give the same text."""
    asked = {
        "objective": "binary", "num_leaves": settings.leaves, "learning_rate": settings.rate,
        "min_data_in_leaf": settings.least_in_leaf, "lambda_l2": settings.shrinking,
        "bagging_fraction": settings.share, "bagging_freq": 1, "feature_fraction": settings.share,
        "seed": seed, "deterministic": True, "force_col_wise": True, "num_threads": settings.threads, "verbosity": -1,
    }  # fmt: skip
    booster = lightgbm.train(asked, lightgbm.Dataset(matrix, labels.astype(int)), settings.trees)
    return booster.model_to_string(), lambda rows: raw_of(booster, rows)


def raw_of(booster: lightgbm.Booster, rows: Matrix) -> Matrix:
    """Log odds of many rows."""
    return np.asarray(booster.predict(rows, raw_score=True, num_threads=1))


def logistic(matrix: Matrix, labels: Labels, settings: Settings, seed: int) -> Learned:
    """Weights; `settings` and `seed` are those of trees, since nothing here is drawn by chance."""
    logs = np.copysign(np.log1p(np.abs(matrix)), matrix)
    centres, scales = np.nanmean(logs, axis=0), np.nanstd(logs, axis=0)
    scales[scales == 0] = 1.0
    inputs = _inputs(matrix, centres, scales)
    columns = inputs.shape[1]

    def cost(weights: Matrix) -> tuple[float, Matrix]:
        odds = inputs @ weights[1:] + weights[0]
        total = np.logaddexp(0, odds).sum() - odds[labels].sum() + PENALTY / 2 * (weights[1:] ** 2).sum()
        missed = 1 / (1 + np.exp(-odds)) - labels
        return float(total), np.concatenate([[missed.sum()], inputs.T @ missed + PENALTY * weights[1:]])

    start = np.zeros(columns + 1)
    start[0] = np.log(labels.mean() / (1 - labels.mean()))
    found = minimize(cost, start, jac=True, method="L-BFGS-B").x
    half = columns // 2
    weights, without = found[1 : half + 1], found[half + 1 :]
    told = [list(map(float, each)) for each in zip(centres, scales, weights, without, strict=True)]
    content = json.dumps({"intercept": float(found[0]), "inputs": told})
    return content, lambda rows: _inputs(rows, centres, scales) @ found[1:] + found[0]


def _inputs(matrix: Matrix, centres: Matrix, scales: Matrix) -> Any:
    """Each value as a distance from the middle, nought when missing; beside it, whether it is missing."""
    logs = np.copysign(np.log1p(np.abs(matrix)), matrix)
    return np.hstack([np.nan_to_num((logs - centres) / scales), np.isnan(matrix)])


def contributions(content: str, rows: Sequence[Sequence[int | None]]) -> list[list[float]]:
    """What each input added to the log odds of each row, shared fairly among them (SHAP), of trees."""
    booster = lightgbm.Booster(model_str=content)
    matrix = np.array([[np.nan if value is None else value for value in values] for values in rows], dtype=float)
    found = np.asarray(booster.predict(matrix, pred_contrib=True, num_threads=1))
    return [list(map(float, each[:-1])) for each in found]  # the last column is what every payment begins with
