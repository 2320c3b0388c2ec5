"""Things people work with that the simulated merchant does not bring: an act, a key, an endpoint and its delivery."""

from __future__ import annotations

from config.staff.models import User
from payments.acts.models import ActKind, ActState, PaymentAct
from payments.intake.models import ApiKey
from payments.intake.services.keys import NewKey, issue
from payments.ledger.models import Payment
from payments.notices.models import WebhookDelivery, WebhookEndpoint, WebhookMessage
from payments.vault import encrypt


def an_act(author: User) -> PaymentAct:
    """A refund that waits for a second person."""
    payment = Payment.objects.filter(captured__gt=0, provider__isnull=False).latest("pk")
    assert payment.provider is not None
    made, _ = PaymentAct.objects.get_or_create(
        payment=payment,
        kind=ActKind.REFUND,
        defaults={
            "provider": payment.provider, "attempt_reference": "pay-1", "amount": 1, "currency": payment.currency,
            "reason": "파손", "requested_by": author, "state": ActState.AWAITING_APPROVAL,
        },
    )  # fmt: skip
    return made


def a_key() -> ApiKey:
    """A key of the shop's checkout."""
    found = ApiKey.objects.filter(name="Checkout").first()
    return found or issue(NewKey("Checkout", ["checkouts:write"], ["203.0.113.0/24"]), by=None).key


def an_endpoint() -> WebhookEndpoint:
    """An address of the shop that was told something and did not answer."""
    made, _ = WebhookEndpoint.objects.get_or_create(
        url="https://shop.example/jeongsan", defaults={"description": "Shop", "secret": encrypt(b"whsec_c2VjcmV0")}
    )
    return made


def a_delivery() -> WebhookDelivery:
    """A message that was not taken yet."""
    endpoint = an_endpoint()
    found = WebhookDelivery.objects.filter(endpoint=endpoint).first()
    if found is not None:
        return found
    message = WebhookMessage.objects.create(kind="payment.changed", payload={"reference": "A-1", "status": "captured"})
    return WebhookDelivery.objects.create(message=message, endpoint=endpoint, tries=2, status_code=503, error="503")
