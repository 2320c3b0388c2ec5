"""Models as they are stored become something that scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from fraud.features.catalogue import CATALOGUE
from fraud.features.declarations import schema_hash
from fraud.scoring.calibration import Points, calibrated
from fraud.scoring.models import ModelKind, ScoringModel
from fraud.scoring.scorer import Scorer, ScorerBroken
from fraud.scoring.walking import Unreadable, Walker, load_logistic, load_trees, probability_ppm

_READERS: Final[dict[int, Callable[[str, Sequence[int]], Walker]]] = {
    ModelKind.TREES: load_trees,
    ModelKind.LOGISTIC: load_logistic,
}


def hash_of(positions: Sequence[int]) -> str:
    """The schema hash of features of today's catalogue. Raises ScorerBroken for a place that it does not have."""
    if not all(0 < position <= len(CATALOGUE) for position in positions):
        raise ScorerBroken("the model takes features that the catalogue does not have")
    return schema_hash(CATALOGUE[position - 1] for position in positions)


def walker_of(kind: int, content: str, positions: Sequence[int]) -> Walker:
    """Raises ScorerBroken when the text cannot be read."""
    try:
        return _READERS[kind](content, positions)
    except Unreadable as refusal:
        raise ScorerBroken(str(refusal)) from refusal


def score_with(walker: Walker, points: Points) -> Callable[[Sequence[int | None]], int]:
    """All features by position → calibrated parts per million."""
    return lambda values: calibrated(probability_ppm(walker.raw(values)), points)


def walker_of_model(model: ScoringModel) -> Walker:
    """Raises ScorerBroken when its features are not those of the catalogue, or its content cannot be read."""
    if hash_of(model.positions) != model.schema_hash:
        raise ScorerBroken("the features of the model are not those of the catalogue")
    return walker_of(model.kind, model.content, model.positions)


@lru_cache(maxsize=4)
def loaded(model_id: int) -> Scorer | ScorerBroken:
    """A stored model, or why it cannot be asked: both stay as they are, since neither model nor catalogue changes."""
    model = ScoringModel.objects.get(pk=model_id)
    try:
        score = score_with(walker_of_model(model), model.calibration)
    except ScorerBroken as broken:
        return broken
    return Scorer(model.pk, model.review_from_ppm, model.block_from_ppm, score)
