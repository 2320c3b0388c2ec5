"""Which model scores, who may say so, and how to go back."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from config.staff.models import User
from fraud.scoring.loading import loaded
from fraud.scoring.models import ModelState, ScoringModel
from fraud.scoring.scorer import ScorerBroken
from fraud.scoring.selectors import live_scorer
from fraud.scoring.services.promotion import AlreadyLive, NothingLive, SelfPromotion, promote, roll_back
from payments.models import AuditEvent
from tests.fraud.scoring.models import kept, values
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db


def live() -> int | None:
    """The model that scores."""
    return ScoringModel.objects.filter(state=ModelState.LIVE).values_list("pk", flat=True).first()


def test_without_a_live_model_nobody_scores(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    kept()
    with django_assert_num_queries(1):
        assert live_scorer() is None


def test_the_live_model_scores_with_one_question_from_the_second_time_on(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    model = promote(kept().pk, by=row(User))
    live_scorer()
    with django_assert_num_queries(1):
        scorer = live_scorer()
    assert scorer is not None
    assert (scorer.model_id, scorer.review_from_ppm, scorer.block_from_ppm) == (model.pk, 200_000, 1_000_001)
    usual = scorer.score(values(amount=2_000, customer_amount_ratio_30d=10_000, is_new_device=0))
    high = scorer.score(values(amount=200_000, customer_amount_ratio_30d=90_000, is_new_device=1))
    assert 0 < usual < 500_000 < high < 1_000_000


@pytest.mark.parametrize(
    "changes",
    [
        {"schema_hash": "0" * 64},
        {"positions": [1, 2]},
        {"content": "{}"},
        {"kind": 1},
        {"positions": [1, 2, 9_999]},
    ],
)
def test_a_model_of_other_features_or_without_sense_is_broken_and_is_not_read_again(
    changes: dict[str, Any], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    kept(**changes, state=ModelState.LIVE, promoted_at=timezone.now())
    with pytest.raises(ScorerBroken):
        live_scorer()
    with django_assert_num_queries(1), pytest.raises(ScorerBroken):
        live_scorer()


def test_a_model_that_could_not_score_is_not_promoted() -> None:
    with pytest.raises(ScorerBroken):
        promote(kept(schema_hash="0" * 64).pk, by=row(User))
    assert live() is None


def test_who_trained_a_model_does_not_promote_it() -> None:
    trainer = row(User)
    model = kept(trained_by=trainer)
    with pytest.raises(SelfPromotion):
        promote(model.pk, by=trainer)
    other = row(User)
    assert promote(model.pk, by=other).promoted_by == other
    event = AuditEvent.objects.get(verb="score.promoted")
    assert (event.actor_id, event.subject_id) == (other.pk, str(model.pk))
    with pytest.raises(AlreadyLive):
        promote(model.pk, by=other)


def test_going_back_goes_to_the_one_before_and_then_to_the_rules_alone() -> None:
    by, first, second = row(User), kept(1.0), kept(2.0)
    promote(first.pk, by=by)
    promote(second.pk, by=by)
    assert live() == second.pk
    assert roll_back(by=by, expecting=second.pk) == first
    assert live() == first.pk
    assert roll_back(by=by, expecting=first.pk) is None
    assert live() is None
    with pytest.raises(NothingLive):
        roll_back(by=by, expecting=first.pk)
    promote(first.pk, by=by)
    assert live() == first.pk
    assert [event.detail["to"] for event in AuditEvent.objects.filter(verb="score.rolled_back").order_by("pk")] == [
        first.sha256,
        None,
    ]


def test_nobody_goes_back_from_a_model_that_they_did_not_see() -> None:
    by, first, second = row(User), kept(1.0), kept(2.0)
    promote(first.pk, by=by)
    promote(second.pk, by=by)
    with pytest.raises(NothingLive):
        roll_back(by=by, expecting=first.pk)
    assert live() == second.pk


@pytest.mark.django_db(transaction=True)
def test_of_two_who_promote_at_once_the_later_is_live() -> None:
    people, models = [row(User), row(User)], [kept(1.0), kept(2.0)]
    refused: list[Exception] = []

    def one(place: int) -> None:
        try:
            promote(models[place].pk, by=people[place])
        except Exception as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loaded.cache_clear()
    assert refused == []
    states = sorted(ScoringModel.objects.values_list("state", flat=True))
    assert states == [ModelState.LIVE, ModelState.RETIRED]
