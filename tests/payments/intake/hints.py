"""Hints as Toss Payments sends them, or somebody in its name: unsigned deliveries that name a payment."""

from __future__ import annotations

from typing import Any, Final

from payments.intake.models import InboxDelivery
from tests.payments.intake.doors import as_bytes, deliver
from tests.payments.providers.events.servers import Server

API_SECRET: Final = "test_sk"


def hint(key: str = "pk1", kind: str = "PAYMENT_STATUS_CHANGED", **data: Any) -> None:
    """An unsigned delivery that names a payment; whatever else it says is believed by nobody."""
    facts = {"paymentKey": key, "orderId": "order-1", "status": "DONE", "totalAmount": 99, **data}
    body = as_bytes({"eventType": kind, "createdAt": "2026-07-31T12:00:01", "data": facts})
    assert deliver(body, "toss", header="").status_code == 200


def later() -> None:
    """Every pause is over."""
    InboxDelivery.objects.update(next_try_at=None)


def asked_for(server: Server) -> list[str]:
    """The payments and orders that were asked for, in their order."""
    return [each.path.rpartition("/")[2] for each in server.asked]


def strangers(count: int, **data: Any) -> list[str]:
    """Hints at payments that nobody made; their keys."""
    known = InboxDelivery.objects.count()
    keys = [f"forged-{number}" for number in range(known, known + count)]
    for key in keys:
        hint(key, **{"orderId": f"of-{key}", **data})
    return keys
