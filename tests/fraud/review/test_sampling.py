"""Second looks: a few decisions, drawn so that anybody may draw again, made again by somebody who does not know them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from config.staff.models import User
from fraud.review.models import Alert, Case, Decision, Queue
from fraud.review.selectors.figures import Overturned, Pair, agreement, agreement_of, kappa_bp
from fraud.review.services import sampling
from tests.fraud.review.cases import analyst, case_of, payment
from tests.payments.valid_rows import row


def decided(reference: str, by: User, *, verdict: int = 1, **values: object) -> Decision:
    """A closed case with its decision in effect."""
    now = timezone.now()
    case = case_of(payment(reference, of=reference), state=6, closed_at=now)
    given = {"case": case, "decided_by": by, "verdict": verdict, "state": 3, "settled_at": now} | values
    made: Decision = row(Decision, **given)
    case.alerts.update(settled_by=made)
    return made


@pytest.fixture
def _all_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "SHARE_PPM", sampling.WHOLE_PPM)


def test_four_in_a_hundred_are_drawn() -> None:
    drawn = [number for number in range(100_000) if sampling.is_drawn(number)]
    assert 3_800 < len(drawn) < 4_200
    assert [number for number in range(100) if sampling.is_drawn(number)] == [each for each in drawn if each < 100]


@pytest.mark.django_db
@pytest.mark.usefixtures("_all_drawn")
def test_a_drawn_decision_becomes_a_blind_case_once() -> None:
    ann = analyst()
    made = decided("A-1", ann)
    assert (sampling.draw_second_looks(), sampling.draw_second_looks()) == (1, 0)
    case = Case.objects.get(queue=Queue.QUALITY)
    assert (case.looks_again_at, case.state, case.group_key) == (made.case, 1, made.case.group_key)
    alert, first = Alert.objects.get(case=case), Alert.objects.get(case=made.case)
    assert (alert.payment_id, alert.kind, alert.settled_by) == (first.payment_id, 4, None)


@pytest.mark.django_db
@pytest.mark.usefixtures("_all_drawn")
def test_what_is_not_in_effect_blind_or_old_is_not_looked_at_again() -> None:
    ann, now = analyst(), timezone.now()
    decided("A-1", ann, state=4)
    decided("A-2", ann, is_blind=True)
    decided("A-3", ann, settled_at=now - timedelta(days=3, seconds=1))
    decided("A-4", ann, state=1, settled_at=None)
    assert sampling.draw_second_looks() == 0


@pytest.mark.django_db
def test_nothing_is_drawn_that_the_number_does_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = decided("A-1", ann := analyst()), decided("A-2", ann)
    monkeypatch.setattr(sampling, "is_drawn", lambda pk: pk == second.pk)
    assert sampling.draw_second_looks() == 1
    assert not Case.objects.filter(looks_again_at=first.case).exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_all_drawn")
def test_agreement_is_of_the_pairs_that_both_decided() -> None:
    ann, bob, now = analyst(), analyst("bob"), timezone.now()
    firsts = [decided("A-1", ann), decided("A-2", ann, verdict=2), decided("A-3", bob)]
    sampling.draw_second_looks()
    for first, verdict in zip(firsts[:2], (1, 1), strict=True):
        looked = Case.objects.get(looks_again_at=first.case)
        again = row(Decision, case=looked, verdict=verdict, state=3, settled_at=now, is_blind=True, decided_by=bob)
        looked.alerts.update(settled_by=again)
    found = agreement(now - timedelta(days=1), now + timedelta(days=1))
    assert (found.looked_at, found.overturned, found.reviewers) == (2, 1, (Overturned(ann.pk, 2, 1),))
    assert agreement(now + timedelta(days=1), now + timedelta(days=2)).looked_at == 0


def pairs(both_approve: int, first_alone: int, second_alone: int, both_reject: int) -> list[Pair]:
    """`first_alone`: the first approved what the second rejected."""
    counts = {(1, 1): both_approve, (1, 2): first_alone, (2, 1): second_alone, (2, 2): both_reject}
    return [Pair(1, *verdicts) for verdicts, count in counts.items() for _ in range(count)]


@pytest.mark.parametrize(
    ("told", "kappa"),
    [
        (pairs(20, 5, 10, 15), 4_000),  # the textbook's example
        (pairs(10, 0, 0, 10), 10_000),
        (pairs(5, 5, 5, 5), 0),
        (pairs(0, 5, 5, 0), -10_000),
        (pairs(7, 0, 0, 0), None),
        ([], None),
    ],
)
def test_kappa_is_what_is_more_than_chance(told: list[Pair], kappa: int | None) -> None:
    assert kappa_bp(told) == kappa


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 2), st.integers(1, 2)), max_size=40))
def test_the_overturned_of_all_are_those_of_each(told: list[tuple[int, int, int]]) -> None:
    found = agreement_of([Pair(*each) for each in told])
    assert found.overturned == sum(each.overturned for each in found.reviewers)
    assert found.looked_at == sum(each.looked_at for each in found.reviewers)
    assert found.kappa_bp is None or -10_000 <= found.kappa_bp <= 10_000
