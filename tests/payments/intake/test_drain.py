"""Draining: every delivery has one effect whatever fails, repeats, comes late or comes in the wrong order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from payments.facts import EventKind, NeutralEvent
from payments.intake.inbox.page import payments_told_of
from payments.intake.models import DeliveryState, InboxDelivery
from payments.intake.services import drain as draining
from payments.intake.services import parking
from payments.intake.services.deliveries import MOST_TRIES
from payments.intake.services.drain import drain
from payments.intake.services.replay import Choice, NotReplayable, replay
from payments.ledger.models import Movement, Payment, PaymentEvent
from payments.ledger.services.record import record
from payments.records.models import AuditEvent
from tests.payments.intake.doors import charge, deliver, dispute, event, forget_doors, give, provider_with_door, states

NOW = timezone.now()


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stripe(db: None) -> Iterator[Any]:
    yield provider_with_door("stripe", "stripe", currencies=["KRW"])
    forget_doors()


def test_what_is_delivered_is_in_the_ledger() -> None:
    give(charge(1), charge(2), event("moon.landed", {"object": "moon"}, 1))
    result = drain()
    assert (result.deliveries, result.is_empty, result.must_read_back) == (3, True, False)
    assert states() == ["done", "done", "ignored"]
    assert list(Payment.objects.order_by("id").values_list("merchant_reference", "captured", "status")) == [
        ("order-1", 1001, "captured"), ("order-2", 1002, "captured"),
    ]  # fmt: skip
    assert Movement.objects.count() == 2
    assert InboxDelivery.objects.filter(drained_at=None).count() == 0


@pytest.mark.parametrize("is_at_once", [True, False], ids=["in one batch", "in two"])
def test_an_id_told_again_with_another_content_shows_on_the_payment_and_changes_nothing(is_at_once: bool) -> None:
    give(charge(1))
    if not is_at_once:
        drain()
    give(charge(1, amount=7000, amount_captured=7000))
    drain()
    assert states() == ["done", "done"]
    payment = Payment.objects.get()
    assert (payment.captured, Movement.objects.get().amount, payment.is_conflicting) == (1001, 1001, True)
    assert {conflict["code"] for conflict in payment.conflicts} == {"told_differently"}
    twin = InboxDelivery.objects.latest("id")
    assert payments_told_of(twin) == (payment,)


def test_an_id_told_again_in_another_form_is_no_contradiction() -> None:
    give(charge(1))
    deliver(json.dumps(charge(1) | {"pending_webhooks": 2}, indent=2).encode())
    drain()
    assert states() == ["done", "done"]
    assert (Payment.objects.get().conflicts, PaymentEvent.objects.count()) == ([], 2)


def test_draining_again_does_nothing() -> None:
    give(charge(1))
    drain()
    assert drain().deliveries == 0
    assert replay(Choice(DeliveryState.SET_ASIDE), by=None) == 0
    InboxDelivery.objects.update(state="waiting")
    drain()
    assert (Payment.objects.count(), Movement.objects.count()) == (1, 1)


def test_more_than_a_batch_is_drained_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "BATCH", 4)
    give(*(charge(number) for number in range(10)))
    assert drain().deliveries == 10
    assert states() == ["done"] * 10


def test_a_drain_whose_time_is_up_says_so() -> None:
    give(charge(1))
    assert drain(budget_seconds=0).is_empty is False
    assert states() == ["waiting"]


def test_a_drain_whose_time_is_up_in_the_middle_says_so_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "BATCH", 1)
    give(*(charge(number) for number in range(3)))
    clock = iter([0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 2.0])
    monkeypatch.setattr("payments.intake.services.drain.time.monotonic", lambda: next(clock))
    result = drain(budget_seconds=1)
    assert (result.deliveries, result.is_empty) == (1, False)
    assert states().count("waiting") == 2


def test_a_poisoned_delivery_blocks_nobody_and_is_set_aside_in_the_end() -> None:
    give(charge(1), charge(2, amount="lots"), charge(3))
    for number in range(MOST_TRIES):
        InboxDelivery.objects.update(next_try_at=None)
        drain()
        assert states() == ["done", "set_aside" if number == MOST_TRIES - 1 else "waiting", "done"]
    poisoned = InboxDelivery.objects.get(state="set_aside")
    assert poisoned.tries == MOST_TRIES
    assert "amount" in poisoned.error
    assert "lots" not in poisoned.error
    assert Payment.objects.count() == 2


def test_a_poisoned_delivery_waits_before_it_is_tried_again() -> None:
    give(charge(1, amount="lots"))
    drain()
    drain()
    found = InboxDelivery.objects.get()
    assert (found.state, found.tries) == ("waiting", 1)
    assert found.next_try_at is not None
    assert timedelta(seconds=50) < found.next_try_at - timezone.now() <= timedelta(seconds=60)


def test_rows_that_meet_in_one_statement_are_their_own_doing(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL refuses the statement with the same class of error as for a table that is not there."""

    def picky(events: Any, **rest: Any) -> Any:
        if any(each.merchant_reference == "order-1" for each in events):
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO payments_customer (merchant_customer_id, segments, first_seen_at)"
                    " VALUES ('c', '{}', now()), ('c', '{}', now())"
                    " ON CONFLICT (merchant_customer_id) DO UPDATE SET first_seen_at = now()"
                )
        return record(events, **rest)

    monkeypatch.setattr(draining, "record", picky)
    give(charge(1), charge(2))
    drain()
    assert states() == ["waiting", "done"]
    assert InboxDelivery.objects.get(state="waiting").error == "CardinalityViolation"


