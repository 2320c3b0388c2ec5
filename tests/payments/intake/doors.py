"""Deliveries as providers send them, signed with a secret that the door knows, and the door itself."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any, Final

from django.test import Client

from payments.intake import doors
from payments.intake.models import InboxDelivery
from payments.methods.models import Provider, SecretPurpose
from payments.methods.services import secrets
from tests.payments.valid_rows import row

SECRET: Final = "whsec_of_the_tests_0001"
OTHER_SECRET: Final = "whsec_of_somebody_else_2"


def provider_with_door(code: str, adapter: str, secret: str = SECRET, **fields: Any) -> Provider:
    """A provider whose deliveries are taken at /webhooks/<code>/."""
    found: Provider = row(Provider, code=code, event_adapter=adapter, **fields)
    if secret:
        secrets.add(found, SecretPurpose.WEBHOOK, secret, by=None)
    forget_doors()
    return found


def forget_doors() -> None:
    """Let the next delivery look the doors up anew."""
    doors._known = doors._Known({}, 0.0)


def charge(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A Stripe event: a charge that was captured at once."""
    facts = {
        "id": f"ch_{number:024}", "object": "charge", "amount": 1000 + number, "amount_captured": 1000 + number,
        "amount_refunded": 0, "currency": "krw", "created": 1782900000 + number, "captured": True, "paid": True,
        "status": "succeeded", "payment_intent": f"pi_{number:024}", "balance_transaction": f"txn_{number:024}",
        "metadata": {"merchant_reference": f"order-{number}"}, "refunded": False, "disputed": False,
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
    }  # fmt: skip
    return event("charge.succeeded", facts | changes, number)


def event(kind: str, facts: dict[str, Any], number: int) -> dict[str, Any]:
    """A Stripe event about an object."""
    return {
        "id": f"evt_{kind}_{number:016}", "object": "event", "api_version": "2025-09-30", "created": 1782900000 + number,
        "type": kind, "livemode": True, "data": {"object": facts},
    }  # fmt: skip


def as_bytes(value: dict[str, Any]) -> bytes:
    """As it goes over the wire."""
    return json.dumps(value).encode()


def signature(body: bytes, secret: str = SECRET, at: float | None = None) -> str:
    """Stripe's header, made by hand: the tests of the slices hold it against Stripe's own library."""
    second = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), f"{second}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={second},v1={digest}"


def deliver(body: bytes, code: str = "stripe", header: str | None = None, **extra: Any) -> Any:
    """Send a body to the door, signed unless another header is given."""
    headers = {"stripe-signature": signature(body) if header is None else header}
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/webhooks/{code}/", body, content_type="application/json", headers=headers, **extra)


def give(*bodies: dict[str, Any]) -> None:
    """Deliver events, each signed."""
    for body in bodies:
        assert deliver(as_bytes(body)).status_code == 200


def states() -> list[str]:
    """Of all deliveries, in the order of their arrival."""
    return list(InboxDelivery.objects.order_by("id").values_list("state", flat=True))


def dispute(number: int) -> dict[str, Any]:
    """A dispute, which names its payment by the charge only."""
    facts = {
        "id": f"du_{number:024}", "object": "dispute", "amount": 1000 + number, "currency": "krw",
        "charge": f"ch_{number:024}", "payment_intent": f"pi_{number:024}", "reason": "fraudulent",
        "status": "needs_response", "created": 1782990000 + number, "metadata": {},
    }  # fmt: skip
    return event("charge.dispute.created", facts, number)
