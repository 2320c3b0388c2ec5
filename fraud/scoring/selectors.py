"""Questions about models: which one scores, and which ones there are."""

from __future__ import annotations

from django.db.models import QuerySet

from fraud.scoring.loading import loaded
from fraud.scoring.models import ModelState, ScoringModel
from fraud.scoring.scorer import Scorer, ScorerBroken


def live_scorer() -> Scorer | None:
    """What scores now, None when no model is live: then the rules decide alone, which is normal; one small query.

    Raises ScorerBroken when the live model cannot be asked.
    """
    model_id = ScoringModel.objects.filter(state=ModelState.LIVE).values_list("pk", flat=True).first()
    if model_id is None:
        return None
    answer = loaded(model_id)
    if isinstance(answer, ScorerBroken):
        raise ScorerBroken(str(answer))
    return answer


def models() -> QuerySet[ScoringModel]:
    """All models, the newest first, without their long texts."""
    return ScoringModel.objects.defer("content").select_related("trained_by", "promoted_by").order_by("-pk")


def model_shown(model_id: int) -> ScoringModel:
    """One model without its long text. Raises ScoringModel.DoesNotExist."""
    return models().get(pk=model_id)


def live_model() -> ScoringModel:
    """The model that scores now, without its long text. Raises ScoringModel.DoesNotExist."""
    return models().get(state=ModelState.LIVE)


def before(model: ScoringModel) -> ScoringModel | None:
    """The model that rolling back from this live one makes live again; None: the rules alone decide then."""
    earlier = models().filter(state=ModelState.RETIRED, promoted_at__lt=model.promoted_at)
    return earlier.order_by("-promoted_at").first()
