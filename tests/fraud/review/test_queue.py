"""The pages of the queue: order, places, what a row says, and how many questions it takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fraud.lists.hits import code_of
from fraud.lists.models import ListName
from fraud.review.models import Case, CaseState, Decision, DecisionState, Queue
from fraud.review.selectors.queue import PAGE, awaiting_second, claimed_by, queue_page, resting
from fraud.rules.models import Rule, RuleVersion
from tests.fraud.review.cases import NOON, analyst, assessed, case_of, lead, payment
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db


def test_the_most_urgent_comes_first_and_the_next_page_goes_on_behind_it() -> None:
    ann = analyst()
    ranks = [5, -3, 5, *range(1_000, 1_000 + PAGE)]
    cases = [case_of(payment(f"A-{n}", of=f"c-{n}"), rank=rank) for n, rank in enumerate(ranks)]
    first = queue_page(Queue.REVIEW, by=ann)
    second = queue_page(Queue.REVIEW, by=ann, after=first.next_key)
    assert [each.case_id for each in first.rows] == [case.pk for case in reversed(cases[3:])]
    assert [each.case_id for each in second.rows] == [cases[0].pk, cases[2].pk, cases[1].pk]
    assert (first.next_key, second.next_key) == (f"1000.{cases[3].pk}", "")
    assert queue_page(Queue.REVIEW, by=ann, after=f"5.{cases[0].pk}").rows == second.rows[1:]


@pytest.mark.parametrize("after", ["x", "1", "1.x", "--1.2", "1.-2", "9" * 40 + ".1"])
def test_a_place_that_cannot_be_read_is_the_beginning(after: str) -> None:
    case = case_of(payment())
    assert [each.case_id for each in queue_page(Queue.REVIEW, by=analyst(), after=after).rows] == [case.pk]


def test_a_row_says_whom_it_is_about_what_can_be_lost_and_why() -> None:
    ann, bob = analyst(), analyst("bob")
    until = datetime.now(tz=UTC) + timedelta(minutes=5)
    one, two, yen = payment("A-1"), payment("A-2", amount=30_000), payment("A-3", amount=900, currency="JPY")
    version = row(RuleVersion, rule=row(Rule, name="Many cards"))
    assessed(two, basis=1, rule_ids=[version.pk])
    case = case_of(one, two, yen, claimed_by=ann, claimed_until=until)
    stranger = case_of(payment("A-4", of=""), rank=-(10**9))
    page = queue_page(Queue.REVIEW, by=ann)
    mine, other = page.rows
    assert (mine.case_id, mine.customer, mine.alert_count, mine.due_at) == (case.pk, "c-1", 3, NOON)
    assert mine.amounts == ((900, "JPY"), (40_000, "KRW"))
    assert mine.expected_losses == ((450, "JPY"), (20_000, "KRW"))
    assert (mine.top_reason, mine.claimed_by, mine.is_mine) == ("Many cards", str(ann), True)
    assert (other.case_id, other.customer, other.claimed_by, other.is_mine) == (stranger.pk, "A-4", "", False)
    assert str(other.top_reason) == "Score"
    assert not queue_page(Queue.REVIEW, by=bob).rows[0].is_mine
    assert (dict(page.counts), page.oldest_at) == ({1: 2}, case.opened_at)


def test_a_claim_that_ran_out_is_nobodys() -> None:
    ann = analyst()
    case_of(payment(), claimed_by=ann, claimed_until=datetime.now(tz=UTC) - timedelta(seconds=1))
    (found,) = queue_page(Queue.REVIEW, by=ann).rows
    assert (found.claimed_by, found.is_mine) == ("", False)


def test_a_list_that_decided_is_named_by_list_and_kind() -> None:
    one = payment()
    assessed(one, basis=2, list_hits=[code_of(ListName.WATCH, 4)])
    case_of(one)
    (found,) = queue_page(Queue.REVIEW, by=analyst()).rows
    assert str(found.top_reason) == f"{ListName.WATCH.label}: IP address"


@pytest.mark.parametrize(("queue", "more"), [(Queue.SAMPLE, False), (Queue.QUALITY, True)])
def test_a_blind_queue_tells_neither_loss_nor_reason(queue: Queue, more: bool) -> None:
    first = row(Case, state=6, closed_at=NOON) if more else None
    case_of(payment(), queue=queue, looks_again_at=first)
    (found,) = queue_page(queue, by=analyst()).rows
    assert (found.expected_losses, found.top_reason, found.amounts) == ((), "", ((10_000, "KRW"),))


def test_what_a_decision_in_effect_dealt_with_is_counted_no_more() -> None:
    one, two = payment("A-1"), payment("A-2", amount=700)
    case = case_of(one, two)
    done = row(Decision, case=case, state=DecisionState.DONE, settled_at=NOON)
    case.alerts.filter(payment_id=one.pk).update(settled_by=done)
    (found,) = queue_page(Queue.REVIEW, by=analyst()).rows
    assert (found.alert_count, found.amounts) == (1, ((700, "KRW"),))


def test_other_states_have_lists_of_their_own() -> None:
    ann, boss = analyst(), lead()
    until = datetime.now(tz=UTC) + timedelta(minutes=5)
    mine = case_of(payment("A-1", of="a"), claimed_by=ann, claimed_until=until)
    asleep = case_of(payment("A-2", of="b"), state=CaseState.SNOOZED, wakes_at=until)
    second = case_of(payment("A-3", of="c"), state=CaseState.AWAITING_SECOND)
    made = row(Decision, case=second, state=DecisionState.AWAITING_SECOND, decided_by=ann)
    second.alerts.update(settled_by=made)
    assert [each.case_id for each in claimed_by(by=ann)] == [mine.pk]
    assert [each.case_id for each in resting(by=ann)] == [asleep.pk]
    assert [(each.case_id, each.alert_count) for each in awaiting_second(by=boss)] == [(second.pk, 1)]
    assert (awaiting_second(by=ann), claimed_by(by=boss)) == ((), ())
    assert [each.case_id for each in queue_page(Queue.REVIEW, by=ann).rows] == [mine.pk]


@pytest.mark.parametrize("count", [3, 30])
def test_a_page_asks_as_much_for_many_as_for_few(count: int, django_assert_num_queries: Any) -> None:
    ann = analyst()
    for number in range(count):
        case_of(payment(f"A-{number}", of=f"c-{number}" if number % 2 else ""))
    with django_assert_num_queries(7):
        assert len(queue_page(Queue.REVIEW, by=ann).rows) == count
