"""Recording events: once, in any order, in any parts, at the same time."""

from __future__ import annotations

import random

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.facts import EventKind
from payments.ledger.history import EventRefused
from payments.ledger.models import (
    Attempt,
    Dispute,
    EventContradiction,
    Movement,
    MovementBatch,
    Payment,
    PaymentEvent,
    Refund,
)
from payments.ledger.services.record import record
from tests.payments.ledger.telling import LIFE, NOON, make_provider, tell, tell_all

pytestmark = pytest.mark.django_db


def state() -> list[object]:
    """Everything the events left, by natural keys."""
    payments = Payment.objects.order_by("merchant_reference").values_list(
        "merchant_reference", "status", "amount", "currency", "authorized", "captured", "refunded", "charged_back",
        "conflicts", "last4", "attempt_count", "created_at", "provider__code", "method__code",
    )  # fmt: skip
    attempts = Attempt.objects.order_by("attempt_key").values_list(
        "attempt_key", "provider__code", "status", "result", "amount", "requested_at", "responded_at", "finished_at"
    )
    return [
        list(payments),
        list(attempts),
        list(Refund.objects.order_by("refund_key").values_list("refund_key", "status", "amount", "requested_at")),
        list(Dispute.objects.order_by("provider_reference").values_list("provider_reference", "status", "amount")),
        list(
            Movement.objects.order_by("movement_key").values_list(
                "movement_key", "provider_key", "payment_reference", "merchant_reference", "kind", "amount",
                "occurred_at", "occurred_on", "method", "payment__merchant_reference",
            )
        ),
        PaymentEvent.objects.count(),
    ]  # fmt: skip


def test_a_whole_life() -> None:
    """A payment begun by the shop, taken by the provider, partly refunded, charged back and won."""
    make_provider()
    recorded = tell_all(LIFE)
    assert (recorded.new, recorded.repeated, recorded.posted, recorded.parked) == (7, 0, 4, ())
    payment = Payment.objects.get()
    assert (payment.status, payment.captured, payment.refunded, payment.charged_back) == (
        "partially_refunded", 10_000, 4_000, 0,
    )  # fmt: skip
    assert payment.conflicts == []
    attempt = Attempt.objects.get()
    assert (attempt.attempt_key, attempt.shop_reference, attempt.result) == ("stripe/pi_1", "try-1", "succeeded")
    assert list(Movement.objects.order_by("occurred_at").values_list("kind", "amount", "provider_key")) == [
        (1, 10_000, "ch_1"), (2, -4_000, "re_1"), (3, -6_000, "dp_1"), (4, 6_000, "dp_1r"),
    ]  # fmt: skip
    assert Dispute.objects.get().status == "reversed"


def test_telling_everything_again_changes_nothing() -> None:
    """The second delivery of a whole life leaves no trace."""
    make_provider()
    tell_all(LIFE)
    before = (state(), Payment.objects.get().changed_at, MovementBatch.objects.count())
    recorded = tell_all(LIFE)
    assert (recorded.new, recorded.repeated, recorded.posted, recorded.contradicted) == (0, 7, 0, 0)
    assert (state(), Payment.objects.get().changed_at, MovementBatch.objects.count()) == before


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_any_order_any_parts_any_repetition(chance: random.Random) -> None:
    """However the deliveries are cut, shuffled and repeated, the state and the movements are the same."""
    deliveries = LIFE + chance.sample(LIFE, 3)
    chance.shuffle(deliveries)
    try:
        make_provider()
        waiting = deliveries
        while waiting:
            size = chance.randint(1, 4)
            batch, waiting = waiting[:size], waiting[size:]
            parked = tell_all(batch).parked
            # What nobody can place yet is told again later, as the inbox does.
            waiting += [batch[each.place] for each in parked]
        result = state()
        everything_at_once(result)
    finally:
        clear()


def everything_at_once(expected: list[object]) -> None:
    """Compare with the state that one batch of the same events leaves in an empty ledger."""
    clear()
    make_provider()
    tell_all(LIFE)
    assert state() == expected


