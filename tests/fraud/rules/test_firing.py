"""Which rules decide when several are true."""

from __future__ import annotations

import pytest

from fraud.assessments.verdicts import Facts
from fraud.rules.firing import fire
from fraud.rules.given import Fired, Given, InForce, Live
from fraud.rules.models import RuleAction

PAYMENT = Given((), Facts(1, "KRW"))


def rule(version_id: int, action: int, is_true: bool = True) -> Live:
    """A version with its answer."""
    return Live(version_id, f"rule {version_id}", action, lambda given: is_true)


def test_nothing_true_says_nothing() -> None:
    assert fire(PAYMENT, InForce()) == Fired()
    assert fire(PAYMENT, InForce(1, (rule(1, RuleAction.BLOCK, is_true=False),))) == Fired()


@pytest.mark.parametrize(
    ("actions", "decides"),
    [
        ((RuleAction.REVIEW, RuleAction.BLOCK, RuleAction.ALLOW, RuleAction.STEP_UP), RuleAction.STEP_UP),
        ((RuleAction.REVIEW, RuleAction.BLOCK, RuleAction.ALLOW), RuleAction.ALLOW),
        ((RuleAction.REVIEW, RuleAction.BLOCK), RuleAction.BLOCK),
        ((RuleAction.REVIEW,), RuleAction.REVIEW),
    ],
)
def test_more_proof_goes_before_allow_before_block_before_review(actions: tuple[int, ...], decides: int) -> None:
    live = tuple(rule(n, action) for n, action in enumerate(actions, 1))
    fired = fire(PAYMENT, InForce(1, live))
    assert fired.action == decides
    assert fired.version_ids == tuple(range(len(actions), 0, -1))


def test_those_on_trial_decide_nothing() -> None:
    trial = (rule(9, RuleAction.BLOCK), rule(8, RuleAction.BLOCK), rule(7, RuleAction.BLOCK, is_true=False))
    assert fire(PAYMENT, InForce(1, (rule(3, 4), rule(2, 4)), trial)) == Fired(4, (2, 3), (8, 9))


def test_a_rule_that_raises_is_heard() -> None:
    def broken(given: Given) -> bool:
        raise RuntimeError("a mistake")

    with pytest.raises(RuntimeError, match="a mistake"):
        fire(PAYMENT, InForce(1, (Live(1, "x", 4, broken),)))
