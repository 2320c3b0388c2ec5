"""What is known of buyers, kept in step change by change, is what finding it all out anew gives."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analytics.rollups.models import Buyer, CountedPayment
from analytics.rollups.services.deriving import derive_buyers
from analytics.rollups.services.marking import mark
from analytics.rollups.services.resolving import resolve
from payments import models as rows
from payments.ledger.models import Customer, Payment
from payments.ledger.pipeline import Changed
from tests.payments.ledger.telling import NOON
from tests.payments.valid_rows import row

CUSTOMERS: Final = 2
PAYMENTS: Final = 6


class Change(NamedTuple):
    """One payment as it is from now on: whose, begun so many minutes after noon, and what it took in."""

    payment: int
    customer: int | None
    minute: int
    captured: int
    refunded: int


changes = st.builds(
    Change,
    st.integers(0, PAYMENTS - 1),
    st.sampled_from([None, *range(CUSTOMERS)]),
    # Few instants, so that several begin at the same.
    st.integers(0, 3),
    st.sampled_from([0, 10, 10, 10]),
    st.sampled_from([0, 0, 10]),
)


def paid(payment: int, minute: int) -> Change:
    return Change(payment, 0, minute, 10, 0)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(changes, min_size=1, max_size=5), min_size=1, max_size=6))
@example([[paid(0, 2)], [paid(1, 0), paid(2, 0)]])
@example([[paid(2, 2)], [paid(0, 2), paid(1, 2)]])
def test_step_by_step_and_all_at_once_give_the_same(batches: list[list[Change]]) -> None:
    for model in (CountedPayment, Buyer, Payment, Customer):
        model._default_manager.all().delete()
    customers = [row(rows.Customer) for _ in range(CUSTOMERS)]
    payments = [row(rows.Payment, captured=0) for _ in range(PAYMENTS)]
    for batch in batches:
        for change in batch:
            happen(payments[change.payment], change, customers)
        mark(Changed(payments=tuple({payments[change.payment].pk for change in batch})))
        resolve()
        step_by_step = known()
        known_payments = {payment for payment, *_ in step_by_step[0]}
        all_at_once = found_out_anew()
        # Of a payment that nobody marked nothing is known until all is found out.
        assert step_by_step[0] == [each for each in all_at_once[0] if each[0] in known_payments]
        assert step_by_step[1] == all_at_once[1]


def happen(payment: Payment, change: Change, customers: list[Customer]) -> None:
    Payment.objects.filter(pk=payment.pk).update(
        customer=None if change.customer is None else customers[change.customer],
        created_at=NOON + timedelta(minutes=change.minute),
        captured=change.captured,
        refunded=min(change.refunded, change.captured),
    )


def found_out_anew() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """What would be known of everybody; nothing of it stays, so that a step goes on from the one before."""
    with transaction.atomic():
        derive_buyers()
        found = known()
        transaction.set_rollback(True)
    return found


def known() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Where payments are counted, and who bought when."""
    return (
        sorted(CountedPayment.objects.values_list("payment_id", "customer_id", "bought_at", "previous_at")),
        sorted(Buyer.objects.values_list("customer_id", "first_payment_id", "first_at", "again_at")),
    )
