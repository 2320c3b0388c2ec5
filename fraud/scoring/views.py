"""Pages of models: all of them, and one with how well it does; a second person makes it live, or takes it back."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from fraud.features.catalogue import CATALOGUE
from fraud.features.labels import words_of
from fraud.scoring import selectors
from fraud.scoring.filters import ModelFilters
from fraud.scoring.labels import STATES, limit, measures
from fraud.scoring.loading import walker_of_model
from fraud.scoring.models import ModelState, ScoringModel
from fraud.scoring.permissions import PROMOTE, VIEW
from fraud.scoring.scorer import ScorerBroken
from fraud.scoring.services import promotion
from fraud.scoring.tables import ModelTable
from payments.web import ListSpec, actor, capability_required, list_page

MODELS: Final = ListSpec(
    name="fraud-scores", title=gettext_lazy("Scores"), template="fraud/scores/models.html", table=ModelTable,
    filters=ModelFilters,
    usual_columns=("trained_at", "state", "kind", "rows", "frauds", "caught", "is_simulated", "promoted_by"),
)  # fmt: skip


@capability_required(VIEW)
@require_safe
def models(request: HttpRequest) -> HttpResponseBase:
    """Every model, the newest first."""
    return list_page(request, MODELS, selectors.models())


@capability_required(VIEW)
@require_safe
def model(request: HttpRequest, pk: int) -> HttpResponse:
    """One model: what it learned from, how well it does, and what may be done with it."""
    found = _found(pk)
    is_live = found.state == ModelState.LIVE
    context = {
        "model": found,
        "state_badge": STATES[ModelState(found.state)],
        "measures": measures(found.metrics),
        "review_from": limit(found.review_from_ppm),
        "block_from": limit(found.block_from_ppm),
        "features": [words_of(CATALOGUE[place - 1].name) for place in found.positions if place <= len(CATALOGUE)],
        "is_live": is_live,
        "is_own": found.trained_by_id == actor(request).pk,
        "is_broken": _is_broken(found),
        "before": selectors.before(found) if is_live else None,
    }
    return render(request, "fraud/scores/model.html", context)


@capability_required(PROMOTE)
@require_POST
def promote(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a model the one that scores."""
    try:
        promotion.promote(_found(pk).pk, by=actor(request))
    except promotion.SelfPromotion:
        messages.error(request, _("Nobody promotes their own model. Ask another person."))
    except promotion.AlreadyLive:
        messages.error(request, _("Somebody was faster: the model scores already."))
    except ScorerBroken:
        messages.error(request, _("The features have changed since it was trained: it cannot score. Train it anew."))
    else:
        messages.success(request, _("The model scores from now on."))
    return redirect("scores:model", pk=pk)


@capability_required(PROMOTE)
@require_POST
def roll_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Go back from a live model to the one before, or to the rules alone."""
    try:
        earlier = promotion.roll_back(by=actor(request), expecting=_found(pk).pk)
    except promotion.NothingLive:
        messages.error(request, _("Somebody was faster: the model does not score any more."))
    else:
        done = _("The model before scores again.") if earlier else _("The rules decide alone from now on.")
        messages.success(request, done)
    return redirect("scores:model", pk=pk)


def _found(pk: int) -> ScoringModel:
    try:
        return selectors.model_shown(pk)
    except ScoringModel.DoesNotExist:
        raise Http404 from None


def _is_broken(model: ScoringModel) -> bool:
    try:
        walker_of_model(model)
    except ScorerBroken:
        return True
    return False
