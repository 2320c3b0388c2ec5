"""Decisions: kept once, undone while they may be, seconded by somebody else above an amount."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from fraud.review.models import Case, CaseEvent, CaseState, Decision, DecisionState, Queue, Verdict
from fraud.review.queues import UNDO
from fraud.review.services import claiming, deciding
from fraud.review.services.deciding import Choice
from fraud.review.services.writing import CardDataTold, CaseNotOpen, CaseTaken
from fraud.review.signals import decided
from tests.fraud.review.cases import analyst, case_of, lead, payment

pytestmark = pytest.mark.django_db
TICKET = UUID(int=7)
APPROVE = Choice(Verdict.APPROVE, "known_customer", TICKET)
REJECT = Choice(Verdict.REJECT, "stolen_card", TICKET, note="Three cards in a minute")


@pytest.fixture(autouse=True)
def _limits(settings: Any) -> None:
    settings.FRAUD_SECOND_ABOVE = {"KRW": 20_000}


def verbs(case: Case) -> list[str]:
    """Its history."""
    return list(CaseEvent.objects.filter(case=case).order_by("pk").values_list("verb", flat=True))


def test_a_decision_is_kept_at_once_and_leaves_in_ten_seconds(django_capture_on_commit_callbacks: Any) -> None:
    ann = analyst()
    case = case_of(payment("A-1"), payment("A-2"))
    told: list[object] = []
    decided.connect(heard := lambda **_: told.append(1), weak=False)
    before = timezone.now()
    try:
        with django_capture_on_commit_callbacks(execute=True):
            made = deciding.decide(claiming.claim(case, by=ann), REJECT, by=ann)
    finally:
        decided.disconnect(heard)
    case.refresh_from_db()
    assert before + UNDO <= made.leaves_at <= timezone.now() + UNDO
    assert (made.verdict, made.reason_code, made.note, made.state) == (2, "stolen_card", "Three cards in a minute", 1)
    assert (made.decided_by, made.is_blind, made.is_in_bulk, made.second_by) == (ann, False, False, None)
    assert (case.state, case.claimed_by, case.alerts.filter(settled_by=made).count()) == (CaseState.DECIDED, None, 2)
    assert (verbs(case), told) == (["claimed", "decided"], [1])


def test_the_same_form_sent_twice_decides_once() -> None:
    ann, bob = analyst(), analyst("bob")
    case, other = case_of(payment("A-1")), case_of(payment("B-1", of="c-2"))
    made = deciding.decide(case, REJECT, by=ann)
    assert deciding.decide(case, REJECT, by=ann) == made
    for wrong in ((other, REJECT, ann), (case, REJECT, bob), (case, APPROVE, ann)):
        with pytest.raises(deciding.TicketUsed):
            deciding.decide(wrong[0], wrong[1], by=wrong[2])
    assert Decision.objects.count() == 1


def test_what_came_in_after_the_page_was_shown_stays_undecided() -> None:
    ann = analyst()
    one, two = payment("A-1"), payment("A-2")
    case = case_of(one, two)
    made = deciding.decide(case, Choice(Verdict.APPROVE, "explained", TICKET, in_view=(one.pk,)), by=ann)
    assert list(made.alerts.values_list("payment_id", flat=True)) == [one.pk]
    nothing = case_of(payment("B-1", of="c-2"))
    with pytest.raises(deciding.NothingToDecide):
        deciding.decide(nothing, Choice(Verdict.APPROVE, "explained", UUID(int=8), in_view=(one.pk,)), by=ann)


def test_nothing_is_decided_about_a_case_of_somebody_else_or_one_that_is_decided() -> None:
    ann, bob = analyst(), analyst("bob")
    case = case_of(payment())
    claiming.claim(case, by=ann)
    with pytest.raises(CaseTaken):
        deciding.decide(case, REJECT, by=bob)
    deciding.decide(case, REJECT, by=ann)
    with pytest.raises(CaseNotOpen):
        deciding.decide(case, Choice(Verdict.APPROVE, "explained", UUID(int=8)), by=bob)


def test_a_reason_has_to_speak_for_the_verdict_and_words_hold_no_card() -> None:
    ann, case = analyst(), case_of(payment())
    with pytest.raises(deciding.ReasonNotOfVerdict):
        deciding.decide(case, Choice(Verdict.APPROVE, "stolen_card", TICKET), by=ann)
    with pytest.raises(CardDataTold):
        deciding.decide(case, Choice(Verdict.APPROVE, "explained", TICKET, note="4111 1111 1111 1111"), by=ann)
    assert Decision.objects.count() == 0


def test_an_undone_decision_gives_the_case_back_to_whoever_took_it() -> None:
    ann, bob = analyst(), analyst("bob")
    case = case_of(payment())
    made = deciding.decide(case, REJECT, by=ann)
    with pytest.raises(deciding.NotTheirDecision):
        deciding.undo(made, by=bob)
    case = deciding.undo(made, by=ann)
    made.refresh_from_db()
    assert (case.state, case.claimed_by_id, case.alerts.filter(settled_by=None).count()) == (CaseState.OPEN, ann.pk, 1)
    assert (made.state, made.settled_at is not None) == (DecisionState.UNDONE, True)
    with pytest.raises(deciding.TooLate):
        deciding.undo(made, by=ann)
    again = deciding.decide(case, Choice(Verdict.APPROVE, "explained", UUID(int=8)), by=ann)
    assert (again.state, verbs(case)) == (DecisionState.PENDING, ["decided", "undone", "decided"])


@pytest.mark.parametrize(("amounts", "waits"), [((10_000, 10_000), False), ((10_000, 10_001), True)])
def test_above_the_amount_of_the_whole_case_a_second_person_has_to_agree(amounts: tuple[int, int], waits: bool) -> None:
    case = case_of(*[payment(f"A-{n}", amount=amount) for n, amount in enumerate(amounts)])
    made = deciding.decide(case, APPROVE, by=analyst())
    case.refresh_from_db()
    expected = (DecisionState.AWAITING_SECOND, CaseState.AWAITING_SECOND) if waits else (1, CaseState.DECIDED)
    assert (made.state, case.state) == expected
    assert verbs(case) == (["second_wanted"] if waits else ["decided"])


def test_amounts_of_two_currencies_are_not_added_up() -> None:
    case = case_of(payment("A-1", amount=20_000), payment("A-2", amount=20_000, currency="JPY"))
    assert deciding.decide(case, APPROVE, by=analyst()).state == DecisionState.PENDING


@pytest.mark.parametrize("seconded", [False, True])
def test_a_large_case_cannot_be_decided_in_small_ones(seconded: bool) -> None:
    ann = analyst()
    one, two = payment("A-1", amount=20_000), payment("A-2", amount=1)
    case = case_of(one, two)
    made = deciding.decide(case, Choice(Verdict.APPROVE, "explained", TICKET, in_view=(one.pk,)), by=ann)
    second = {"second_by": lead(), "second_at": timezone.now()} if seconded else {}
    Decision.objects.filter(pk=made.pk).update(state=DecisionState.DONE, settled_at=timezone.now(), **second)
    Case.objects.update(state=CaseState.OPEN)
    rest = deciding.decide(case, Choice(Verdict.APPROVE, "explained", UUID(int=8)), by=ann)
    assert rest.state == (DecisionState.PENDING if seconded else DecisionState.AWAITING_SECOND)


def large(by: Any) -> tuple[Case, Decision]:
    """A case above the amount, and its decision."""
    case = case_of(payment(amount=20_001))
    return case, deciding.decide(case, REJECT, by=by)


def test_the_ten_seconds_begin_when_the_second_person_agrees() -> None:
    boss = lead()
    case, made = large(analyst())
    Decision.objects.update(leaves_at=timezone.now() - timedelta(hours=1))
    before = timezone.now()
    made = deciding.second(made, True, by=boss, note="Yes")
    case.refresh_from_db()
    assert before + UNDO <= made.leaves_at <= timezone.now() + UNDO
    assert (made.state, made.second_by_id, case.state) == (DecisionState.PENDING, boss.pk, CaseState.DECIDED)
    assert deciding.undo(made, by=boss).state == CaseState.OPEN
    assert verbs(case) == ["second_wanted", "seconded", "undone"]


def test_who_refuses_opens_the_case_again() -> None:
    boss = lead()
    case, made = large(analyst())
    made = deciding.second(made, False, by=boss)
    case.refresh_from_db()
    assert (made.state, case.state, case.claimed_by) == (DecisionState.REFUSED, CaseState.OPEN, None)
    assert (case.alerts.filter(settled_by=None).count(), verbs(case)) == (1, ["second_wanted", "refused"])
    with pytest.raises(deciding.NotAwaitingSecond):
        deciding.second(made, True, by=boss)


def test_nobody_agrees_to_their_own_decision_and_who_decided_may_take_it_back() -> None:
    boss = lead()
    _case, made = large(boss)
    with pytest.raises(deciding.OwnDecision):
        deciding.second(made, True, by=boss)
    assert deciding.undo(made, by=boss).state == CaseState.OPEN
    with pytest.raises(deciding.NotAwaitingSecond):
        deciding.second(made, True, by=lead("other"))


def test_many_cases_are_decided_at_once_but_for_those_of_others() -> None:
    boss, ann = lead(), analyst()
    cases = [case_of(payment(f"A-{n}", of=f"c-{n}")) for n in range(3)]
    dear = case_of(payment("D-1", of="d", amount=20_001))
    claiming.claim(cases[1], by=ann)
    found = deciding.decide_in_bulk([dear, *cases], REJECT, by=boss)
    assert [each.case_id for each in found.decided] == sorted([cases[0].pk, cases[2].pk, dear.pk])
    assert [each.state for each in found.decided] == [1, 1, DecisionState.AWAITING_SECOND]
    assert (found.passed, all(each.is_in_bulk for each in found.decided)) == ((cases[1].pk,), True)
    again = deciding.decide_in_bulk([dear, *cases], REJECT, by=boss)
    assert (again.decided, Decision.objects.count()) == (found.decided, 3)


def test_a_second_look_is_blind_and_needs_no_second_person() -> None:
    first = case_of(payment("A-0", of=""), state=6, closed_at=timezone.now())
    case = case_of(payment(amount=10**9), queue=Queue.QUALITY, looks_again_at=first)
    made = deciding.decide(case, REJECT, by=analyst())
    assert (made.is_blind, made.state) == (True, DecisionState.PENDING)