def clear() -> None:
    """Empty the ledger: its history refuses DELETE and TRUNCATE, so the triggers sleep meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in (
            "movement", "movementbatch", "dispute", "refund", "attempt", "paymentreference", "paymentevent",
            "eventcontradiction", "payment", "checkout", "provider",
        ):  # fmt: skip
            cursor.execute(f"DELETE FROM payments_{table}")
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_an_event_without_a_payment_is_parked_and_released() -> None:
    """A refund that overtakes its payment waits for the id that leads to it."""
    make_provider()
    early = tell_all([LIFE[4]])
    assert [(each.place, each.provider, each.reference) for each in early.parked] == [(0, "stripe", "ch_1")]
    assert PaymentEvent.objects.count() == 0
    assert ("stripe", "ch_1") in tell_all(LIFE[1:3]).learned
    assert tell_all([LIFE[4]]).parked == ()
    assert Payment.objects.get().refunded == 4_000


def test_the_shop_and_the_provider_meet_without_counting_twice() -> None:
    """Two tellings of one capture are one attempt, one amount and one movement."""
    make_provider()
    shop = tell(EventKind.CAPTURED, 2, by_shop=True, shop_attempt="try-1", amount=10_000)
    tell_all([shop])
    payment = Payment.objects.get()
    assert (payment.status, payment.captured, Movement.objects.count()) == ("captured", 10_000, 0)
    tell_all([tell(EventKind.CAPTURED, 1.9, attempt_reference="pi_1", provider_key="ch_1", amount=10_000)])
    payment.refresh_from_db()
    assert (payment.status, payment.captured, payment.attempt_count) == ("captured", 10_000, 1)
    assert Movement.objects.get().provider_key == "ch_1"


def test_the_shop_alone_moves_money_at_a_provider_that_tells_nothing() -> None:
    """Without webhooks, what the shop says is what our ledger knows."""
    make_provider("konbini", event_adapter="")
    tell_all([tell(EventKind.CAPTURED, 1, by_shop=True, provider="konbini", shop_attempt="1", amount=5_000)])
    movement = Movement.objects.get()
    assert (movement.amount, movement.provider_key, movement.merchant_reference) == (5_000, "", "A-1")


def test_the_shop_alone_tells_of_disputes_at_a_provider_that_tells_nothing() -> None:
    """Until the provider says the same: that is one dispute, and one movement of money."""
    make_provider("konbini", "")
    at = {"by_shop": True, "provider": "konbini", "object_key": "D-1", "amount": 5_000}
    paid = tell(EventKind.CAPTURED, 1, by_shop=True, provider="konbini", shop_attempt="1", amount=5_000)
    seen = []
    for event in (
        paid,
        tell(EventKind.DISPUTE_OPENED, 2, **at),
        tell(EventKind.CHARGED_BACK, 3, **at),
        tell(EventKind.CHARGED_BACK, 4, provider="konbini", object_key="D-1", provider_key="cb_1", amount=5_000),
        tell(EventKind.CHARGEBACK_REVERSED, 5, **at),
        tell(EventKind.DISPUTE_CLOSED, 6, outcome="won", **at),
    ):
        tell_all([event])
        dispute = Dispute.objects.values_list("provider_reference", "status", "amount").first()
        seen.append((Payment.objects.get().status, dispute, Movement.objects.count()))
    assert seen == [
        ("captured", None, 1),
        ("captured", ("D-1", "open", 5_000), 1),
        ("charged_back", ("D-1", "charged_back", 5_000), 2),
        ("charged_back", ("D-1", "charged_back", 5_000), 2),
        ("captured", ("D-1", "reversed", 5_000), 3),
        ("captured", ("D-1", "won", 5_000), 3),
    ]
    assert Dispute.objects.count() == 1
    assert [each.amount for each in Movement.objects.order_by("occurred_at")] == [5_000, -5_000, 5_000]


def test_the_word_of_the_shop_moves_no_disputed_money_at_a_provider_that_tells_it() -> None:
    make_provider()
    tell_all([*LIFE[1:3], tell(EventKind.CHARGED_BACK, 3, by_shop=True, object_key="dp_1", amount=10_000)])
    assert (Payment.objects.get().status, Movement.objects.count()) == ("charged_back", 1)
    tell_all([tell(EventKind.CHARGED_BACK, 4, provider_key="dp_1", amount=10_000)])
    assert (Payment.objects.get().charged_back, Movement.objects.count(), Dispute.objects.count()) == (10_000, 2, 1)


def test_a_movement_that_our_export_posted_is_not_posted_again() -> None:
    """The export of our ledger and the webhook name the same capture by the provider's key."""
    provider = make_provider()
    batch = MovementBatch.objects.create(provider=provider, source="export.csv", movement_count=1)
    Movement.objects.create(
        provider=provider, batch=batch, movement_key="row-1", provider_key="ch_1", kind=1, amount=10_000,
        currency="KRW", occurred_at=NOON, occurred_on=NOON.date(),
    )  # fmt: skip
    assert tell_all(LIFE[1:3]).posted == 0
    assert (Movement.objects.count(), Payment.objects.get().conflicts) == (1, [])


