"""Holding payments: once, no captures meanwhile, ended by a person or the clock, told to the shop."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from config.staff.roles import Role
from payments.acts.models import ActKind, ActState, HoldEffect, HoldEnding, PaymentAct, PaymentHold
from payments.acts.services import holds, sending, wishes
from payments.acts.services.holds import Placing
from payments.acts.services.refusals import ActRefused, Refusal
from payments.acts.services.wishes import Author, Wish
from payments.facts import EventKind
from payments.ledger.models import Payment
from payments.notices.models import WebhookEndpoint, WebhookMessage
from payments.records.models import ApprovalLimit, AuditEvent
from tests.cast import person
from tests.payments.acts.stories import FakeClient, authorized, captured, stripe, tell_all
from tests.payments.ledger.telling import make_provider, tell

pytestmark = pytest.mark.django_db
MACHINE = Author(key_prefix="fraud")
TICKET = uuid.UUID(int=7)


def wanted(payment: Payment, until: datetime | None = None) -> Placing:
    """A hold that the clock would cancel."""
    return Placing(
        payment.pk, HoldEffect.CAPTURE_POSTPONED, "too fast", until or timezone.now() + timedelta(hours=1),
        HoldEnding.CANCELLED,
    )  # fmt: skip


def held(payment: Payment) -> PaymentHold:
    """The payment's new hold."""
    (pk,) = holds.place([wanted(payment)], by=None)
    return PaymentHold.objects.get(pk=pk)


def told() -> list[tuple[str, str]]:
    """What the shop was told of holds."""
    rows = WebhookMessage.objects.filter(kind__in=("payment.held", "payment.released")).order_by("created_at", "kind")
    return [(row.kind, row.payload["reference"]) for row in rows]


def test_a_payment_is_held_once_with_what_can_still_be_kept_from_happening() -> None:
    make_provider()
    WebhookEndpoint.objects.create(url="https://shop.example.com/hooks", secret=b"closed")
    open_, taken = authorized(reference="A-1"), captured(reference="A-2")
    tell_all([tell(EventKind.FAILED, 1, attempt_reference="pi_3", amount=1, merchant_reference="A-3")])
    lost = Payment.objects.get(merchant_reference="A-3")
    placings = [wanted(payment) for payment in (taken, open_, lost)]
    assert len(holds.place(placings, by=None)) == 2
    assert holds.place(placings, by=None) == []
    effects = PaymentHold.objects.order_by("payment__merchant_reference").values_list("payment_id", "effect")
    assert list(effects) == [(open_.pk, "capture_postponed"), (taken.pk, "shipping_flagged")]
    assert sorted(told()) == [("payment.held", "A-1"), ("payment.held", "A-2")]
    assert AuditEvent.objects.filter(verb="hold.placed").count() == 2


def test_no_capture_is_taken_while_a_payment_is_held_and_one_is_after(fake: FakeClient) -> None:
    stripe()
    payment = authorized()
    hold = held(payment)
    with pytest.raises(ActRefused) as refused:
        wishes.request(payment, ActKind.CAPTURE, Wish(10_000), by=MACHINE)
    assert refused.value.code == Refusal.HELD
    holds.release(hold, by=None)
    assert wishes.request(payment, ActKind.CAPTURE, Wish(10_000), by=MACHINE).state == ActState.QUEUED


def test_a_capture_that_was_queued_before_waits_and_goes_on_when_released(fake: FakeClient) -> None:
    stripe()
    payment = authorized()
    act = wishes.request(payment, ActKind.CAPTURE, Wish(10_000), by=MACHINE)
    hold = held(payment)
    assert sending.send_acts() == 0
    assert fake.calls == []
    holds.release(hold, by=None)
    assert sending.send_acts() == 1
    act.refresh_from_db()
    assert act.state == ActState.SUCCEEDED


def test_a_release_is_told_once_and_names_who(fake: FakeClient) -> None:
    stripe()
    WebhookEndpoint.objects.create(url="https://shop.example.com/hooks", secret=b"closed")
    hold, who = held(authorized()), person(Role.FRAUD_ANALYST)
    first = holds.release(hold, by=who)
    again = holds.release(hold, by=person(Role.FRAUD_LEAD))
    assert (first.ending, first.ended_by, first.is_ended_by_clock) == ("released", who, False)
    assert (again.ended_at, again.ended_by) == (first.ended_at, who)
    assert told() == [("payment.held", "A-1"), ("payment.released", "A-1")]
    assert AuditEvent.objects.filter(verb="hold.released").count() == 1


def test_a_cancelled_authorization_is_released_once_and_no_waiting_capture_leaves(fake: FakeClient) -> None:
    stripe()
    payment = authorized()
    waiting = wishes.request(payment, ActKind.CAPTURE, Wish(4_000), by=MACHINE)
    hold = held(payment)
    act = holds.cancel(hold, by=MACHINE, ticket=TICKET)
    assert act is not None
    assert (act.kind, act.amount, act.requested_with, act.state) == ("void", 10_000, "fraud", ActState.QUEUED)
    assert holds.cancel(hold, by=MACHINE, ticket=TICKET) == act
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error) == (ActState.FAILED, holds.HELD)
    sending.send_acts()
    assert [call[0] for call in fake.calls] == ["attempt.voided"]
    hold.refresh_from_db()
    assert (hold.ending, PaymentAct.objects.count()) == ("cancelled", 2)


def test_what_was_taken_goes_back_and_above_the_limit_another_person_says_so(fake: FakeClient) -> None:
    stripe()
    ApprovalLimit.objects.create(verb="refund", currency="KRW", limit_minor=1)
    payment, who = captured(), person(Role.FRAUD_ANALYST)
    act = holds.cancel(held(payment), by=Author(who), ticket=TICKET)
    assert act is not None
    assert (act.kind, act.amount, act.requested_by, act.state) == ("refund", 10_000, who, ActState.AWAITING_APPROVAL)


def test_what_cannot_be_cancelled_from_here_stays_held() -> None:
    make_provider("stripe", "stripe")  # no secret
    payment = authorized()
    hold = held(payment)
    with pytest.raises(ActRefused) as refused:
        holds.cancel(hold, by=MACHINE, ticket=TICKET)
    hold.refresh_from_db()
    assert (refused.value.code, hold.ended_at, AuditEvent.objects.filter(verb="hold.cancelled").count()) == (
        Refusal.NO_CLIENT, None, 0,
    )  # fmt: skip


def test_there_may_be_nothing_to_give_back(fake: FakeClient) -> None:
    stripe()
    tell_all([
        tell(EventKind.ATTEMPT_STARTED, 0, by_shop=True, shop_attempt="try-1", amount=10_000, method="card"),
    ])  # fmt: skip
    hold = held(Payment.objects.get())
    assert holds.cancel(hold, by=MACHINE, ticket=TICKET, is_by_clock=True) is None
    row = PaymentHold.objects.get()
    assert (row.ending, row.is_ended_by_clock, row.ended_by) == ("cancelled", True, None)
