"""What was learned is kept, as text, with how well it did; it scores only when a second person says so."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import transaction

from fraud.scoring.measures import Measures
from fraud.scoring.models import ScoringModel
from payments.records.services import audit

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from fraud.scoring.services.training import Trained


@transaction.atomic
def keep(
    trained: Trained, measures: Measures, *, by: AbstractBaseUser | None, is_simulated: bool
) -> tuple[ScoringModel, bool]:
    """A candidate, and whether it is new: what was learned twice in the same way is one model. None is the machine."""
    model, is_new = ScoringModel.objects.get_or_create(
        sha256=trained.sha256,
        defaults={
            "kind": trained.kind,
            "content": trained.content,
            "schema_hash": trained.schema_hash,
            "positions": list(trained.positions),
            "calibration": [list(point) for point in trained.calibration],
            "review_from_ppm": trained.review_from_ppm,
            "block_from_ppm": trained.block_from_ppm,
            "trained_from": trained.trained_from,
            "trained_until": trained.trained_until,
            "rows": trained.rows,
            "frauds": trained.frauds,
            "metrics": asdict(measures),
            "is_simulated": is_simulated,
            "trained_by_id": by.pk if by else None,
        },
    )
    if is_new:
        detail = {"model": model.sha256, "rows": model.rows, "frauds": model.frauds}
        audit.record("score.trained", by=by, about=("scoring_model", model.pk), detail=detail)
    return model, is_new
