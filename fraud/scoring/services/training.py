"""Learning from what payments turned out to be. It needs the learning library: jobs and commands import it, no page."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np

from fraud.features.catalogue import CATALOGUE
from fraud.scoring.calibration import Points, calibrated, fit
from fraud.scoring.loading import hash_of, walker_of
from fraud.scoring.measures import Judged
from fraud.scoring.models import ModelKind
from fraud.scoring.rows import Row
from fraud.scoring.services.learners import Labels, Learned, Matrix, Settings, logistic, trees
from fraud.scoring.walking import Walker, probability_ppm

ENOUGH_FOR_TREES: Final = 200
"""Frauds; with fewer, trees learn chance by heart."""
ENOUGH: Final = 30
"""Frauds; with fewer nothing is learned, and the rules decide alone."""
NEVER: Final = 1_000_001
"""A limit that no score reaches."""
_Learner = Callable[[Matrix, Labels, Settings, int], Learned]


class TooFewFrauds(Exception):
    """Not enough to learn from: the rules decide alone until there is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a score does something."""

    review_share_ppm: int = 10_000
    """Of payments, those that are sent to people."""
    block_from_ppm: int = NEVER
    """Nobody is blocked by a score alone until somebody says from where on."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model before it is kept."""

    kind: ModelKind
    content: str
    positions: tuple[int, ...]
    calibration: Points
    review_from_ppm: int
    block_from_ppm: int
    trained_from: datetime
    trained_until: datetime
    rows: int
    frauds: int
    scores: Callable[[Sequence[Row]], list[float]] = field(compare=False)
    """Log odds of many rows, faster than walking each and the same."""

    @property
    def sha256(self) -> str:
        """Of all that makes it score as it does, and of what it learned from."""
        parts = [self.kind, self.content, self.positions, [list(point) for point in self.calibration]]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    @property
    def schema_hash(self) -> str:
        """Of the features it takes."""
        return hash_of(self.positions)

    def walker(self) -> Walker:
        """As it will score."""
        return walker_of(self.kind, self.content, self.positions)


def train(rows: Sequence[Row], settings: Settings, seed: int, limits: Limits | None = None) -> Trained:
    """Learn from every row, nothing resampled and nothing weighted, so that scores stay probabilities.

    Trees when there are frauds enough, else weights. Raises TooFewFrauds below 30.
    """
    frauds = sum(row.is_fraud for row in rows)
    if frauds < ENOUGH or frauds == len(rows):
        raise TooFewFrauds(f"{frauds} frauds among {len(rows)} payments")
    kind = ModelKind.TREES if frauds >= ENOUGH_FOR_TREES else ModelKind.LOGISTIC
    learn: _Learner = trees if kind is ModelKind.TREES else logistic
    everything, labels = matrix_of(rows), np.array([row.is_fraud for row in rows])
    places = _that_differ(everything)
    matrix = everything[:, places]
    raw = _by_others(learn, matrix, labels, (_parts(rows, settings.folds), settings, seed))
    points, limits = fit(raw, labels.tolist()), limits or Limits()
    content, many = learn(matrix, labels, settings, seed)
    return Trained(
        kind=kind,
        content=content,
        positions=tuple(place + 1 for place in places),
        calibration=points,
        review_from_ppm=min(_highest_share(raw, points, limits.review_share_ppm), limits.block_from_ppm),
        block_from_ppm=limits.block_from_ppm,
        trained_from=min(row.as_of for row in rows),
        trained_until=max(row.as_of for row in rows),
        rows=len(rows),
        frauds=frauds,
        scores=lambda asked: [float(each) for each in many(matrix_of(asked)[:, places])],
    )


def judged(trained: Trained, rows: Sequence[Row]) -> list[Judged]:
    """What the model says of payments beside what they turned out to be."""
    return [
        Judged(
            score=odds,
            is_fraud=row.is_fraud,
            amount=row.amount,
            expected_loss=row.amount * calibrated(probability_ppm(odds), trained.calibration),
            day=int(row.as_of.timestamp()) // 86_400,
            card=row.group,
        )
        for row, odds in zip(rows, trained.scores(rows), strict=True)
    ]


def matrix_of(rows: Sequence[Row]) -> Matrix:
    """One line a payment, one column a feature of the catalogue; what is missing is no number."""
    matrix = np.full((len(rows), len(CATALOGUE)), np.nan)
    for number, row in enumerate(rows):
        matrix[number, : len(row.values)] = [np.nan if value is None else value for value in row.values]
    return matrix


def _that_differ(matrix: Matrix) -> list[int]:
    """Columns with at least two values: the others can teach nothing, and may mean something later."""
    told = np.isfinite(matrix)
    low, high = np.where(told, matrix, np.inf).min(axis=0), np.where(told, matrix, -np.inf).max(axis=0)
    return [int(place) for place in np.flatnonzero(low < high)]


def _parts(rows: Sequence[Row], folds: int) -> Matrix:
    """The part of each row: by its customer, the same in every run."""
    return np.array([zlib.crc32(str(row.group).encode()) % folds for row in rows])


def _by_others(learn: _Learner, matrix: Matrix, labels: Labels, how: tuple[Matrix, Settings, int]) -> list[int]:
    """What models that have not seen a row say of it, raw parts per million."""
    parts, settings, seed = how
    odds = np.zeros(len(labels))
    for part in np.unique(parts):
        inside = parts == part
        if not inside.all() and labels[~inside].any():
            odds[inside] = learn(matrix[~inside], labels[~inside], settings, seed)[1](matrix[inside])
    return [probability_ppm(float(each)) for each in odds]


def _highest_share(raw: Sequence[int], points: Points, share_ppm: int) -> int:
    """The calibrated score that this share of payments reaches."""
    place = min(len(raw) * share_ppm // 1_000_000, len(raw) - 1)
    return calibrated(sorted(raw, reverse=True)[place], points)
