"""Reasons: of everything not allowed, once, the heaviest first, and as sentences."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import translation

from fraud.assessments.models import Assessment
from fraud.features.catalogue import BY_NAME, CATALOGUE
from fraud.scoring.loading import walker_of_model
from fraud.scoring.measures import measure
from fraud.scoring.models import ScoringModel
from fraud.scoring.rows import Row
from fraud.scoring.sentences import sentence
from fraud.scoring.services import reasons
from fraud.scoring.services.keeping import keep
from fraud.scoring.services.learners import Settings
from fraud.scoring.services.training import train
from tests.fraud.scoring.models import kept, values
from tests.payments.valid_rows import row

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def told(**changes: Any) -> Assessment:
    """A payment for review, scored."""
    features = values(amount=90_000, customer_amount_ratio_30d=31_000, is_new_device=1)
    assessment: Assessment = row(Assessment, **({"outcome": 1, "basis": 3, "features": features} | changes))
    return assessment


@pytest.mark.django_db
def test_what_was_not_allowed_is_explained_once_and_what_was_allowed_is_not() -> None:
    model = kept()
    held = told(model_id=model.pk, score_ppm=900_000)
    allowed = told(model_id=model.pk, score_ppm=900_000, outcome=0)
    by_rule = told(basis=1)
    assert reasons.explain_due() == 2
    assert reasons.explain_due() == 0
    for each in (held, allowed, by_rule):
        each.refresh_from_db()
    assert [each["feature"] for each in (held.reasons or ())] == [
        "customer_amount_ratio_30d",
        "amount",
        "is_new_device",
    ]
    assert [each["value"] for each in (held.reasons or ())] == [31_000, 90_000, 1]
    assert sum(each["weight_ppm"] for each in (held.reasons or ())) in range(999_998, 1_000_003)
    assert allowed.reasons is None
    assert by_rule.reasons == []


@pytest.mark.django_db
def test_older_assessments_have_fewer_features_and_a_broken_model_gives_no_reasons() -> None:
    short = told(model_id=kept().pk, score_ppm=1, features=[90_000])
    broken = told(model_id=kept(2.0, content=json.dumps({"no": 1})).pk, score_ppm=1)
    assert reasons.explain_due() == 2
    for each in (short, broken):
        each.refresh_from_db()
    assert [each["feature"] for each in short.reasons or ()] == ["amount"]
    assert broken.reasons == []


@pytest.fixture
def trees() -> ScoringModel:
    chance = np.random.default_rng(1)
    rows = []
    for number in range(4_000):
        amount, ratio = int(chance.lognormal(8, 1)), int(chance.lognormal(9, 1))
        is_fraud = bool(amount > 8_000 and ratio > 9_000 and chance.random() < 0.8)
        told_values = values(amount=amount, customer_amount_ratio_30d=ratio, hour=number % 24)
        rows.append(Row(told_values, is_fraud, NOON + timedelta(minutes=number), number, amount))
    return keep(train(rows, Settings(trees=30), 1), measure([]), by=None, is_simulated=True)[0]


@pytest.mark.django_db
def test_with_the_library_what_features_add_is_shared_fairly_and_adds_up(trees: ScoringModel) -> None:
    rows = [values(amount=a, customer_amount_ratio_30d=r, hour=3) for a, r in ((50_000, 90_000), (10, 9), (9_000, 100))]
    shared = reasons.contributions_of(trees, rows)
    walker = walker_of_model(trees)
    begins = [walker.raw(each) - sum(added.values()) for each, added in zip(rows, shared, strict=True)]
    assert begins == pytest.approx([begins[0]] * 3, abs=1e-6)
    assert {each["feature"] for each in reasons.heaviest(shared[0], rows[0])[:2]} == {
        "amount",
        "customer_amount_ratio_30d",
    }


@pytest.mark.django_db
def test_without_the_library_the_path_says_it(trees: ScoringModel, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [values(amount=50_000, customer_amount_ratio_30d=90_000, hour=3)]
    fair = reasons.contributions_of(trees, rows)
    monkeypatch.setattr(reasons, "_has_library", lambda: False)
    along = reasons.contributions_of(trees, rows)
    assert along != fair
    assert along[0] == walker_of_model(trees).contributions(rows[0])


@pytest.mark.parametrize("language", ["en", "ko", "ja"])
def test_every_feature_makes_a_sentence(language: str) -> None:
    with translation.override(language):
        for feature in CATALOGUE:
            for value in (None, 1):
                said = str(sentence({"feature": feature.name, "value": value}))
                assert said.strip()
                assert "%(" not in said


def test_sentences_say_what_is_unusual() -> None:
    assert str(sentence({"feature": "customer_amount_ratio_30d", "value": 31_000})) == (
        "3.1 times this customer's usual amount"
    )
    assert str(sentence({"feature": "is_new_device", "value": 1})) == "Device new for the customer"
    assert str(sentence({"feature": "is_new_device", "value": 0})) == "Device new for the customer: no"
    assert str(sentence({"feature": "was_retired", "value": 1})) == "was_retired"
    assert BY_NAME["device_age"].unit == "seconds"
    assert str(sentence({"feature": "device_age", "value": 7_300})) == "Device first seen 2 hours ago"
