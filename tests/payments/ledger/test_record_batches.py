"""Batches: what they cost, and what becomes of payments that several transactions open at the same time."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, connections, transaction

from payments.facts import CheckoutFact, EventKind, NeutralEvent
from payments.ledger.models import Checkout, Payment, PaymentEvent, PaymentReference
from payments.ledger.services.record import record
from tests.payments.ledger.telling import LIFE, NOON, make_provider, tell, tell_all

pytestmark = pytest.mark.django_db


class Counter:
    """Counts statements, savepoints among them."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute: Any, sql: str, params: object, many: bool, context: object) -> Any:
        self.queries += 1
        return execute(sql, params, many, context)


@pytest.mark.parametrize("count", [5, 60])
def test_a_batch_costs_a_known_number_of_queries(count: int, settings: Any) -> None:
    """Whatever its size; what the rooms above add to the pipeline is theirs."""
    settings.LEDGER_PIPELINE = []
    make_provider()
    events = [
        tell(kind, n, merchant_reference=f"O-{n}", attempt_reference=f"pi_{n}", provider_key=key, amount=100)
        for n in range(count)
        for kind, key in ((EventKind.AUTHORIZED, ""), (EventKind.CAPTURED, f"ch_{n}"))
    ]
    with connection.execute_wrapper(counter := Counter()):
        tell_all(events)
    assert counter.queries == 22
    later = [
        tell(EventKind.REFUNDED, 90 + n, merchant_reference=f"O-{n}", provider_key=f"re_{n}", amount=1)
        for n in range(count)
    ]
    with connection.execute_wrapper(counter := Counter()):
        tell_all(later)
    assert counter.queries == 20


@pytest.mark.parametrize("has_checkout", [True, False])
def test_a_payment_whose_only_event_was_told_of_another_one_is_none(has_checkout: bool) -> None:
    """Nothing happened to it, and the contradiction is with the payment of the first telling."""
    make_provider()
    checkouts = [CheckoutFact("B-2", amount=10, currency="KRW", started_at=NOON)] if has_checkout else []
    first = tell(EventKind.CAPTURED, 1, provider_key="ch_1", amount=10, references=("pi_1",))
    tell_all([first])
    other = replace(first, merchant_reference="B-2", references=("pi_1", "pi_2"))
    for _ in range(2):
        with transaction.atomic():
            told = record([other], checkouts=checkouts)
        assert (told.new, told.contradicted, list(told.payment_ids)) == (0, 1, ["A-1"])
    found = Payment.objects.values_list("merchant_reference", "captured", "conflicts")
    assert list(found) == [("A-1", 10, [{"code": "told_differently", "event": "provider:stripe:capture.succeeded@1"}])]
    named = Checkout.objects.order_by("merchant_reference").values_list("merchant_reference", flat=True)
    assert list(named) == ["A-1", "B-2"][: 2 if has_checkout else 1]
    assert list(PaymentReference.objects.values_list("reference", flat=True)) == ["pi_1"]
    tell_all([replace(other, source_event_id="another", provider_key="ch_2", references=("pi_2",))])
    assert Payment.objects.get(merchant_reference="B-2").captured == 10


def test_of_two_contents_in_one_batch_the_first_is_folded() -> None:
    """As in two batches."""
    make_provider()
    first, second = (tell(EventKind.CAPTURED, 1, provider_key="ch_1", amount=amount) for amount in (10, 11))
    told = tell_all([first, second])
    assert (told.contradicted, PaymentEvent.objects.count()) == (1, 1)
    payment = Payment.objects.get()
    assert (payment.captured, [each["code"] for each in payment.conflicts]) == (10, ["told_differently"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_checkout", [True, False])
def test_two_transactions_that_open_one_payment_make_one(has_checkout: bool) -> None:
    """The second waits for the first, and folds what both have told."""
    make_provider()
    if has_checkout:
        with transaction.atomic():
            record([], checkouts=[CheckoutFact("A-1", 12_000, "KRW", NOON)])
    tell_while_the_first_is_recorded([LIFE[2]])
    payment = Payment.objects.get()
    assert (payment.status, payment.captured, payment.authorized, payment.events.count()) == (
        "captured", 10_000, 10_000, 2,
    )  # fmt: skip
    assert (payment.amount, Checkout.objects.count()) == (12_000 if has_checkout else 10_000, 1)


@pytest.mark.django_db(transaction=True)
def test_one_id_told_of_two_payments_at_the_same_time_is_a_conflict_of_the_second() -> None:
    """As if they had been told one after the other: what names nothing but the id belongs to the first."""
    make_provider()
    told = [
        tell(EventKind.AUTHORIZED, 5, merchant_reference="B-2", attempt_reference="pi_1", amount=3),
        tell(EventKind.CAPTURED, 6, merchant_reference="", attempt_reference="pi_1", provider_key="ch_1", amount=9),
    ]
    tell_while_the_first_is_recorded(told)
    found = {each.merchant_reference: each for each in Payment.objects.all()}
    assert [each["code"] for each in found["B-2"].conflicts] == ["reference_of_another"]
    assert (found["B-2"].captured, found["A-1"].captured, found["A-1"].conflicts) == (0, 9, [])
    assert list(found["A-1"].references.values_list("reference", flat=True).order_by("reference")) == ["ch_1", "pi_1"]


def tell_while_the_first_is_recorded(told: list[NeutralEvent]) -> None:
    """Tell events on a second connection that waits for the transaction of `LIFE[1]`; nothing may be raised there."""
    raised: list[Exception] = []

    def second() -> None:
        try:
            tell_all(told)
        except Exception as problem:
            raised.append(problem)
        finally:
            connections.close_all()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        record([LIFE[1]])
        thread.start()
        wait_for_a_lock()
    thread.join(20)
    assert (thread.is_alive(), raised) == (False, [])


def wait_for_a_lock() -> None:
    """Until another connection waits for what this transaction holds."""
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")
