"""What the shop says of checkouts: kept once, and its word of the price stands."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction

from payments.facts import CheckoutFact, CustomerFact, EventKind, OrderLineFact, StepFact
from payments.ledger.models import Checkout, Customer, Payment
from payments.ledger.services.record import record
from tests.payments.ledger.telling import LIFE, NOON, make_provider, tell, tell_all

pytestmark = pytest.mark.django_db

CHECKOUT = CheckoutFact(
    merchant_reference="A-1",
    amount=12_000,
    currency="KRW",
    started_at=NOON,
    customer=CustomerFact("c-1", email="Kim@Example.com ", phone="+82 10-1234-5678", segments=("new", 'q"x')),
    country="KR",
    lines=(OrderLineFact("sku-1", "Shirt", 2, 12_000),),
    steps=(StepFact("started", NOON), StepFact("submitted", NOON, "card")),
)


def test_a_checkout_told_twice_is_one() -> None:
    """Customer, lines and steps are kept once; the address only as a hash."""
    for _ in range(2):
        with transaction.atomic():
            record([], checkouts=[CHECKOUT])
    checkout = Checkout.objects.get()
    assert (checkout.amount, checkout.is_from_shop, checkout.steps.count(), checkout.lines.count()) == (
        12_000,
        True,
        2,
        1,
    )
    customer = Customer.objects.get()
    assert customer.segments == ["new", 'q"x']
    assert len(bytes(customer.email_hash or b"")) == 32


@pytest.mark.parametrize("shop_first", [True, False])
def test_what_the_shop_says_a_payment_costs_stands(shop_first: bool) -> None:
    """A provider that speaks first is corrected by the shop, whoever comes first."""
    make_provider()

    def shop() -> None:
        with transaction.atomic():
            record([], checkouts=[CHECKOUT])

    if shop_first:
        shop()
    tell_all(LIFE[1:3])
    if not shop_first:
        shop()
    payment = Payment.objects.get()
    assert (payment.amount, payment.authorized, payment.customer_id) == (12_000, 10_000, Customer.objects.get().pk)


@pytest.mark.parametrize("is_checkout_first", [True, False])
def test_more_taken_than_the_order_costs_is_a_conflict(is_checkout_first: bool) -> None:
    make_provider()
    ordered = CheckoutFact("A-1", amount=5_000, currency="KRW", started_at=NOON)
    taken = tell(EventKind.CAPTURED, 1, attempt_reference="pi_1", provider_key="ch_1", amount=9_000)
    for checkouts, events in [([ordered], []), ([], [taken])][:: 1 if is_checkout_first else -1]:
        with transaction.atomic():
            record(events, checkouts=checkouts)
    payment = Payment.objects.get()
    assert (payment.captured, payment.conflicts) == (9_000, [{"code": "captured_too_much", "event": "stripe/pi_1"}])
    with transaction.atomic():
        record([replace(taken, merchant_reference="A-2", source_event_id="2", attempt_reference="pi_2",
                        provider_key="ch_2", amount=5_000)],
               checkouts=[replace(ordered, merchant_reference="A-2")])  # fmt: skip
    assert Payment.objects.get(merchant_reference="A-2").conflicts == []


def test_a_checkout_beside_an_event_that_was_told_before_reaches_its_payment() -> None:
    make_provider()
    tell_all(LIFE[1:3])
    with transaction.atomic():
        record(LIFE[1:3], checkouts=[CHECKOUT])
    payment = Payment.objects.select_related("customer").get()
    assert payment.customer is not None
    assert (payment.amount, payment.customer.merchant_customer_id) == (12_000, "c-1")
