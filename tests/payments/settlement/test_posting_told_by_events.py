"""Events and exports tell of the same money: each movement is posted once, whichever comes first."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from payments.facts import EventKind, NeutralEvent
from payments.ledger.models import Movement, MovementBatch
from payments.ledger.services.record import record
from payments.methods.models import Provider
from payments.settlement.posting import movements as posting
from tests.payments.ledger.telling import tell
from tests.payments.settlement.arrivals import Desk, adyen

pytestmark = pytest.mark.django_db

HEADER = "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
KEYED = "MV-1,881,88,order-1,capture,12.34,EUR,2026-07-01T14:00:00+02:00,card\n"
REFUNDED = "MV-2,881,88,order-1,refund,12.34,EUR,2026-07-02T14:00:00+02:00,card\n"
LONG = "MV-" + "9" * 70


@pytest.fixture
def provider() -> Provider:
    return adyen(event_adapter="adyen")


def by_provider(kind: EventKind, key: str, minute: int = 0) -> NeutralEvent:
    return tell(
        kind, minute, provider="adyen", provider_key=key, attempt_reference="88", amount=1234, currency="EUR",
        merchant_reference="order-1",
    )  # fmt: skip


def by_shop(name: str, **values: Any) -> NeutralEvent:
    facts: dict[str, Any] = {"provider": "konbini", "amount": 1234, "currency": "EUR", "merchant_reference": "order-1"}
    return tell(EventKind.CAPTURED, by_shop=True, source_event_id=name, **(facts | values))


def told(*events: NeutralEvent) -> int:
    with transaction.atomic():
        return record(events).posted


def test_what_an_event_posted_an_export_does_not_post_again(desk: Desk, provider: Provider) -> None:
    assert told(by_provider(EventKind.CAPTURED, "881")) == 1
    taken = desk.take(provider, HEADER + KEYED + REFUNDED, kind="movements")

    # The refund has the key of its capture, as some providers do it, and is another movement all the same.
    assert taken.summary["posted"] == {"posted_count": 1, "known_count": 1}
    assert list(Movement.objects.order_by("pk").values_list("movement_key", "kind")) == [
        ("capture:881", 1),
        ("MV-2", 2),
    ]


def test_what_an_export_posted_an_event_does_not_post_again(desk: Desk, provider: Provider) -> None:
    desk.take(provider, HEADER + KEYED, kind="movements")
    assert told(by_provider(EventKind.CAPTURED, "881"), by_provider(EventKind.REFUNDED, "881", 5)) == 1
    assert list(Movement.objects.order_by("pk").values_list("movement_key", "kind")) == [
        ("MV-1", 1), ("refund:881", 2),
    ]  # fmt: skip


def test_the_same_key_at_another_provider_is_another_movement(desk: Desk, provider: Provider) -> None:
    told(by_provider(EventKind.CAPTURED, "881"))
    taken = desk.take(adyen("other", event_adapter="adyen"), HEADER + KEYED, kind="movements")
    assert taken.summary["posted"]["posted_count"] == 1


@pytest.mark.parametrize("name", ["MV-1", LONG])
def test_without_a_providers_key_the_shops_name_counts(desk: Desk, name: str) -> None:
    konbini = adyen("konbini")
    row = KEYED.replace("MV-1,881", f"{name},")
    assert told(by_shop(name)) == 1
    assert desk.take(konbini, HEADER + row, kind="movements").summary["posted"]["known_count"] == 1
    assert Movement.objects.count() == 1


@pytest.mark.parametrize("name", ["MV-1", LONG])
def test_the_shops_name_counts_in_the_other_order_too(desk: Desk, name: str) -> None:
    konbini = adyen("konbini")
    desk.take(konbini, HEADER + KEYED.replace("MV-1,881", f"{name},"), kind="movements")
    assert told(by_shop(name)) == 0
    assert told(by_shop("another")) == 1


def test_two_movements_under_one_key_in_an_export_stay_two(desk: Desk, provider: Provider) -> None:
    told(by_provider(EventKind.CAPTURED, "1"))
    desk.take(provider, HEADER + KEYED + KEYED.replace("MV-1", "MV-7"), kind="movements")
    again = desk.take(provider, HEADER + KEYED.replace("MV-1", "MV-8"), "b.csv", kind="movements")
    assert again.summary["posted"]["posted_count"] == 1


def test_a_provider_without_events_is_not_looked_up(desk: Desk, provider: Provider) -> None:
    with CaptureQueriesContext(
        connection,
    ) as without:
        desk.take(provider, HEADER + KEYED, kind="movements")
    told(by_provider(EventKind.CAPTURED, "5"))
    with CaptureQueriesContext(connection) as beside:
        desk.take(provider, HEADER + KEYED.replace("MV-1,881", "MV-9,889"), "b.csv", kind="movements")
    assert not [one for one in without.captured_queries if "'shop'" in one["sql"] or ":shop:" in one["sql"]]
    assert [one for one in beside.captured_queries if ":shop:" in one["sql"]]
    assert MovementBatch.objects.count() == 3


def test_what_is_known_is_found_by_index(provider: Provider) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_movement (provider_id, batch_id, movement_key, provider_key, payment_reference,"
            " merchant_reference, kind, amount, currency, occurred_at, occurred_on, method)"
            " SELECT %s, 1, 'm' || n, 'k' || n, '', '', 1, 1, 'EUR', now(), now()::date, ''"
            " FROM generate_series(1, 20000) AS n",
            [provider.pk],
        )
        cursor.execute("ANALYZE payments_movement")
        cursor.execute("EXPLAIN " + posting.INSERT_UNTOLD, {"import": 1, "provider": provider.pk, "batch": 1})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan on payments_movement" not in plan
