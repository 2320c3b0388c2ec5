"""From history to a candidate: learn from the earlier part of it, and see how well that does on the later one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fraud.features.catalogue import LABEL_DELAY
from fraud.scoring import history
from fraud.scoring.loading import score_with, walker_of_model
from fraud.scoring.measures import Judged, Measures, measure
from fraud.scoring.models import ScoringModel
from fraud.scoring.rows import Row
from fraud.scoring.services import keeping
from fraud.scoring.services.learners import Settings
from fraud.scoring.services.training import Limits, judged, train

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@dataclass(frozen=True, slots=True)
class Plan:
    """What to learn from."""

    since: datetime
    measured_from: datetime
    """Payments from here on are only for measuring; learning ends the label delay before."""
    until: datetime
    is_from_history: bool = False
    """Features computed for it, instead of those stored with assessments."""
    is_simulated: bool = False
    seed: int = 0
    settings: Settings = field(default_factory=Settings)
    limits: Limits = field(default_factory=Limits)


def learn(plan: Plan, *, by: AbstractBaseUser | None) -> tuple[ScoringModel, Measures, bool]:
    """Train, measure and keep; says too whether the model is new. Raises TooFewFrauds."""
    learned_until = plan.measured_from - timedelta(seconds=LABEL_DELAY)
    rows = list(rows_of(plan.since, plan.until, is_from_history=plan.is_from_history))
    learned = [row for row in rows if row.as_of < learned_until]
    trained = train(learned, plan.settings, plan.seed, plan.limits)
    measures = measure(judged(trained, [row for row in rows if row.as_of >= plan.measured_from]))
    model, is_new = keeping.keep(trained, measures, by=by, is_simulated=plan.is_simulated)
    return model, measures, is_new


def rows_of(since: datetime, until: datetime, *, is_from_history: bool) -> Iterator[Row]:
    """Payments with what was known of them and what they turned out to be."""
    return history.computed(since, until) if is_from_history else history.assessed(since, until)


def evaluate(model: ScoringModel, since: datetime, until: datetime) -> tuple[Measures, list[Judged]]:
    """How well a stored model does on payments it may never have seen, scored as the web would. Raises ScorerBroken."""
    walker = walker_of_model(model)
    score = score_with(walker, model.calibration)
    found = [
        Judged(
            score=walker.raw(row.values),
            is_fraud=row.is_fraud,
            amount=row.amount,
            expected_loss=row.amount * score(row.values),
            day=int(row.as_of.timestamp()) // 86_400,
            card=row.group,
        )
        for row in history.computed(since, until)
    ]
    return measure(found), found
