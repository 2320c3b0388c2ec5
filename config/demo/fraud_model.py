"""The demo's model: learned from the older part of the simulated quarter, so that the last days have scores.

Only where the learning library is installed, and only once; without it the rules decide alone, which the pages say.
"""

from __future__ import annotations

import importlib
import importlib.util
from datetime import datetime, timedelta
from typing import Final

from config.staff.models import User
from fraud.scoring.history import span
from fraud.scoring.models import ScoringModel
from fraud.scoring.services.promotion import promote

SCORED_DAYS: Final = 14
"""The last days of the quarter, which the model has not seen."""
_LABELLED_AFTER: Final = timedelta(days=10)
"""By then half of the simulated frauds are disputed; nobody learns from real ones so young."""
_MEASURED_SHARE: Final = 6
_LEARNING: Final = "fraud.scoring.services.learning"
_TRAINING: Final = "fraud.scoring.services.training"


def can_learn() -> bool:
    """Whether there is nothing learned yet, and something to learn with."""
    return importlib.util.find_spec("lightgbm") is not None and not ScoringModel.objects.exists()


def learn(until: datetime, *, analyst: User, lead: User) -> ScoringModel | None:
    """Learn from what is assessed and labelled until an instant, and let the lead make it live.

    None when too few frauds are known: a demo of a few days.
    """
    first, last = span(until - _LABELLED_AFTER)
    if first is None or last is None or first >= last:
        return None
    # By their names: the library takes a second and a hundred megabytes, and may not be here.
    learning, training = importlib.import_module(_LEARNING), importlib.import_module(_TRAINING)
    plan = learning.Plan(first, last - (last - first) / _MEASURED_SHARE, last, is_simulated=True)
    try:
        model, _, _ = learning.learn(plan, by=analyst)
    except training.TooFewFrauds:
        return None
    return promote(model.pk, by=lead)
