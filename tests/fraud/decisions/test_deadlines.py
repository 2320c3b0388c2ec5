"""The clock ends holds as was said when they were placed: each once, each in the trail, none in silence."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from fraud.decisions.services import deadlines
from fraud.decisions.signals import hold_ended
from payments.acts.models import HoldEffect, HoldEnding, PaymentAct, PaymentHold
from payments.acts.services import holds
from payments.acts.services.holds import Placing
from payments.ledger.models import Payment
from payments.records.models import AuditEvent
from tests.payments.acts.stories import FakeClient, authorized, captured, stripe
from tests.payments.acts.stories import fake as fake
from tests.payments.ledger.telling import make_provider

pytestmark = pytest.mark.django_db


def held(payment: Payment, ending: HoldEnding, hours: float = -1) -> PaymentHold:
    """A hold that was due an hour ago."""
    until = timezone.now() + timedelta(hours=hours)
    (pk,) = holds.place([Placing(payment.pk, HoldEffect.CAPTURE_POSTPONED, "fraud review", until, ending)], by=None)
    return PaymentHold.objects.get(pk=pk)


def endings() -> list[tuple[str, bool]]:
    """How holds ended, and whether by the clock, as they were placed."""
    return list(PaymentHold.objects.order_by("pk").values_list("ending", "is_ended_by_clock"))


def test_what_is_due_ends_as_was_said_and_what_is_not_stays(
    fake: FakeClient, django_capture_on_commit_callbacks: Any
) -> None:
    stripe()
    released = held(authorized(reference="A-1"), HoldEnding.RELEASED)
    cancelled = held(authorized(reference="A-2"), HoldEnding.CANCELLED)
    refunded = held(captured(reference="A-3"), HoldEnding.CANCELLED)
    held(authorized(reference="A-4"), HoldEnding.CANCELLED, hours=1)
    heard: list[int] = []

    def hear(hold: int, **_: Any) -> None:
        heard.append(hold)

    hold_ended.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        assert deadlines.settle_overdue() == 3
    assert endings() == [("released", True), ("cancelled", True), ("cancelled", True), ("", False)]
    acts = PaymentAct.objects.order_by("pk").values_list("payment", "kind", "amount", "requested_with")
    assert list(acts) == [
        (cancelled.payment_id, "void", 10_000, "fraud"), (refunded.payment_id, "refund", 10_000, "fraud"),
    ]  # fmt: skip
    assert heard == [released.pk, cancelled.pk, refunded.pk]
    trail = AuditEvent.objects.filter(verb__in=("hold.released", "hold.cancelled")).order_by("pk")
    assert [(row.verb, row.actor, row.detail["is_by_clock"]) for row in trail] == [
        ("hold.released", None, True), ("hold.cancelled", None, True), ("hold.cancelled", None, True),
    ]  # fmt: skip
    assert deadlines.settle_overdue() == 0


def test_what_cannot_be_cancelled_from_here_stays_held_is_said_and_tried_again(fake: FakeClient) -> None:
    make_provider("stripe", "stripe")  # no secret
    hold = held(authorized(), HoldEnding.CANCELLED)
    assert deadlines.settle_overdue() == 0
    hold.refresh_from_db()
    assert hold.ended_at is None
    assert timedelta(minutes=59) < hold.until - timezone.now() <= deadlines.AGAIN
    assert AuditEvent.objects.get(verb="hold.not_cancelled").detail["refusal"] == "no_client"
    assert deadlines.settle_overdue() == 0
    assert AuditEvent.objects.filter(verb="hold.not_cancelled").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_end_a_hold_once(fake: FakeClient) -> None:
    stripe()
    held(authorized(), HoldEnding.CANCELLED)
    start = threading.Barrier(4)

    def settle() -> None:
        try:
            start.wait(10)
            deadlines.settle_overdue()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=settle) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert endings() == [("cancelled", True)]
    assert PaymentAct.objects.count() == 1
    assert AuditEvent.objects.filter(verb="hold.cancelled").count() == 1