def test_an_order_number_that_is_a_card_number_is_kept_nowhere_and_said_so() -> None:
    give(charge(1, metadata={"merchant_reference": "4111111111111111"}), charge(2))
    drain()
    assert states() == ["waiting", "done"]
    refused = InboxDelivery.objects.earliest("id")
    assert refused.error.endswith("merchant_reference looked like a card number, and was blotted out when it came")
    assert b"4111111111111111" not in bytes(refused.body)
    assert list(Payment.objects.values_list("merchant_reference", flat=True)) == ["order-2"]


@pytest.mark.parametrize("bad", [{3}, {0, 9}, {4, 5, 6}, set(range(10))])
def test_what_the_ledger_refuses_is_found_by_halving(bad: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def picky(events: Any, **rest: Any) -> Any:
        if any(each.merchant_reference in {f"order-{number}" for number in bad} for each in events):
            raise ZeroDivisionError("4111111111111111")
        return record(events, **rest)

    monkeypatch.setattr(draining, "record", picky)
    give(*(charge(number) for number in range(10)))
    drain()
    assert states() == ["waiting" if number in bad else "done" for number in range(10)]
    assert set(InboxDelivery.objects.filter(state="waiting").values_list("error", "tries")) == {
        ("ZeroDivisionError", 1)
    }
    assert Payment.objects.count() == 10 - len(bad)


def test_what_nobody_can_be_blamed_for_stops_the_drain(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(draining, "record", away)
    give(charge(1))
    with pytest.raises(OperationalError):
        drain()
    found = InboxDelivery.objects.get()
    assert (found.state, found.tries, found.error) == ("waiting", 0, "")


def test_a_dispute_before_its_payment_waits_for_it() -> None:
    give(dispute(1))
    drain()
    assert states() == ["parked"]
    assert {f"ch_{1:024}", f"pi_{1:024}"} <= set(InboxDelivery.objects.get().parked_references)
    give(charge(1))
    drain()
    assert states() == ["done", "done"]
    assert set(PaymentEvent.objects.values_list("payment__merchant_reference", flat=True)) == {"order-1"}


def test_a_dispute_after_its_payment_goes_straight_in() -> None:
    give(charge(1), dispute(1))
    drain()
    assert states() == ["done", "done"]


def test_what_another_way_in_has_learned_releases_too() -> None:
    give(dispute(1))
    drain()
    record([
        NeutralEvent(
            source="shop", source_event_id="s1", kind=EventKind.ATTEMPT_STARTED, occurred_at=NOW, provider="stripe",
            merchant_reference="order-1", attempt_reference=f"pi_{1:024}", amount=1001, currency="KRW",
        )
    ])  # fmt: skip
    drain()
    assert states() == ["done"]


def test_nobodys_delivery_stands_by_the_providers_own_id_after_a_day() -> None:
    give(dispute(1))
    drain()
    InboxDelivery.objects.update(received_at=timezone.now() - timedelta(hours=25))
    drain()
    assert states() == ["done"]
    assert Payment.objects.get().merchant_reference in (f"pi_{1:024}", f"ch_{1:024}", f"du_{1:024}")


def test_replaying_is_written_down_and_tries_from_the_beginning() -> None:
    give(charge(1))
    InboxDelivery.objects.update(state="set_aside", tries=5, error="old")
    assert replay(Choice(provider="nobody"), by=None) == 0
    assert replay(Choice(provider="stripe", since=timezone.now() - timedelta(hours=1)), by=None, reason="fixed") == 1
    found = InboxDelivery.objects.get()
    assert (found.state, found.tries, found.error) == ("waiting", 0, "")
    trail = AuditEvent.objects.get(verb="delivery.replayed")
    assert (trail.subject_id, trail.reason, trail.detail["count"]) == ("stripe", "fixed", 1)
    drain()
    assert states() == ["done"]
    with pytest.raises(NotReplayable):
        replay(Choice(DeliveryState.DONE), by=None)


def test_what_was_not_signed_is_read_back_again_when_it_is_replayed(stripe: Any) -> None:
    InboxDelivery.objects.create(
        provider=stripe, event_id="u1", body=b"{}", state="set_aside", is_verified=False, needs_read_back=True
    )
    replay(Choice(), by=None)
    assert states() == ["unverified"]
    assert drain().must_read_back is True
    assert states() == ["unverified"]


def test_releasing_names_provider_and_reference(stripe: Any) -> None:
    other = provider_with_door("other", "stripe")
    for provider in (stripe, other):
        InboxDelivery.objects.create(
            provider=provider, event_id="p", body=b"{}", state="parked", parked_references=["ch_1", "pi_1"]
        )
    assert parking.release({("other", "pi_1"), ("stripe", "pi_2")}) == 1
    assert states() == ["parked", "waiting"]


def test_an_empty_inbox_costs_a_handful_of_queries(django_assert_num_queries: Any) -> None:
    give(charge(1))
    drain()
    with django_assert_num_queries(12):
        drain()
