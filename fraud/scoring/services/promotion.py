"""Which model is live: a second person says so, and can go back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from fraud.scoring import selectors
from fraud.scoring.loading import walker_of_model
from fraud.scoring.models import ModelState, ScoringModel
from payments.records.services import audit

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class SelfPromotion(Exception):
    """Who trained a model does not make it live."""


class AlreadyLive(Exception):
    """The model scores already."""


class NothingLive(Exception):
    """There is no live model to go back from."""


@transaction.atomic
def promote(model_id: int, *, by: AbstractBaseUser) -> ScoringModel:
    """Make a candidate, or one that was live before, the model that scores; the one before retires.

    Raises SelfPromotion, AlreadyLive, ScorerBroken when the catalogue has changed since, ScoringModel.DoesNotExist.
    """
    live = _locked()
    model = ScoringModel.objects.get(pk=model_id)
    if model.state == ModelState.LIVE:
        raise AlreadyLive
    if model.trained_by_id == by.pk:
        raise SelfPromotion
    walker_of_model(model)
    if live:
        _set_state(live, ModelState.RETIRED)
    model.state, model.promoted_by_id, model.promoted_at = ModelState.LIVE, by.pk, timezone.now()
    model.save(update_fields=["state", "promoted_by", "promoted_at"])
    detail = {"before": live.sha256 if live else None, "model": model.sha256}
    audit.record("score.promoted", by=by, about=("scoring_model", model.pk), detail=detail)
    return model


@transaction.atomic
def roll_back(*, by: AbstractBaseUser, expecting: int) -> ScoringModel | None:
    """Make the model before the live one live again; without one before, the rules decide alone from now on.

    Anybody may who may promote: going back is no new risk. `expecting` is the live model that the person saw; raises
    NothingLive when it is not live any more.
    """
    live = _locked()
    if live is None or live.pk != expecting:
        raise NothingLive
    earlier = selectors.before(live)
    _set_state(live, ModelState.RETIRED)
    if earlier:
        _set_state(earlier, ModelState.LIVE)
    detail = {"from": live.sha256, "to": earlier.sha256 if earlier else None}
    audit.record("score.rolled_back", by=by, about=("scoring_model", live.pk), detail=detail)
    return earlier


def _locked() -> ScoringModel | None:
    """The live model, with all models locked: whoever else promotes waits."""
    states = dict(ScoringModel.objects.select_for_update().order_by("pk").values_list("pk", "state"))
    live = next((pk for pk, state in states.items() if state == ModelState.LIVE), None)
    return selectors.model_shown(live) if live else None


def _set_state(model: ScoringModel, state: ModelState) -> None:
    model.state = state
    model.save(update_fields=["state"])
