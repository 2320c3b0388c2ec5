"""The demo's model: learned once, of what was known by then, trained by one person and made live by another."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from config.demo import fraud_model
from config.staff.models import User
from fraud.features.models import Sighting
from fraud.scoring.models import ModelState, ScoringModel
from fraud.scoring.services import promotion
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
UNTIL = datetime(2026, 7, 1, tzinfo=UTC)


class TooFewFrauds(Exception):
    """As training says it."""


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What learning was asked for; it finds frauds enough, until `plans` says otherwise."""
    asked: list[Any] = []

    def learn(plan: Any, *, by: User) -> tuple[ScoringModel, None, bool]:
        if not asked:
            raise TooFewFrauds
        asked.append(plan)
        return row(ScoringModel, trained_by=by, content='{"intercept": 0, "inputs": [[0, 1, 1, 0]]}'), None, True

    def plan(*times: datetime, **how: Any) -> SimpleNamespace:
        return SimpleNamespace(times=times, **how)

    learning = SimpleNamespace(Plan=plan, learn=learn, TooFewFrauds=TooFewFrauds)
    found = SimpleNamespace(import_module=lambda _: learning, util=importlib.util)
    monkeypatch.setattr(fraud_model, "importlib", found)
    monkeypatch.setattr(promotion, "walker_of_model", lambda _: None)
    return asked


def learned() -> ScoringModel | None:
    return fraud_model.learn(UNTIL, analyst=row(User), lead=row(User))


def test_one_person_trains_it_and_another_makes_it_live(plans: list[Any]) -> None:
    for days in (60, 20, 3):
        row(Sighting, at=UNTIL - timedelta(days=days))
    plans.append("enough")
    model = learned()
    assert model is not None
    assert model.state == ModelState.LIVE
    assert None not in {model.trained_by_id, model.promoted_by_id}
    assert model.trained_by_id != model.promoted_by_id
    assert plans[1].is_simulated
    first, measured_from, last = plans[1].times
    assert (first, last) == (UNTIL - timedelta(days=60), UNTIL - timedelta(days=20))
    assert first < measured_from < last
    assert not fraud_model.can_learn()


def test_too_little_is_no_model(plans: list[Any]) -> None:
    assert learned() is None
    row(Sighting, at=UNTIL - timedelta(days=60))
    row(Sighting, at=UNTIL - timedelta(days=50))
    assert learned() is None
    assert not ScoringModel.objects.exists()


def test_without_the_library_nothing_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fraud_model.can_learn()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert not fraud_model.can_learn()