def test_one_id_with_two_contents_is_kept_for_people() -> None:
    """The first telling stands, the second is a visible conflict."""
    make_provider()
    tell_all(LIFE[1:3])
    changed = tell(EventKind.CAPTURED, 2, attempt_reference="pi_1", provider_key="ch_1", amount=1)
    assert tell_all([changed]).contradicted == 1
    payment = Payment.objects.get()
    assert (payment.captured, payment.is_conflicting) == (10_000, True)
    assert payment.conflicts == [{"code": "told_differently", "event": "provider:stripe:capture.succeeded@2"}]
    assert tell_all([changed]).contradicted == 1
    assert EventContradiction.objects.count() == 1


def test_an_id_of_another_payment_is_a_conflict() -> None:
    """A provider's id leads to one payment only."""
    make_provider()
    tell_all(LIFE[1:3])
    other = tell(EventKind.AUTHORIZED, 5, merchant_reference="B-2", attempt_reference="pi_1", amount=3)
    tell_all([other])
    assert Payment.objects.get(merchant_reference="B-2").conflicts[0]["code"] == "reference_of_another"
    assert Payment.objects.get(merchant_reference="A-1").conflicts == []


@pytest.mark.parametrize("is_at_once", [True, False], ids=["in one batch", "in two"])
def test_one_key_of_a_provider_moves_the_money_of_one_payment_and_shows_on_the_other(is_at_once: bool) -> None:
    make_provider("psp", "")
    told = [
        tell(EventKind.CAPTURED, minute, by_shop=True, provider="psp", provider_key="KEY", amount=9_000,
             merchant_reference=order)
        for minute, order in enumerate(("A-1", "A-2"))
    ]  # fmt: skip
    if is_at_once:
        tell_all(told)
    else:
        tell_all(told[:1])
        tell_all(told[1:])
    tell_all([*told, tell(EventKind.REFUND_REQUESTED, 9, merchant_reference="A-2", object_key="R", provider="psp")])
    first, second = Payment.objects.order_by("merchant_reference")
    assert Movement.objects.get().payment == first
    assert (first.is_conflicting, first.conflicts) == (False, [])
    assert second.conflicts == [{"code": "reference_of_another", "event": "shop:capture.succeeded@1"}]


def test_the_business_date_is_the_provider_s() -> None:
    """16:00 in London is tomorrow in Seoul."""
    make_provider()
    tell_all([tell(EventKind.CAPTURED, 4 * 60, attempt_reference="pi_1", provider_key="ch_1", amount=1)])
    assert str(Movement.objects.get().occurred_on) == "2026-07-02"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"provider": "nobody"}, "provider"),
        ({"merchant_reference": "", "attempt_reference": ""}, "merchant_reference"),
        ({"amount": -1}, "amount"),
        ({"amount": 1, "currency": ""}, "currency"),
        ({"currency": "won"}, "currency"),
        ({"source_event_id": ""}, "source_event_id"),
        ({"provider_key": "x" * 81}, "provider_key"),
        ({"occurred_at": NOON.replace(tzinfo=None)}, "occurred_at"),
    ],
)
def test_what_no_row_can_hold_is_refused_by_name(values: dict[str, object], field: str) -> None:
    """The field is named, and nothing of the batch is kept."""
    make_provider()
    event = tell(EventKind.AUTHORIZED, 1, attempt_reference="pi_1")
    from dataclasses import replace

    with pytest.raises(EventRefused) as refused, transaction.atomic():
        record([LIFE[2], replace(event, **values)])  # type: ignore[arg-type]
    assert refused.value.field == field
    assert PaymentEvent.objects.count() == 0
