"""Hints at payments: one question for all at one payment, in an order that nobody can fill with forged ones."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from payments.intake.models import InboxDelivery
from payments.intake.services import reading_back
from payments.intake.services.reading_back import read_back
from payments.ledger.models import Checkout, PaymentEvent
from tests.payments.intake.doors import states
from tests.payments.intake.hints import asked_for, hint, later, strangers
from tests.payments.providers.events.servers import Server
from tests.payments.providers.events.test_toss_client import Toss
from tests.payments.valid_rows import row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_key")]


def test_one_answer_is_that_of_all_hints_at_a_payment(server: Server) -> None:
    for amount in range(50):
        hint(totalAmount=amount)
    assert read_back() == 50
    assert (states(), asked_for(server)) == (["done"] * 50, ["pk1"])
    assert PaymentEvent.objects.count() == 2


def test_the_answer_is_no_answer_to_a_hint_that_came_after_the_question(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    hint()
    plain = reading_back._asked

    def and_then_something_happens(*given: Any) -> Any:
        found = plain(*given)
        if len(server.asked) == 1:
            hint(status="CANCELED")
        return found

    monkeypatch.setattr(reading_back, "_asked", and_then_something_happens)
    assert read_back() == 2
    assert (states(), asked_for(server)) == (["done"] * 2, ["pk1"] * 2)


def test_hints_that_wait_for_another_try_are_answered_with_a_new_one(server: Server, fake: Toss) -> None:
    fake.trouble = ["404"]
    hint()
    read_back()
    assert states() == ["unverified"]
    hint(totalAmount=1)
    assert read_back() == 2
    assert (states(), asked_for(server)) == (["done"] * 2, ["pk1"] * 2)


def test_each_hint_at_a_payment_that_nobody_knows_has_its_own_tries(server: Server) -> None:
    hint("pk404")
    read_back()
    hint("pk404", totalAmount=1)
    assert read_back() == 2
    assert list(InboxDelivery.objects.order_by("id").values_list("tries", flat=True)) == [2, 1]
    assert len(server.asked) == 2


def test_hints_at_orders_and_payments_that_we_know_come_before_strangers(server: Server) -> None:
    hint("pk1")
    read_back()
    row(Checkout, merchant_reference="order-2")
    server.asked.clear()
    forged = strangers(30)
    hint("pk1", status="CANCELED", orderId="order-nobody-named")
    hint("pk2", orderId="order-2")
    hint("", orderId="order-2")
    read_back()
    assert asked_for(server)[:4] == ["pk1", "pk2", "order-2", forged[0]]
    assert sorted(asked_for(server)) == sorted(["pk1", "pk2", "order-2", *forged])


def test_who_knows_an_order_cannot_fill_the_lane_of_what_we_know(server: Server) -> None:
    for name in ("order-of-the-forger", "order-1"):
        row(Checkout, merchant_reference=name)
    strangers(40, orderId="order-of-the-forger")
    hint()
    read_back()
    assert "pk1" in asked_for(server)[:2]


def test_what_is_signed_comes_before_what_is_not(server: Server) -> None:
    strangers(30)
    hint()
    InboxDelivery.objects.filter(hinted_reference="pk1").update(is_verified=True)
    read_back()
    assert asked_for(server)[0] == "pk1"


def test_a_heap_of_forged_hints_keeps_no_new_payment_waiting(server: Server) -> None:
    forged = strangers(60)
    hint()
    read_back()
    assert asked_for(server)[:4] == [forged[0], "pk1", forged[1], forged[-1]]


def test_a_payment_is_asked_about_for_the_first_time_before_others_are_for_the_second(server: Server) -> None:
    forged = strangers(20)
    read_back()
    later()
    server.asked.clear()
    new = strangers(7)
    read_back()
    assert asked_for(server)[:5] == [new[0], new[-1], forged[0], new[1], new[-2]]


def test_the_reading_lets_other_work_in_and_goes_on_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_back, "CHUNK", 2)
    hints = strangers(5)
    assert read_back(budget_seconds=0) == 0
    monkeypatch.setattr(reading_back, "time", SimpleNamespace(monotonic=iter(range(100)).__next__))
    assert read_back(budget_seconds=2) == 2
    monkeypatch.setattr(reading_back, "time", time)
    assert read_back() == len(hints) - 2


def test_two_readers_share_the_questions(server: Server) -> None:
    strangers(3)
    ordered = reading_back._in_order()
    assert [len(question.hints) for question in reading_back._questions(ordered)] == [1, 1, 1]
    assert (reading_back._questions(ordered), reading_back._in_order()) == ([], [])


def test_what_had_to_be_masked_leaves_no_hint_beside_it() -> None:
    hint("pk1", note="4111 1111 1111 1111")
    found = InboxDelivery.objects.get()
    assert (found.is_masked, found.hinted_reference, found.hinted_order) == (True, "", "")
    read_back()
    assert states() == ["done"]
