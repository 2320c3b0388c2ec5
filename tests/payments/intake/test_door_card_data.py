"""The door keeps no card data, whoever sends it and wherever it stands: in bodies, ids, types, addresses, evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from payments.intake.models import DeliveryRefusal, InboxDelivery
from tests.payments.intake.doors import as_bytes, charge, deliver, forget_doors, provider_with_door

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stripe(db: None) -> Iterator[Any]:
    """A provider that signs."""
    yield provider_with_door("stripe", "stripe")
    forget_doors()


def test_a_card_number_in_an_address_or_a_type_is_not_kept() -> None:
    """Both may be anybody's: nobody signs the events of Toss Payments."""
    provider_with_door("toss", "toss")
    assert deliver(b"{}", "4111111111111111").status_code == 404
    assert DeliveryRefusal.objects.get().provider_code == "[card …1111]"
    assert deliver(as_bytes({"eventType": "PAID 4111 1111 1111 1111", "data": {}}), "toss").status_code == 200
    assert InboxDelivery.objects.get().event_type == "PAID [card …1111]"


def test_a_card_number_as_an_id_in_what_nobody_signed_is_not_kept() -> None:
    provider_with_door("toss", "toss")
    for name in ("paymentKey", "orderId"):
        data = {"paymentKey": "tviva20260701", "orderId": "A-1"} | {name: "4111111111111111"}
        assert deliver(as_bytes({"eventType": "PAYMENT_STATUS_CHANGED", "data": data}), "toss").status_code == 200
    for kept in InboxDelivery.objects.all():
        told = bytes(kept.body).decode() + kept.hinted_reference + kept.hinted_order + kept.event_id
        assert "4111111111111111" not in told
        assert "[card …1111]" in told


def test_security_codes_are_kept_neither_signed_nor_forged() -> None:
    body = as_bytes(charge(1, description="paid by telephone, cvv 123", additionalData={"cvc": "737"}))
    assert deliver(body).status_code == 200
    assert deliver(body, header="t=1,v1=00").status_code in (400, 401)
    for kept in (bytes(InboxDelivery.objects.get().body), bytes(DeliveryRefusal.objects.get().sample)):
        assert b"cvv [code]" in kept
        assert b'"cvc": "[code]"' in kept
