"""Payments are found by a card that was declined before another one paid, by an index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.facts import AttemptResult, EventKind, Instrument
from payments.ledger.models import Attempt, Payment
from payments.ledger.querysets import found_by
from tests.payments.ledger.telling import NOON, make_provider, tell, tell_all

pytestmark = pytest.mark.django_db


def found(term: str) -> list[str]:
    """The orders that a term names."""
    return list(found_by(Payment.objects.order_by("pk"), term).values_list("merchant_reference", flat=True))


@pytest.fixture(autouse=True)
def paid_at_the_second_try() -> None:
    """Declined on one card, paid with another."""
    make_provider()
    tell_all([
        tell(EventKind.FAILED, 1, attempt_reference="pi_1", result=AttemptResult.DECLINED_SOFT,
             instrument=Instrument(brand="visa", last4="1881")),
        tell(EventKind.CAPTURED, 2, attempt_reference="pi_2", amount=500, provider_key="ch_2",
             instrument=Instrument(brand="visa", last4="4242")),
        tell(EventKind.CAPTURED, 3, attempt_reference="pi_3", amount=500, provider_key="ch_3", merchant_reference="B-1",
             instrument=Instrument(brand="visa", last4="1881")),
    ])  # fmt: skip


def test_the_card_that_was_declined_finds_the_payment_too() -> None:
    assert [(each.status, each.last4) for each in Attempt.objects.order_by("requested_at")[:2]] == [
        ("failed", "1881"), ("captured", "4242"),
    ]  # fmt: skip
    assert found("4242") == ["A-1"]
    assert found("1881") == ["A-1", "B-1"]
    assert found("0000") == []


def test_it_is_found_by_an_index() -> None:
    payment = Payment.objects.get(merchant_reference="A-1")
    Attempt.objects.bulk_create(
        Attempt(payment=payment, attempt_key=f"k{n}", status="failed", last4=f"{n:04}", requested_at=NOON)
        for n in range(9_999)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE payments_attempt")
        with CaptureQueriesContext(connection) as asked:
            found("1881")
        (query,) = [each["sql"] for each in asked.captured_queries if "payments_attempt" in each["sql"]]
        cursor.execute("EXPLAIN " + query)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "attempt_declined_last4" in plan, plan
    assert "Sort" not in plan, plan
