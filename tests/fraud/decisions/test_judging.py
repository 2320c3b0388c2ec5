"""Whoever can be asked is asked, in three questions for a batch; the rest is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fraud.assessments.models import Basis, Outcome
from fraud.assessments.verdicts import Facts
from fraud.decisions import judging
from fraud.decisions.judging import Asked, judge
from fraud.features.models import KeyKind
from fraud.features.subjects import FeatureRow, Subject
from fraud.lists.hits import code_of
from fraud.lists.models import ListEntry, ListName
from fraud.rules.given import Given, InForce, Live
from fraud.rules.models import RuleAction
from fraud.scoring.scorer import ScorerBroken
from tests.fraud.decisions.conftest import Score
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def asked(customer: int = 5, amount: int = 10_000) -> Asked:
    """An order of a customer."""
    return Asked(Subject(NOW, amount, "KRW", customer_id=customer), Facts(amount, "KRW"), "A-1")


def rows(*subjects: Asked) -> list[FeatureRow]:
    """Their features."""
    return [FeatureRow(each.subject, (1, None)) for each in subjects]


def rule(pk: int, action: RuleAction, says: Callable[[Given], bool]) -> Live:
    """One rule."""
    return Live(pk, f"rule {pk}", action, says)


def test_everybody_is_asked_once_for_a_batch(scoring: Callable[[Score], None]) -> None:
    scoring(lambda values: 5)
    entry = row(ListEntry, list_name=ListName.WATCH, kind=KeyKind.CUSTOMER, key=6)
    batch = [asked(), asked(customer=6), asked(customer=7)]
    judge(batch[:1], rows(*batch[:1]), NOW)
    with CaptureQueriesContext(connection) as one:
        judge(batch[:1], rows(*batch[:1]), NOW)
    with CaptureQueriesContext(connection) as three:
        verdicts = judge(batch, rows(*batch), NOW)
    assert len(one) == len(three)
    assert [each.outcome for each in verdicts] == [Outcome.ALLOW, Outcome.REVIEW, Outcome.ALLOW]
    hit = verdicts[1]
    assert (hit.basis, hit.list_hits, hit.list_ids) == (Basis.LIST, (code_of(3, 1),), (entry.pk,))
    assert (hit.score_ppm, hit.model_id, hit.down_reason) == (5, 7, "")


def test_rules_see_lists_and_score_and_are_named(
    scoring: Callable[[Score], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    scoring(lambda values: 40)
    in_force = InForce(
        3, (rule(1, RuleAction.REVIEW, lambda given: given.score_ppm == 40), rule(2, RuleAction.BLOCK, lambda given: False)),
        (rule(4, RuleAction.BLOCK, lambda given: given.facts.amount == 10_000),),
    )  # fmt: skip
    monkeypatch.setattr(judging, "in_force", lambda at: in_force)
    (verdict,) = judge([asked()], rows(asked()), NOW)
    assert (verdict.outcome, verdict.basis, verdict.ruleset_id) == (Outcome.REVIEW, Basis.RULE, 3)
    assert (verdict.rule_ids, verdict.shadow_ids) == ((1,), (4,))


def test_a_broken_model_leaves_rules_and_lists_their_say(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ScorerBroken("other features")

    monkeypatch.setattr(judging, "live_scorer", broken)
    row(ListEntry, list_name=ListName.BLOCK, kind=KeyKind.CUSTOMER, key=6)
    both = [asked(customer=6), asked(amount=10**9)]
    blocked, large = judge(both, rows(*both), NOW)
    assert (blocked.outcome, blocked.basis) == (Outcome.BLOCK, Basis.LIST)
    assert (large.outcome, large.basis) == (Outcome.REVIEW, Basis.POLICY)
    assert {blocked.down_reason, large.down_reason} == {"score: ScorerBroken"}


def test_one_payment_that_cannot_be_judged_keeps_no_other_from_being(monkeypatch: pytest.MonkeyPatch) -> None:
    fails = rule(1, RuleAction.ALLOW, lambda given: given.facts.amount // (given.facts.amount - 1) > 0)
    monkeypatch.setattr(judging, "in_force", lambda at: InForce(3, (fails,)))
    both = [asked(amount=1), asked(amount=10)]
    first, second = judge(both, rows(*both), NOW + timedelta(1))
    assert (first.basis, first.down_reason) == (Basis.POLICY, "rules: ZeroDivisionError")
    assert (second.outcome, second.basis, second.down_reason) == (Outcome.ALLOW, Basis.RULE, "")
