"""Which of rules, lists and score decides, what does when none can be asked, and when the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from fraud.assessments import models as assessments
from fraud.decisions import policy
from fraud.decisions.policy import Bounds, Outcome, deadline, decide, is_drawn, when_down, word_of
from fraud.lists.hits import Hits, code_of
from fraud.lists.models import ListName
from fraud.rules.given import Fired
from fraud.rules.models import RuleAction
from fraud.scoring.scorer import Scored

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HIGH, MIDDLE, LOW = (
    Scored(900_000, 100_000, 900_000),
    Scored(100_000, 100_000, 900_000),
    Scored(99_999, 100_000, 900_000),
)


def on(*lists: ListName) -> Hits:
    """A customer who stands on some lists."""
    return Hits(tuple(code_of(each, 1) for each in lists))


@pytest.mark.parametrize(
    ("action", "hits", "score", "expected"),
    [
        (RuleAction.STEP_UP, on(ListName.ALLOW), HIGH, (assessments.Outcome.STEP_UP, assessments.Basis.RULE)),
        (RuleAction.ALLOW, on(ListName.BLOCK), HIGH, (assessments.Outcome.ALLOW, assessments.Basis.RULE)),
        (RuleAction.BLOCK, on(ListName.ALLOW), HIGH, (assessments.Outcome.ALLOW, assessments.Basis.LIST)),
        (RuleAction.BLOCK, on(ListName.BLOCK), LOW, (assessments.Outcome.BLOCK, assessments.Basis.RULE)),
        (RuleAction.REVIEW, on(ListName.BLOCK), LOW, (assessments.Outcome.BLOCK, assessments.Basis.LIST)),
        (RuleAction.REVIEW, on(ListName.WATCH), HIGH, (assessments.Outcome.REVIEW, assessments.Basis.RULE)),
        (None, on(ListName.WATCH), HIGH, (assessments.Outcome.REVIEW, assessments.Basis.LIST)),
        (None, Hits(), HIGH, (assessments.Outcome.BLOCK, assessments.Basis.SCORE)),
        (None, Hits(), MIDDLE, (assessments.Outcome.REVIEW, assessments.Basis.SCORE)),
        (None, Hits(), LOW, (assessments.Outcome.ALLOW, assessments.Basis.NOTHING)),
        (None, Hits(), None, (assessments.Outcome.ALLOW, assessments.Basis.NOTHING)),
    ],
)  # fmt: skip
def test_what_goes_before_what(
    action: RuleAction | None, hits: Hits, score: Scored | None, expected: tuple[int, int]
) -> None:
    assert decide(Fired(action=action), hits, score) == expected


def test_its_numbers_are_those_of_the_tables() -> None:
    outcomes = (policy.ALLOW, policy.REVIEW, policy.STEP_UP, policy.BLOCK)
    bases = (policy.NOTHING, policy.RULE, policy.LIST, policy.SCORE, policy.POLICY)
    assert outcomes == tuple(assessments.Outcome.values)
    assert bases == tuple(assessments.Basis.values)


def test_while_nobody_can_be_asked_the_amount_decides() -> None:
    bands = {"KRW": ((100, "allow"), (500, "review"), (None, "block")), "default": ((None, "review"),)}
    assert [when_down(amount, "KRW", bands).outcome for amount in (0, 100, 101, 500, 501)] == [0, 0, 1, 1, 3]
    assert when_down(1, "USD", bands) == Outcome(policy.REVIEW, policy.POLICY)


def test_the_settings_answer_for_every_amount_of_every_currency() -> None:
    for currency in ("KRW", "JPY", "USD", "EUR", "GBP"):
        for amount in (0, 10_000, 10**15):
            assert when_down(amount, currency, settings.FRAUD_DOWN_POLICY).outcome in (policy.ALLOW, policy.REVIEW)
            assert word_of(amount, currency, settings.FRAUD_DEADLINE_POLICY) in ("release", "cancel")


def test_the_sample_is_drawn_by_the_payment_and_as_often_as_it_should() -> None:
    drawn = [pk for pk in range(20_000) if is_drawn(pk, 50_000)]
    assert 900 < len(drawn) < 1_100
    assert drawn == [pk for pk in range(20_000) if is_drawn(pk, 50_000)]
    assert not any(is_drawn(pk, 0) for pk in range(1_000))


@pytest.mark.parametrize(
    ("bounds", "hours"),
    [
        (Bounds(None, None), 48),
        (Bounds(NOON + 10 * HOUR, None), 8),
        (Bounds(NOON + 1 * HOUR, None), 0),
        (Bounds(NOON - 1 * HOUR, None), 0),
        (Bounds(NOON + 10 * HOUR, NOON + 5 * HOUR), 5),
        (Bounds(None, NOON - 5 * HOUR), 48),
        (Bounds(NOON + 999 * HOUR, NOON + 999 * HOUR), 48),
    ],
)
def test_the_clock_ends_a_hold_before_anything_it_protects_is_lost(bounds: Bounds, hours: int) -> None:
    assert deadline(NOON, bounds, at_most=48 * HOUR, margin=2 * HOUR) == NOON + hours * HOUR
