"""Our features and our way of learning against published results, on the same simulated weeks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fraud.scoring.measures import Measures, measure
from fraud.scoring.services import handbook
from fraud.scoring.services.learners import Settings
from fraud.scoring.services.training import judged, train

PUBLISHED: Final = (
    ("Logistic regression", 0.871, 0.606, 0.291),
    ("Decision tree, depth 2", 0.763, 0.496, 0.241),
    ("Decision tree, unlimited", 0.788, 0.309, 0.243),
    ("Random forest", 0.867, 0.658, 0.287),
    ("XGBoost", 0.862, 0.639, 0.273),
)
"""Area, average precision, card precision at 100: chapter 3 of the handbook, with the defaults of its libraries."""


def read_week(path: Path, *, is_tuning: bool) -> handbook.Week:
    """The week of chapter 3, or the one two weeks before on which settings were chosen. Raises as `handbook.read`."""
    return handbook.week(handbook.read(path), handbook.TUNED_FROM if is_tuning else handbook.TRAIN_FROM)


def results(week: handbook.Week, seeds: int, settings: Settings) -> Iterator[Measures]:
    """One result a seed."""
    for seed in range(seeds):
        yield measure(judged(train(week.learned, settings, seed), week.judged))


def mean(found: list[Measures]) -> Measures:
    """Of several seeds."""
    parts = zip(
        *((each.auc, each.ap, each.cp100, each.value_at_1pct, each.recall_at_1pct) for each in found), strict=True
    )
    return Measures(*(round(sum(part) / len(found)) for part in parts))
