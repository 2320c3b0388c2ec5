"""Why a score is high: by the worker, after the payment is kept, for everything that was not allowed."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from django.utils.module_loading import import_string

from fraud.assessments.models import Assessment, Outcome
from fraud.assessments.services.keeping import explain
from fraud.features.catalogue import CATALOGUE
from fraud.scoring.loading import walker_of_model
from fraud.scoring.models import ModelKind, ScoringModel
from fraud.scoring.scorer import ScorerBroken
from payments.records.services.locks import held_by_session

SHOWN: Final = 5
_WHOLE: Final = 1_000_000
_LOCK: Final = "fraud.reasons"
_SHARING: Final = "fraud.scoring.services.learners.contributions"
_log: Final = logging.getLogger(__name__)
_Values = Sequence[int | None]


def explain_due(limit: int = 500) -> int:
    """Work out the reasons of what has none, the oldest first; how many. Interrupted, the next run goes on.

    What no model scored has no reasons of this kind: its rules and lists are its reasons.
    """
    with held_by_session(_LOCK) as is_ours:
        if not is_ours:
            return 0
        due = Assessment.objects.filter(reasons__isnull=True, outcome__gt=Outcome.ALLOW).order_by("id")
        found = list(due.values_list("id", "model_id", "features")[:limit])
        by_model = sorted(found, key=lambda each: each[1] or 0)
        for model_id, rows in groupby(by_model, key=lambda each: each[1]):
            of_model = list(rows)
            reasons = _reasons(model_id, [values for _, _, values in of_model])
            for (assessment_id, _, _), each in zip(of_model, reasons, strict=True):
                explain(assessment_id, each)
    return len(found)


def _reasons(model_id: int | None, rows: Sequence[_Values]) -> list[list[dict[str, Any]]]:
    if model_id is None:
        return [[] for _ in rows]
    model = ScoringModel.objects.get(pk=model_id)
    padded = [[*values, *([None] * (len(CATALOGUE) - len(values)))] for values in rows]
    try:
        contributions = contributions_of(model, padded)
    except ScorerBroken as broken:  # nobody can say any more why it said so
        _log.warning("model %s cannot be asked for reasons: %s", model.pk, broken)
        return [[] for _ in rows]
    return [heaviest(added, values) for added, values in zip(contributions, padded, strict=True)]


def contributions_of(model: ScoringModel, rows: Sequence[_Values]) -> list[Mapping[int, float]]:
    """By position, what each feature added to the log odds of each row. Raises ScorerBroken.

    Fairly shared among features (SHAP) where the learning library is installed, else along the path that was taken.
    """
    walker = walker_of_model(model)
    if model.kind == ModelKind.TREES and _has_library():
        return _shared_fairly(model, rows)
    return [walker.contributions(values) for values in rows]


def heaviest(added: Mapping[int, float], values: _Values) -> list[dict[str, Any]]:
    """The few features that speak most for fraud; each weighs its part, in ppm, of all that speaks for it."""
    against = {position: weight for position, weight in added.items() if weight > 0}
    whole = sum(against.values())
    first = sorted(against, key=lambda position: (-against[position], position))[:SHOWN]
    return [
        {
            "feature": CATALOGUE[position - 1].name,
            "value": values[position - 1],
            "weight_ppm": round(_WHOLE * against[position] / whole),
        }
        for position in first
    ]


@lru_cache(maxsize=1)
def _has_library() -> bool:
    """Whether the library is here; said once when it is not."""
    is_here = importlib.util.find_spec("lightgbm") is not None
    if not is_here:
        _log.warning("reasons are taken along the path of each tree: the learning library is not installed here")
    return is_here


def _shared_fairly(model: ScoringModel, rows: Sequence[_Values]) -> list[Mapping[int, float]]:
    # By its name: importing it takes a second and a hundred megabytes, which only a worker that explains pays for.
    share: Callable[[str, list[list[int | None]]], list[list[float]]] = import_string(_SHARING)
    inputs = [[values[place - 1] for place in model.positions] for values in rows]
    return [dict(zip(model.positions, each, strict=True)) for each in share(model.content, inputs)]
