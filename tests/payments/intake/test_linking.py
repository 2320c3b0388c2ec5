"""A payment and what was delivered of it find each other, however a provider names its events."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.staff.roles import Role
from payments.intake.inbox.page import deliveries_of, payments_told_of
from payments.intake.models import InboxDelivery
from payments.intake.services.drain import drain
from payments.intake.services.reading_back import read_back
from payments.ledger.models import Payment
from payments.ledger.selectors.payment_page import find_payment, payment_detail
from payments.methods.models import Provider, SecretPurpose
from payments.methods.services import secrets
from tests.cast import person
from tests.payments.intake.doors import charge, deliver, event, give, provider_with_door
from tests.payments.intake.hints import hint, later
from tests.payments.providers.events.bodies import portone
from tests.payments.providers.events.servers import Asked, serving
from tests.payments.providers.events.signed import STANDARD_SECRET, standard_delivery
from tests.payments.providers.events.test_toss_client import Toss

pytestmark = pytest.mark.django_db


def linked() -> tuple[InboxDelivery, ...]:
    """The deliveries of the one payment, each of which must lead back to it."""
    payment = Payment.objects.get()
    found = deliveries_of(payment_detail(find_payment(payment.merchant_reference)))
    assert [payments_told_of(each) for each in found] == [(payment,)] * len(found)
    return found


def intent(status: str, **facts: Any) -> dict[str, Any]:
    """A payment intent of Stripe's."""
    return {
        "id": f"pi_{1:024}", "object": "payment_intent", "status": status, "amount": 1001, "amount_capturable": 1001,
        "currency": "krw", "created": 1782900000, "metadata": {"merchant_reference": "order-1"},
        "latest_charge": f"ch_{1:024}",
    } | facts  # fmt: skip


def test_every_event_of_an_intent_is_linked() -> None:
    provider_with_door("stripe", "stripe")
    error = {"code": "card_declined", "decline_code": "do_not_honor", "charge": f"ch_{2:024}"}
    give(
        event("payment_intent.payment_failed", intent("requires_payment_method", last_payment_error=error), 1),
        event("payment_intent.amount_capturable_updated", intent("requires_capture"), 2),
        charge(1),
    )
    drain()
    assert len(linked()) == 3


@pytest.mark.usefixtures("with_key")
def test_what_was_read_back_is_linked_by_what_was_asked(client: Client) -> None:
    hint()
    deposit = {"eventType": "DEPOSIT_CALLBACK", "orderId": "order-1", "secret": "s", "status": "DONE"}
    assert deliver(json.dumps(deposit).encode(), "toss", header="").status_code == 200
    read_back()
    rows = linked()
    assert [each.event_type for each in rows] == ["PAYMENT_STATUS_CHANGED", "DEPOSIT_CALLBACK"]
    client.force_login(person(Role.PAYMENT_ADMIN))
    page = client.get("/payments/order-1/").content.decode()
    assert "As it was delivered" in page
    assert reverse("inbox:delivery", args=[rows[0].pk]) in page
    assert "/payments/order-1/" in client.get(reverse("inbox:delivery", args=[rows[1].pk])).content.decode()


@pytest.mark.usefixtures("with_key")
def test_a_hint_that_nobody_confirmed_is_not_linked(fake: Toss) -> None:
    hint()
    read_back()
    fake.trouble = ["404"]
    hint(totalAmount=7)
    later()
    read_back()
    assert len(linked()) == 1
    assert payments_told_of(InboxDelivery.objects.latest("id")) == ()


def signed(body: dict[str, Any], code: str) -> None:
    """A delivery by the Standard Webhooks scheme, whose id is not that of the event."""
    made = standard_delivery(json.dumps(body), at=datetime.now(UTC))
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in made.headers.items()}
    assert deliver(made.body, code, header="", **headers).status_code == 200


def test_a_standard_webhook_is_linked_though_its_event_has_an_id_of_its_own() -> None:
    provider_with_door("house", "standard_webhooks", secret=STANDARD_SECRET)
    data = {"merchant_reference": "A", "provider_key": "k", "amount": 5, "currency": "KRW"}
    signed({"id": "e1", "type": "capture.succeeded", "timestamp": "2026-07-31T03:00:00Z", "data": data}, "house")
    drain()
    (row,) = linked()
    assert (row.event_id, row.hinted_reference) == ("msg_1", "e1")


def test_portone_is_linked_by_the_payment_that_was_read() -> None:
    provider = provider_with_door("portone", "portone", secret=STANDARD_SECRET, currencies=["KRW"])

    def answer(asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        return 200, json.dumps(portone()).encode(), {}

    with serving(answer) as server:
        secrets.add(provider, SecretPurpose.API, "secret", by=None)
        Provider.objects.filter(pk=provider.pk).update(api_address=server.address)
        signed({"type": "Transaction.Paid", "timestamp": "2026-07-31T03:00:00Z", "data": {"paymentId": "order-1"}},
               "portone")  # fmt: skip
        read_back()
    (row,) = linked()
    assert row.hinted_reference == "order-1"


def test_deliveries_are_found_by_indexes() -> None:
    provider = provider_with_door("stripe", "stripe")
    give(charge(1))
    drain()
    InboxDelivery.objects.bulk_create(
        InboxDelivery(provider=provider, event_id=f"x{n}", hinted_reference=f"y{n}", body=b"{}", state="done")
        for n in range(5_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE payments_inboxdelivery")
        detail = payment_detail(find_payment("order-1"))
        with CaptureQueriesContext(connection) as asked:
            deliveries_of(detail)
        (query,) = asked.captured_queries
        cursor.execute("EXPLAIN " + query["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "delivery_of_hint" in plan, plan
    assert "Seq Scan on payments_inboxdelivery" not in plan, plan
