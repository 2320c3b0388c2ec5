"""Posting movements of our own ledger: what is known is skipped, what contradicts it refuses the file."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from payments.ledger.models import Movement, MovementBatch
from payments.settlement.services import imports
from tests.payments.settlement.arrivals import Desk, adyen, problems, staged_rows

pytestmark = pytest.mark.django_db

HEADER = "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
FIRST = "m1,881,88,order-1,capture,12.34,EUR,2026-07-01T23:30:00+02:00,visa\n"
SECOND = "m2,,88,order-1,refund,2.00,EUR,2026-07-01T22:30:00Z,visa\n"
THIRD = "m3,883,88,order-3,capture,1000,KRW,2026-07-02T09:00:00+09:00,카드\n"


def test_movements_are_posted_with_signed_amounts_and_business_dates(desk: Desk) -> None:
    taken = desk.take(adyen(), HEADER + FIRST + SECOND + THIRD, kind="movements")

    assert (taken.state, taken.line_count, taken.summary["posted"]) == (
        "posted",
        3,
        {"posted_count": 3, "known_count": 0},
    )
    rows = Movement.objects.order_by("movement_key").values_list(
        "movement_key", "kind", "amount", "currency", "occurred_on"
    )
    assert list(rows) == [
        ("m1", 1, 1234, "EUR", date(2026, 7, 1)),
        ("m2", 2, -200, "EUR", date(2026, 7, 2)),
        ("m3", 1, 1000, "KRW", date(2026, 7, 2)),
    ]
    first = Movement.objects.get(movement_key="m1")
    assert (first.provider_key, first.payment_reference, first.merchant_reference) == ("881", "88", "order-1")
    assert (first.method, first.occurred_at) == ("visa", datetime(2026, 7, 1, 21, 30, tzinfo=UTC))
    batch = MovementBatch.objects.get()
    assert (batch.movement_count, batch.reconciled_at, batch.source) == (3, None, "report.csv")
    assert staged_rows() == 0


def test_an_overlapping_export_adds_only_what_is_new(desk: Desk) -> None:
    provider = adyen()
    desk.take(provider, HEADER + FIRST + SECOND, "a.csv", kind="movements")
    taken = desk.take(provider, HEADER + SECOND + THIRD, "b.csv", kind="movements")

    assert (taken.state, taken.summary["posted"]) == ("posted", {"posted_count": 1, "known_count": 1})
    assert Movement.objects.count() == 3
    assert list(MovementBatch.objects.order_by("pk").values_list("movement_count", flat=True)) == [2, 1]


def test_an_export_of_known_movements_makes_no_batch(desk: Desk) -> None:
    provider = adyen()
    desk.take(provider, HEADER + FIRST + SECOND, "a.csv", kind="movements")
    taken = desk.take(provider, HEADER + SECOND, "b.csv", kind="movements")

    assert (taken.state, MovementBatch.objects.count()) == ("posted", 1)


@pytest.mark.parametrize(
    ("before", "after", "field", "known"),
    [
        ("12.34", "12.35", "amount", "1234"),
        ("capture", "chargeback_reversal", "kind", "1"),
        ("881", "882", "provider_key", "881"),
        ("order-1", "order-9", "merchant_reference", "order-1"),
        ("visa", "mc", "method", "visa"),
    ],
)
def test_a_known_movement_with_other_content_refuses_the_file(
    desk: Desk, before: str, after: str, field: str, known: str
) -> None:
    provider = adyen()
    desk.take(provider, HEADER + FIRST, "a.csv", kind="movements")
    taken = desk.take(provider, HEADER + THIRD + FIRST.replace(before, after), "b.csv", kind="movements")

    assert taken.state == "rejected"
    [(line, where, message)] = problems(taken)
    assert (line, where) == (3, field)
    assert f"is known with another {field}: {known}." in message
    assert Movement.objects.count() == 1
    assert staged_rows() == 0


def test_a_preview_knows_that_a_file_contradicts_the_books(desk: Desk) -> None:
    provider = adyen()
    desk.take(provider, HEADER + FIRST, "a.csv", kind="movements")
    received = desk.receive(provider, HEADER + FIRST.replace("12.34", "99.99"), "b.csv", kind="movements")
    seen = imports.advance(received.pk)
    assert (seen.state, [(line, field) for line, field, _ in problems(seen)]) == ("rejected", [(2, "amount")])
    assert staged_rows() == 0


def test_a_movement_twice_in_one_file_is_one_movement(desk: Desk) -> None:
    taken = desk.take(adyen(), HEADER + FIRST + FIRST, kind="movements")
    assert (taken.state, taken.summary["posted"]) == ("posted", {"posted_count": 1, "known_count": 1})


def test_a_movement_twice_in_one_file_with_other_content_is_refused(desk: Desk) -> None:
    taken = desk.take(adyen(), HEADER + FIRST + FIRST.replace("12.34", "12.35"), kind="movements")
    assert taken.state == "rejected"
    assert [(line, field) for line, field, _ in problems(taken)] == [(3, "amount")]
    assert Movement.objects.count() == MovementBatch.objects.count() == 0


def test_two_providers_may_use_the_same_keys(desk: Desk) -> None:
    desk.take(adyen("first"), HEADER + FIRST, kind="movements")
    desk.take(adyen("second"), HEADER + FIRST.replace("12.34", "99.99"), kind="movements")
    assert sorted(Movement.objects.values_list("amount", flat=True)) == [1234, 9999]
