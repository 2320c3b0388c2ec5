"""Claims: one case, one person, for as long as they work on it; and a hundred at once get a hundred cases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from config.staff.models import User
from fraud.review.models import Case, CaseEvent, CaseState, Decision, Queue
from fraud.review.queues import CLAIM
from fraud.review.services import claiming
from fraud.review.services.writing import CaseNotOpen, CaseTaken, OwnSecondLook
from tests.fraud.review.cases import NOON, analyst, case_of, payment
from tests.payments.valid_rows import row

MINUTE = timedelta(minutes=1)


def ranked(*ranks: int) -> list[Case]:
    """Cases of customers of their own."""
    return [case_of(payment(f"A-{n}", of=f"c-{n}"), rank=rank) for n, rank in enumerate(ranks)]


def verbs(case: Case) -> list[str]:
    """Its history."""
    return list(CaseEvent.objects.filter(case=case).order_by("pk").values_list("verb", flat=True))


@pytest.mark.django_db
def test_a_case_belongs_to_who_opens_it_until_the_time_is_up() -> None:
    ann, bob = analyst(), analyst("bob")
    (case,) = ranked(1)
    before = timezone.now()
    claimed = claiming.claim(case, by=ann)
    assert claimed.claimed_until is not None
    assert before + CLAIM <= claimed.claimed_until <= timezone.now() + CLAIM
    with pytest.raises(CaseTaken, match=str(ann)):
        claiming.claim(case, by=bob)
    with pytest.raises(CaseTaken):
        claiming.renew(case, by=bob)
    assert claiming.claim_next(Queue.REVIEW, by=bob) is None
    Case.objects.update(claimed_until=timezone.now() - MINUTE)
    assert claiming.claim(case, by=bob).claimed_by_id == bob.pk
    assert verbs(case) == ["claimed", "claimed"]


@pytest.mark.django_db
def test_claiming_again_begins_the_time_anew_and_is_told_once() -> None:
    ann = analyst()
    (case,) = ranked(1)
    claiming.claim(case, by=ann)
    Case.objects.update(claimed_until=timezone.now() + MINUTE)
    claiming.renew(case, by=ann)
    assert claiming.claim(case, by=ann).claimed_until > timezone.now() + 19 * MINUTE  # type: ignore[operator]
    assert verbs(case) == ["claimed"]


@pytest.mark.django_db
def test_who_gives_a_case_back_frees_it_and_nobody_elses() -> None:
    ann, bob = analyst(), analyst("bob")
    (case,) = ranked(1)
    claiming.claim(case, by=ann)
    assert claiming.release(case, by=bob).claimed_by_id == ann.pk
    assert claiming.release(case, by=ann).claimed_by_id is None
    assert verbs(case) == ["claimed", "released"]


@pytest.mark.django_db
@pytest.mark.parametrize("state", [CaseState.DECIDED, CaseState.AWAITING_SECOND])
def test_a_decided_case_is_not_claimed(state: CaseState) -> None:
    case = case_of(payment(), state=state)
    with pytest.raises(CaseNotOpen):
        claiming.claim(case, by=analyst())
    assert claiming.claim_next(Queue.REVIEW, by=analyst("bob")) is None


@pytest.mark.django_db
@pytest.mark.parametrize("state", [CaseState.SNOOZED, CaseState.WAITING])
def test_a_resting_case_is_not_handed_out_and_wakes_for_who_takes_it(state: CaseState) -> None:
    case = case_of(payment(), state=state, wakes_at=timezone.now() + MINUTE)
    assert claiming.claim_next(Queue.REVIEW, by=analyst()) is None
    claimed = claiming.claim(case, by=analyst("bob"))
    assert (claimed.state, claimed.wakes_at) == (CaseState.OPEN, None)
    assert verbs(case) == ["woken", "claimed"]


@pytest.mark.django_db
def test_the_next_case_is_the_most_urgent_that_nobody_has() -> None:
    ann, bob = analyst(), analyst("bob")
    low, high, tied = ranked(1, 9, 9)
    case_of(payment("S-1", of="s"), rank=10**6, queue=Queue.ESCALATED)
    found = [claiming.claim_next(Queue.REVIEW, by=each) for each in (ann, bob, analyst("cho"), analyst("dan"))]
    assert [case and case.pk for case in found] == [high.pk, tied.pk, low.pk, None]


@pytest.mark.django_db
def test_who_leaves_a_case_aside_gets_the_one_below_it_and_frees_it() -> None:
    ann = analyst()
    low, high, tied = ranked(1, 9, 9)
    seen: list[int] = []
    case = claiming.claim_next(Queue.REVIEW, by=ann)
    while case:
        seen.append(case.pk)
        case = claiming.claim_next(Queue.REVIEW, by=ann, after=case)
    assert seen == [high.pk, tied.pk, low.pk]
    assert Case.objects.filter(claimed_by=None).count() == 3


@pytest.mark.django_db
def test_what_somebody_left_aside_comes_back_to_them_after_all_others() -> None:
    ann, bob = analyst(), analyst("bob")
    low, middle, high = ranked(1, 5, 9)
    first = claiming.claim_next(Queue.REVIEW, by=ann)
    second = claiming.claim_next(Queue.REVIEW, by=ann, after=first)
    assert (first, second) == (high, middle)
    # A form sent twice, or a decision that was undone: what is in somebody's hands is not left there unseen.
    assert claiming.claim_next(Queue.REVIEW, by=ann) == middle
    assert verbs(middle) == ["claimed"]
    Case.objects.filter(pk=middle.pk).update(state=CaseState.DECIDED, claimed_by=None, claimed_until=None)
    assert claiming.claim_next(Queue.REVIEW, by=ann) == low
    assert claiming.claim_next(Queue.REVIEW, by=bob) == high
    claiming.release(high, by=bob)
    assert claiming.claim_next(Queue.REVIEW, by=ann, after=low) is None
    assert claiming.claim_next(Queue.REVIEW, by=ann) == high  # there is nothing else


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["decided_by", "second_by"])
def test_nobody_looks_at_their_own_decision_again(role: str) -> None:
    ann, bob, other = analyst(), analyst("bob"), analyst("cho")
    first = row(Case, state=6, closed_at=NOON)
    people = {"decided_by": other, "second_by": other, "second_at": NOON} | {role: ann}
    if role == "decided_by":
        people = {"decided_by": ann}
    row(Decision, case=first, state=3, settled_at=NOON, **people)
    case = case_of(payment(), queue=Queue.QUALITY, looks_again_at=first)
    assert claiming.claim_next(Queue.QUALITY, by=ann) is None
    with pytest.raises(OwnSecondLook):
        claiming.claim(case, by=ann)
    assert claiming.claim_next(Queue.QUALITY, by=bob) == case


def all_at_once(work: Callable[[int], None]) -> None:
    """Do something a hundred times by fifty at once, each with a connection of its own: the server has 97 for us."""
    start = threading.Barrier(50)

    def twice(number: int) -> None:
        try:
            start.wait()
            work(number)
            work(50 + number)
        finally:
            connection.close()

    threads = [threading.Thread(target=twice, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_hundred_claims_at_once_are_a_hundred_cases() -> None:
    people = [row(User) for number in range(100)]
    ranked(*range(110))
    claimed: list[int | None] = []

    def work(number: int) -> None:
        case = claiming.claim_next(Queue.REVIEW, by=people[number])
        claimed.append(case.pk if case else None)

    all_at_once(work)
    assert len(claimed) == len(set(claimed)) == 100
    assert None not in claimed
    assert Case.objects.filter(claimed_by__isnull=False).count() == CaseEvent.objects.count() == 100


@pytest.mark.django_db(transaction=True)
def test_a_hundred_claims_of_one_case_are_one() -> None:
    people = [analyst(f"p{number}") for number in range(20)]
    (case,) = ranked(1)
    outcomes: list[str] = []

    def work(number: int) -> None:
        try:
            outcomes.append(f"had {claiming.claim(case, by=people[number % 20]).claimed_by_id}")
        except CaseTaken:
            outcomes.append("taken")

    all_at_once(work)
    case.refresh_from_db()
    # Whoever came first came five times, and the case stays theirs.
    assert sorted(outcomes) == [f"had {case.claimed_by_id}"] * 5 + ["taken"] * 95
    assert verbs(case) == ["claimed"]
