"""A payment that is tried more than once is held for the attempt that pays, and by nothing that was said of another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from fraud.assessments.models import Assessment, Basis, Outcome
from fraud.decisions import judging
from fraud.decisions.policy import Outcome as Decided
from payments.acts.models import PaymentHold
from payments.facts import EventKind
from payments.records.models import AuditEvent
from tests.fraud.decisions.test_assessing import START, told
from tests.payments.acts.stories import tell_all
from tests.payments.ledger.telling import make_provider

pytestmark = pytest.mark.django_db
Hold = tuple[str, str, bool]


@pytest.fixture(autouse=True)
def _provider() -> None:
    make_provider()


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[[Outcome], None]:
    """Let the next attempts be judged like this."""

    def say(outcome: Outcome) -> None:
        basis = Basis.NOTHING if outcome is Outcome.ALLOW else Basis.RULE
        monkeypatch.setattr(judging, "decide", lambda *_: Decided(outcome, basis))
        # All of a test is one transaction, and so one instant: what stood before did so a while ago.
        PaymentHold.objects.update(placed_at=START)

    return say


def hold() -> Hold:
    """The one hold there is: why, what the clock does, and whether it stands."""
    row = PaymentHold.objects.get()
    return row.reason, row.at_deadline, row.ended_at is None


def test_an_attempt_that_pays_after_a_later_one_failed_is_held_for_what_it_is(says: Callable[[Outcome], None]) -> None:
    says(Outcome.ALLOW)
    tell_all([told(EventKind.ATTEMPT_STARTED, 0, attempt_reference="pi_1", card="stolen")])
    tell_all([told(EventKind.FAILED, 1, attempt_reference="pi_2", card="own")])
    says(Outcome.REVIEW)
    tell_all([told(EventKind.AUTHORIZED, 9, attempt_reference="pi_1", card="stolen")])
    made = Assessment.objects.order_by("pk").values_list("outcome", "as_of")
    assert [outcome for outcome, _ in made] == [Outcome.ALLOW, Outcome.REVIEW]
    assert made[1][1] < made[0][1]
    assert hold() == ("fraud review", "released", True)


def test_a_block_takes_over_the_hold_that_stands(says: Callable[[Outcome], None]) -> None:
    says(Outcome.REVIEW)
    tell_all([told(EventKind.AUTHORIZED, attempt_reference="pi_1")])
    assert hold() == ("fraud review", "released", True)
    says(Outcome.BLOCK)
    for _ in range(2):
        tell_all([told(EventKind.AUTHORIZED, 1, attempt_reference="pi_2", card="two")])
        assert hold() == ("blocked as fraud", "cancelled", True)
        assert PaymentHold.objects.get().until <= timezone.now()
    assert AuditEvent.objects.filter(verb="hold.turned").count() == 1


def test_a_block_that_could_not_be_cancelled_is_not_made_due_again_at_once(says: Callable[[Outcome], None]) -> None:
    says(Outcome.BLOCK)
    tell_all([told(EventKind.AUTHORIZED, attempt_reference="pi_1")])
    later: datetime = timezone.now() + timedelta(hours=1)
    PaymentHold.objects.update(until=later)
    says(Outcome.BLOCK)
    tell_all([told(EventKind.AUTHORIZED, 1, attempt_reference="pi_2", card="two")])
    assert PaymentHold.objects.get().until == later


@pytest.mark.parametrize(
    ("then", "reason", "ending"),
    [
        (Outcome.ALLOW, "more proof is needed", "released"),
        (Outcome.STEP_UP, "more proof is needed", "released"),
        (Outcome.REVIEW, "more proof is needed", ""),
        (Outcome.BLOCK, "blocked as fraud", ""),
    ],
)
def test_proof_releases_only_what_nothing_else_speaks_against(
    says: Callable[[Outcome], None], then: Outcome, reason: str, ending: str
) -> None:
    says(Outcome.STEP_UP)
    tell_all([told(EventKind.AUTHORIZED, attempt_reference="pi_1")])
    says(then)
    proven = {"attempt_reference": "pi_2", "card": "two", "three_d_secure": "authenticated"}
    tell_all([told(EventKind.AUTHORIZED, 1, **proven)])
    row = PaymentHold.objects.get()
    assert (row.reason, row.ending) == (reason, ending)


def test_what_was_proven_with_one_card_says_nothing_of_another(says: Callable[[Outcome], None]) -> None:
    says(Outcome.ALLOW)
    tell_all([told(EventKind.AUTHORIZED, attempt_reference="pi_1", three_d_secure="authenticated")])
    says(Outcome.STEP_UP)
    tell_all([told(EventKind.AUTHORIZED, 1, attempt_reference="pi_2", card="two")])
    assert hold() == ("more proof is needed", "released", True)
