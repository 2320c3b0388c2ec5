"""Small models for tests: one that says how much the amount weighs, stored as any other."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from fraud.features.catalogue import BY_NAME, CATALOGUE
from fraud.scoring.loading import hash_of
from fraud.scoring.models import ModelKind, ScoringModel
from tests.payments.valid_rows import row

AMOUNT = BY_NAME["amount"].position
RATIO = BY_NAME["customer_amount_ratio_30d"].position
DEVICE = BY_NAME["is_new_device"].position


def kept(weight: float = 1.0, **changes: Any) -> ScoringModel:
    """A logistic model of the amount (weighs as told), the amount against the usual (2) and a new device (3)."""
    inputs = [[0.0, 1.0, weight, 0.0], [0.0, 1.0, 2.0, -0.5], [0.0, 1.0, 3.0, -0.5]]
    content = json.dumps({"intercept": -30.0, "inputs": inputs})
    positions = [AMOUNT, RATIO, DEVICE]
    values = {
        "kind": ModelKind.LOGISTIC, "content": content, "positions": positions, "schema_hash": hash_of(positions),
        "sha256": hashlib.sha256(content.encode()).hexdigest(), "review_from_ppm": 200_000,
    }  # fmt: skip
    model: ScoringModel = row(ScoringModel, **(values | changes))
    return model


def values(**told: int | None) -> list[int | None]:
    """All features by position: those named, the others missing."""
    return [told.get(feature.name) for feature in CATALOGUE]
