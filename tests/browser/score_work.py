"""A scoring model to look at, measured and live."""

from __future__ import annotations

from django.utils import timezone

from fraud.scoring.models import ModelState, ScoringModel
from tests.fraud.scoring.models import kept

_METRICS = {"auc": 901_000, "ap": 682_000, "cp100": 296_000, "value_at_1pct": 853_000, "recall_at_1pct": 700_000}


def a_model() -> ScoringModel:
    """The live one, made when there is none."""
    found = ScoringModel.objects.filter(state=ModelState.LIVE).first()
    return found or kept(metrics=_METRICS, state=ModelState.LIVE, promoted_at=timezone.now())
