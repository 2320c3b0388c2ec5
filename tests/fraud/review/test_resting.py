"""Cases that rest, are handed on or get a note: what moves, what stands, and what the shop is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pgtrigger
import pytest
from django.utils import timezone

from fraud.features.reference import reference_amount
from fraud.review.models import Case, CaseEvent, CaseState, Queue
from fraud.review.ordering import rank
from fraud.review.services import claiming, escalating, resting
from fraud.review.services.lateness import tell_late
from fraud.review.services.raising import raise_alerts
from fraud.review.services.writing import CardDataTold, CaseNotOpen, CaseTaken, WordsMissing
from payments.acts.models import PaymentHold
from payments.notices.models import WebhookEndpoint, WebhookMessage
from tests.fraud.review.cases import analyst, assessed, case_of, held, payment
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
CARD = "4111 1111 1111 1111"


def in_hours(count: int) -> datetime:
    """From now."""
    return timezone.now() + count * HOUR


def test_a_case_is_put_off_with_its_hold_standing() -> None:
    ann, until = analyst(), in_hours(4)
    case = case_of(one := payment(), due_at=in_hours(1))
    hold = held(one, until=in_hours(5))
    claiming.claim(case, by=ann)
    row_ = resting.snooze(case, until, by=ann, note="Shop is closed")
    assert (row_.state, row_.wakes_at, row_.claimed_by, row_.due_at) == (CaseState.SNOOZED, until, None, case.due_at)
    assert PaymentHold.objects.get(pk=hold.pk).ended_at is None
    event = CaseEvent.objects.get(verb="snoozed")
    assert (event.by, event.note, event.detail) == (ann, "Shop is closed", {"until": until.isoformat()})


def test_nothing_rests_longer_than_its_hold_or_a_week_or_into_the_past() -> None:
    ann, end = analyst(), in_hours(5)
    free, kept = case_of(payment("A-1")), case_of(two := payment("A-2", of="c-2"))
    held(two, until=end)
    with pytest.raises(resting.NotAhead):
        resting.snooze(free, timezone.now(), by=ann)
    with pytest.raises(resting.TooLong) as refused:
        resting.snooze(kept, end + timedelta(seconds=1), by=ann)
    assert refused.value.latest == end
    with pytest.raises(resting.TooLong):
        resting.snooze(free, in_hours(7 * 24 + 1), by=ann)
    assert resting.snooze(kept, end, by=ann).wakes_at == end


def test_the_shop_is_asked_to_ask_and_the_deadline_waits_with_the_case() -> None:
    row(WebhookEndpoint)
    ann = analyst()
    case = case_of(payment("A-1"), payment("A-2"), due_at=in_hours(1))
    asked = resting.ask_customer(case, by=ann, note="Did you order this?")
    assert asked.state == CaseState.WAITING
    assert asked.wakes_at is not None
    assert in_hours(24) - asked.wakes_at < timedelta(seconds=5)
    message = WebhookMessage.objects.get()
    assert (message.kind, message.payload) == (
        "case.question",
        {"case": case.pk, "question": "Did you order this?", "answer_by": asked.wakes_at.isoformat(),
         "customer": "c-1", "references": ["A-1", "A-2"]},
    )  # fmt: skip
    assert resting.wake_due() == 0
    due_at = asked.due_at
    Case.objects.update(wakes_at=timezone.now() - HOUR)
    assert (resting.wake_due(), resting.wake_due()) == (1, 0)
    case.refresh_from_db()
    waited = case.due_at - due_at
    assert timedelta() < waited < timedelta(seconds=5)  # as long as it waited
    assert (case.state, case.wakes_at) == (CaseState.OPEN, None)
    assert case.rank == rank(reference_amount(5_000, "KRW") * 2, case.due_at)
    assert list(CaseEvent.objects.values_list("verb", "by")) == [("asked", ann.pk), ("woken", None)]


def test_an_answer_is_wanted_an_hour_before_the_hold_ends_and_never_at_once() -> None:
    ann = analyst()
    early, late = payment("A-1"), payment("A-2", of="c-2")
    held(early, until=in_hours(5))
    held(late, until=timezone.now() + timedelta(minutes=30))
    first, second = (resting.ask_customer(case_of(each), by=ann, note="?") for each in (early, late))
    assert first.wakes_at
    assert second.wakes_at
    assert abs(first.wakes_at - in_hours(4)) < timedelta(seconds=5)
    assert abs(second.wakes_at - (timezone.now() + timedelta(minutes=5))) < timedelta(seconds=5)
    told = CaseEvent.objects.filter(verb="asked").order_by("pk").values_list("detail__until", flat=True)
    assert list(told) == [first.wakes_at.isoformat(), second.wakes_at.isoformat()]  # never an hour ago


def test_nothing_is_asked_in_a_blind_case_or_without_words() -> None:
    ann = analyst()
    with pytest.raises(resting.NotForCustomers):
        resting.ask_customer(case_of(payment("A-1"), queue=Queue.SAMPLE), by=ann, note="?")
    with pytest.raises(WordsMissing):
        resting.ask_customer(case_of(payment("A-2", of="c-2")), by=ann, note=" ")
    assert CaseEvent.objects.count() == 0


def test_what_joins_a_case_that_waits_for_its_customer_does_not_count_that_time() -> None:
    case = case_of(payment("A-1"), state=CaseState.WAITING, wakes_at=in_hours(4), due_at=in_hours(-19))
    with pgtrigger.ignore():
        event = row(CaseEvent, case=case, verb="asked")
        CaseEvent.objects.filter(pk=event.pk).update(at=in_hours(-20))
    assessed(payment("A-2"))
    assert raise_alerts() == 1
    case.refresh_from_db()
    assert abs(case.due_at - in_hours(1)) < timedelta(seconds=5)
    assert case.rank == rank(reference_amount(5_000, "KRW") * 2, case.due_at)
    assert tell_late() == 0
    assert list(CaseEvent.objects.order_by("pk").values_list("verb", flat=True)) == ["asked", "woken", "joined"]


def test_a_snoozed_case_wakes_when_its_time_has_come_and_is_as_due_as_before() -> None:
    case = case_of(payment(), state=CaseState.SNOOZED, wakes_at=timezone.now() - HOUR, rank=7)
    other = case_of(payment("B-1", of="c-2"), state=CaseState.SNOOZED, wakes_at=in_hours(1))
    due_at = case.due_at
    assert resting.wake_due() == 1
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.state, case.due_at, case.rank, other.state) == (CaseState.OPEN, due_at, 7, CaseState.SNOOZED)


def test_an_escalated_case_has_another_promise_and_is_nobodys() -> None:
    ann = analyst()
    case = case_of(one := payment(), due_at=in_hours(1))
    claiming.claim(case, by=ann)
    moved = escalating.escalate(case, "Looks like a ring", by=ann)
    assert (moved.queue, moved.state, moved.claimed_by) == (Queue.ESCALATED, CaseState.OPEN, None)
    assert abs(moved.due_at - in_hours(4)) < timedelta(seconds=5)
    assert moved.rank == rank(reference_amount(one.amount // 2, "KRW"), moved.due_at)
    assert CaseEvent.objects.order_by("-pk").values_list("verb", "note")[0] == ("escalated", "Looks like a ring")
    with pytest.raises(escalating.NowhereToGo):
        escalating.escalate(case, "Further", by=ann)


def test_an_escalated_case_is_still_due_before_its_hold_ends() -> None:
    end = in_hours(2)
    case = case_of(one := payment(), due_at=in_hours(1))
    held(one, until=end)
    assert escalating.escalate(case, "Ring", by=analyst()).due_at == end


def test_a_case_of_somebody_else_or_one_that_rests_is_not_moved() -> None:
    ann, bob = analyst(), analyst("bob")
    case = case_of(payment())
    claiming.claim(case, by=ann)
    acts: tuple[Callable[[], object], ...] = (
        lambda: resting.snooze(case, in_hours(1), by=bob),
        lambda: resting.ask_customer(case, by=bob, note="?"),
        lambda: escalating.escalate(case, "?", by=bob),
    )
    for act in acts:
        with pytest.raises(CaseTaken):
            act()
    resting.snooze(case, in_hours(1), by=ann)
    with pytest.raises(CaseNotOpen):
        escalating.escalate(case, "?", by=ann)


def test_a_note_is_kept_in_any_state_and_without_card_data() -> None:
    ann, case = analyst(), case_of(payment(), state=CaseState.CLOSED, closed_at=timezone.now())
    resting.add_note(case, " Called twice ", by=ann)
    assert CaseEvent.objects.values_list("verb", "note", "by").get() == ("noted", "Called twice", ann.pk)
    acts: tuple[Callable[[], object], ...] = (
        lambda: resting.add_note(case, CARD, by=ann),
        lambda: escalating.escalate(case, CARD, by=ann),
        lambda: resting.ask_customer(case, by=ann, note=CARD),
        lambda: resting.snooze(case, in_hours(1), by=ann, note=CARD),
    )
    for act in acts:
        with pytest.raises(CardDataTold):
            act()
    with pytest.raises(WordsMissing):
        resting.add_note(case, "", by=ann)
    with pytest.raises(WordsMissing):
        escalating.escalate(case, "  ", by=ann)
