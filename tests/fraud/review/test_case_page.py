"""One case with all that is known: what a reviewer sees, what a blind one does not, and how many questions it takes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from config.staff.models import User
from fraud.assessments.models import Assessment
from fraud.features.catalogue import BY_NAME
from fraud.labels.models import Label
from fraud.lists.hits import code_of
from fraud.lists.models import ListName
from fraud.review.models import Alert, Case, CaseState, Decision, DecisionState, Queue, Verdict
from fraud.review.pictures import AttemptShown, HoldShown
from fraud.review.selectors import alerts
from fraud.review.selectors.case_page import case_shown
from fraud.review.services import claiming, deciding, resting
from fraud.review.services.deciding import Choice
from fraud.review.services.leaving import let_leave
from fraud.rules.models import Rule, RuleVersion
from payments.ledger.models import Attempt, Dispute, Movement, Payment, Refund
from payments.methods.models import PaymentMethod
from payments.settlement.models import ComparedLine, ComparedMovement, Match, StatementLine, TotalComparison
from tests.cast import person
from tests.fraud.review.cases import NOON, analyst, assessed, case_of, customer, held, lead, payment, seen
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def full() -> tuple[Case, Payment]:
    """A case with one payment of which everything is known."""
    one = payment(amount=30_000)
    condition = {
        "op": "and",
        "of": [
            {"op": ">=", "left": ["field", "customer_count_1h"], "right": 3},
            {"op": "!=", "left": ["field", "ip_country"], "right": ["field", "card_country"]},
            {"op": "in_list", "list": 3, "kind": 3},
        ],
    }
    version = row(RuleVersion, rule=row(Rule, name="Many cards"), condition=condition)
    values: list[int | None] = [None] * BY_NAME["customer_count_1h"].position
    values[-1] = 7
    assessed(
        one, basis=1, score_ppm=300_000, rule_ids=[version.pk], features=values, ip_country="JP", list_hits=[code_of(ListName.WATCH, 3)],
        reasons=[{"feature": "amount", "value": 30, "weight_ppm": 70_000}],
    )  # fmt: skip
    row(Attempt, payment=one, status="failed", result="declined.hard", requested_at=NOON - DAY)
    row(
        Attempt, payment=one, status="captured", result="succeeded", brand="visa", last4="4242", requested_at=NOON,
        method=row(PaymentMethod, code="card", name_en="Credit card"), three_d_secure="frictionless", attempt_key="b",
    )  # fmt: skip
    row(Dispute, payment=one, status="open")
    movement = row(Movement, payment=one)
    line = row(StatementLine, booked_on=date(2026, 7, 3))
    row(Match, line=line, movement=movement)
    return case_of(one), one


def test_one_payment_with_all_that_is_known_of_it() -> None:
    case, one = full()
    hold = held(one, at_deadline="cancelled")
    (shown,) = case_shown(case.pk, by=analyst()).alerts
    assert (shown.payment_id, shown.reference, shown.amount, shown.currency) == (one.pk, "A-1", 30_000, "KRW")
    assert (shown.status, shown.expected_loss, shown.score_ppm) == ("captured", 15_000, 300_000)
    assert (shown.outcome, shown.basis, shown.rules) == (1, 1, ("Many cards",))
    assert [(str(words), str(value)) for words, value in shown.seen] == [
        ("Customer: attempts in 1 hour", "7"), ("Country of the IP address", "JP"), ("Country of the card", "–"),
    ]  # fmt: skip
    assert [str(each) for each in shown.lists] == [f"{ListName.WATCH.label}: Device"]
    assert shown.reasons is not None
    assert [each.weight_ppm for each in shown.reasons] == [70_000]
    assert shown.hold == HoldShown(hold.effect, hold.until, "cancelled")
    assert (shown.dispute_statuses, shown.settled_on, shown.is_settled_by_decision) == (
        ("open",),
        date(2026, 7, 3),
        False,
    )
    failed, paid = shown.attempts
    assert (failed.status, failed.result) == ("failed", "declined.hard")
    assert paid == AttemptShown(NOON, "captured", "succeeded", "Credit card", "visa", "4242", "frictionless")


@pytest.mark.parametrize(("ledger_sum", "settled_on"), [(5, date(2026, 7, 9)), (6, None)])
def test_a_total_that_agrees_settles_a_payment(ledger_sum: int, settled_on: date | None) -> None:
    counts = {"stated_count": 1, "ledger_count": 1, "stated_sum": 5, "ledger_sum": ledger_sum}
    total = row(TotalComparison, **counts)
    for day in (8, 9):
        row(ComparedLine, comparison=total, line=row(StatementLine, booked_on=date(2026, 7, day)))
    row(ComparedMovement, comparison=total, movement=row(Movement, payment=(one := payment())))
    (shown,) = case_shown(case_of(one).pk, by=analyst()).alerts
    assert shown.settled_on == settled_on


def test_reasons_that_are_not_worked_out_yet_are_none() -> None:
    (shown,) = case_shown(case_of(payment()).pk, by=analyst()).alerts
    assert (shown.reasons, shown.rules, shown.lists, shown.hold, shown.settled_on) == (None, (), (), None, None)


def test_what_is_still_to_decide_comes_first_then_what_can_cost_most() -> None:
    small, large, done = payment("A-1"), payment("A-2", amount=90_000), payment("A-3", amount=10**6)
    case = case_of(small, large, done)
    made = row(Decision, case=case, state=3, settled_at=NOON)
    case.alerts.filter(payment_id=done.pk).update(settled_by=made)
    found = case_shown(case.pk, by=analyst()).alerts
    assert [(each.reference, each.is_settled_by_decision) for each in found] == [
        ("A-2", False), ("A-1", False), ("A-3", True),
    ]  # fmt: skip


def test_a_burst_shows_its_dearest_fifty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "MOST", 2)
    case = case_of(*[payment(f"A-{n}", amount=n * 1_000) for n in range(1, 5)])
    assert [each.amount for each in case_shown(case.pk, by=analyst()).alerts] == [4_000, 3_000]


def test_the_customer_is_shown_as_before_the_case() -> None:
    buyer = customer()
    type(buyer).objects.update(segments=["vip"])
    before, yen, failed = payment("B-1"), payment("B-2", currency="JPY", amount=700), payment("B-3", captured=0)
    row(Refund, payment=before, status="succeeded")
    row(Refund, payment=before, status="requested")
    row(Dispute, payment=yen)
    row(Label, payment_id=yen.pk, is_fraud=True)
    row(Label, payment_id=failed.pk, source=4, is_fraud=True)
    row(Label, payment_id=failed.pk, source=1, is_fraud=False)  # the chargeback knows better than the reviewer
    row(Dispute, payment=(now := payment("A-1")))
    found = case_shown(case_of(now).pk, by=analyst()).customer
    assert found is not None
    assert (found.merchant_customer_id, found.first_seen_at, found.segments) == ("c-1", buyer.first_seen_at, ("vip",))
    assert (found.payment_count, found.paid) == (3, ((700, "JPY"), (10_000, "KRW")))
    assert (found.refund_count, found.dispute_count, found.fraud_count) == (1, 1, 1)


def test_a_stranger_has_no_customer_and_a_sampled_payment_has_its_own() -> None:
    stranger, sampled = payment("A-1", of=""), payment("A-2")
    drawn = case_of(sampled, queue=Queue.SAMPLE, group_kind=None, group_key=sampled.pk)
    assert case_shown(case_of(stranger).pk, by=analyst()).customer is None
    found = case_shown(drawn.pk, by=analyst("bob")).customer
    assert found is not None
    assert (found.merchant_customer_id, found.payment_count) == ("c-1", 0)


def decided(case: Case, by: User, **values: Any) -> Decision:
    """A closed case with a decision in effect."""
    made: Decision = row(Decision, **{"case": case, "decided_by": by, "state": 3, "settled_at": NOON} | values)
    case.alerts.update(settled_by=made)
    Case.objects.filter(pk=case.pk).update(state=6, closed_at=NOON)
    return made


def test_earlier_decisions_are_those_about_the_customer_and_what_is_linked() -> None:
    ann = analyst()
    own, same, linked, other = (payment(f"A-{n}", of=of) for n, of in enumerate(("c-1", "c-1", "c-2", "c-3")))
    seen(own, device=7)
    seen(linked, device=7)
    first = decided(case_of(same), ann, verdict=2, reason_code="stolen_card")
    second = decided(case_of(linked), ann, reason_code="explained")
    decided(case_of(other), ann)
    decided(case_of(payment("A-9", of="c-2")), ann, state=DecisionState.UNDONE)
    found = case_shown(case_of(own).pk, by=ann).earlier
    assert [(each.case_id, each.verdict, str(each.reason), each.decided_by) for each in found] == [
        (second.case_id, 1, "Unusual, but explained", str(ann)),
        (first.case_id, 2, "Stolen card or account", str(ann)),
    ]


def test_the_history_of_the_case_is_told_in_order() -> None:
    ann = analyst()
    case = case_of(payment())
    claiming.claim(case, by=ann)
    resting.add_note(case, "Called the shop", by=ann)
    found = case_shown(case.pk, by=ann).moments
    assert [(str(each.words), each.by, each.note) for each in found] == [
        ("Taken", str(ann), ""), ("Note", str(ann), "Called the shop"),
    ]  # fmt: skip


def test_the_history_says_what_was_decided_and_what_became_of_it() -> None:
    """A refusal above all: the decision is in effect, and the money is where it was."""
    ann = analyst()
    case, approved = case_of(payment()), case_of(payment("B-1", of="bob"))
    for each, verdict, reason in ((case, 2, "stolen_card"), (approved, 1, "explained")):
        choice = Choice(verdict, reason, uuid4())
        deciding.decide(each, choice, by=ann)
        held(Payment.objects.get(pk=Alert.objects.get(case=each).payment_id))
    Decision.objects.update(leaves_at=NOON)
    assert let_leave() == 2
    told = [each.detail for each in case_shown(case.pk, by=ann).moments]
    assert told[0] == "Reject: Stolen card or account"
    assert told[1].startswith("A-1 stays held: ")
    assert [each.detail for each in case_shown(approved.pk, by=ann).moments] == [
        "Approve: Unusual, but explained", "B-1: released",
    ]  # fmt: skip


def test_what_no_model_scored_waits_for_no_reasons() -> None:
    one = payment()
    assessed(one, score_ppm=None, basis=1)
    (shown,) = case_shown(case_of(one).pk, by=analyst()).alerts
    assert shown.reasons == ()


@pytest.mark.parametrize("queue", [Queue.SAMPLE, Queue.QUALITY])
def test_a_blind_case_tells_nothing_of_the_first_judgement(queue: Queue) -> None:
    case, one = full()
    type(case).objects.filter(pk=case.pk).update(state=6, closed_at=NOON)
    decided(case, analyst("bob"))
    looked = case if queue == Queue.QUALITY else None
    blind = case_of(one, queue=queue, looks_again_at=looked, state=1)
    seen(one, device=7)
    seen(payment("A-9", of="c-9"), device=7)
    row(Label, payment_id=one.pk, is_fraud=True)
    Payment.objects.filter(pk=one.pk).update(status="refunded")
    Attempt.objects.filter(payment=one, status="captured").update(status="voided")
    held(one)
    shown = case_shown(blind.pk, by=analyst())
    (alert,) = shown.alerts
    assert (shown.is_blind, shown.earlier, shown.open_decision) == (True, (), None)
    assert (alert.expected_loss, alert.score_ppm, alert.outcome, alert.basis, alert.reasons) == (None,) * 5
    assert (alert.rules, alert.lists, alert.truth) == ((), (), None)
    assert [node.is_fraud for node in shown.linked.nodes] == [False] * 3
    if queue == Queue.QUALITY:  # nor of what became of it
        assert (alert.hold, alert.status, alert.dispute_statuses, alert.settled_on) == (None, "captured", (), None)
        assert [each.status for each in alert.attempts] == ["failed", "authorized"]
    else:
        assert (alert.status, alert.dispute_statuses) == ("refunded", ("open",))


def can(case: Case, by: User) -> set[str]:
    """What a person may do."""
    return set(case_shown(case.pk, by=by).can)


def test_who_may_do_what_follows_the_case(settings: Any) -> None:
    settings.FRAUD_SECOND_ABOVE = {"KRW": 1}
    ann, bob, boss, auditor = analyst(), analyst("bob"), lead(), person(email="aud@example.com")
    case = case_of(payment())
    assert (can(case, ann), can(case, auditor)) == ({"note", "claim"}, set())
    claiming.claim(case, by=ann)
    assert can(case, ann) == {"note", "decide", "escalate", "snooze", "ask"}
    assert can(case, bob) == {"note"}
    made = deciding.decide(case, Choice(Verdict.APPROVE, "explained", UUID(int=1)), by=ann)
    assert (can(case, ann), can(case, bob), can(case, boss)) == ({"note", "undo"}, {"note"}, {"note", "second"})
    shown = case_shown(case.pk, by=boss).open_decision
    assert shown is not None
    assert (shown.decision_id, shown.is_awaiting_second, shown.decided_by) == (made.pk, True, str(ann))
    deciding.second(made, True, by=boss)
    assert (can(case, ann), can(case, boss)) == ({"note", "undo"}, {"note", "undo"})
    deciding.undo(made, by=boss)
    shown_case = case_shown(case.pk, by=boss)
    assert (shown_case.is_mine, shown_case.claimed_by, shown_case.open_decision) == (True, str(boss), None)


def test_a_resting_case_may_be_taken_and_a_closed_one_only_noted() -> None:
    ann = analyst()
    asleep = case_of(payment("A-1"), state=CaseState.SNOOZED, wakes_at=NOON)
    closed = case_of(payment("B-1", of="c-2"), state=6, closed_at=NOON)
    assert (can(asleep, ann), can(closed, ann)) == ({"note", "claim"}, {"note"})


def test_a_blind_case_of_ones_own_may_not_be_taken() -> None:
    ann, bob = analyst(), analyst("bob")
    first = case_of(one := payment())
    decided(first, ann)
    again = case_of(one, queue=Queue.QUALITY, looks_again_at=first, state=1)
    assert (can(again, ann), can(again, bob)) == ({"note"}, {"note", "claim"})
    claiming.claim(again, by=bob)
    assert can(again, bob) == {"note", "decide", "snooze"}


def test_there_is_no_case_of_another_number() -> None:
    with pytest.raises(Case.DoesNotExist):
        case_shown(1, by=analyst())


@pytest.mark.parametrize("count", [2, 12])
def test_a_case_asks_as_much_for_many_payments_as_for_few(count: int, django_assert_num_queries: Any) -> None:
    ann = analyst()
    payments = [payment(f"A-{n}", amount=1_000 + n) for n in range(count)]
    for each in payments:
        seen(each, device=7, ip=each.pk)
        row(Attempt, payment=each)
        held(each)
    decided(case_of(payment("O-1")), ann)
    case = case_of(*payments)
    claiming.claim(case, by=ann)
    ann = User.objects.get(pk=ann.pk)
    with django_assert_num_queries(24):
        case_shown(case.pk, by=ann)
    assert Assessment.objects.count() == count + 1
    assert case.opened_at < datetime.now(tz=timezone.get_current_timezone())
