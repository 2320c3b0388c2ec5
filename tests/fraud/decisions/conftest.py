"""What tests of decisions stand on: the steps that decide, and something that scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from pytest_django import Settings

from fraud.decisions import judging
from fraud.scoring.scorer import Scorer

STEPS = [
    "fraud.features.services.sightings.keep",
    "fraud.labels.services.disputes.note",
    "fraud.decisions.services.marking.mark",
    "fraud.decisions.services.assessing.assess",
]


@pytest.fixture(autouse=True)
def _steps(settings: Settings) -> None:
    settings.LEDGER_PIPELINE = STEPS
    settings.FRAUD_SAMPLE_PPM = 0


Score = Callable[[Sequence[int | None]], int]


@pytest.fixture
def scoring(monkeypatch: pytest.MonkeyPatch) -> Callable[[Score], None]:
    """Let something score: review from 100 000 ppm, block from 900 000."""

    def use(score: Score) -> None:
        monkeypatch.setattr(judging, "live_scorer", lambda: Scorer(7, 100_000, 900_000, score))

    return use
