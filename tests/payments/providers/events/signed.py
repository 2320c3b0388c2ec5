"""Deliveries signed as the providers' own libraries sign them."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import Adyen.util
import standardwebhooks
import stripe

from payments.providers.events import RawDelivery

NOW = datetime(2026, 7, 31, 3, 0, 0, tzinfo=UTC)
STRIPE_SECRET = "whsec_stripe_test_secret"
ADYEN_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOSS_KEY = "a" * 64
STRIPE_BODY = b'{"id":"evt_1","type":"charge.succeeded","created":1785466800,"data":{"object":{}}}'
STANDARD_BODY = '{"id":"e1","type":"capture.succeeded","timestamp":"2026-07-31T03:00:00Z","data":{}}'
PAYOUT = b'{"eventType":"payout.changed","createdAt":"2026-07-31T12:00:00+09:00","entityBody":{}}'
ITEM: dict[str, Any] = {
    "pspReference": "8515131751004933",
    "merchantAccountCode": "TestMerchant",
    "merchantReference": "A:1",
    "amount": {"currency": "EUR", "value": 1130},
    "eventCode": "AUTHORISATION",
    "eventDate": "2026-07-31T05:00:00+02:00",
    "success": "true",
}


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def stripe_delivery(body: bytes = STRIPE_BODY, secret: str = STRIPE_SECRET, at: datetime = NOW) -> RawDelivery:
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, seconds(at))
    return RawDelivery({"stripe-signature": header}, body)


def standard_delivery(body: str = STANDARD_BODY, secret: str = STANDARD_SECRET, at: datetime = NOW) -> RawDelivery:
    signature = standardwebhooks.Webhook(secret).sign("msg_1", at, body)
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(seconds(at)), "webhook-signature": signature}
    return RawDelivery(headers, body.encode())


def adyen_item(item: dict[str, Any] = ITEM, key: str = ADYEN_KEY) -> dict[str, Any]:
    signed = copy.deepcopy(item)
    signature = Adyen.util.generate_notification_sig(item, key).decode()
    signed.setdefault("additionalData", {})["hmacSignature"] = signature
    return signed


def adyen_delivery(*items: dict[str, Any]) -> RawDelivery:
    body = {"live": "false", "notificationItems": [{"NotificationRequestItem": item} for item in items]}
    return RawDelivery({}, json.dumps(body).encode())


def portone_delivery(at: datetime = NOW) -> RawDelivery:
    return standard_delivery('{"type":"Transaction.Paid","data":{"paymentId":"p"}}', at=at)


def toss_delivery(body: bytes = PAYOUT, at: datetime = NOW, key: str = TOSS_KEY) -> RawDelivery:
    # Toss publishes no library; this is its description, https://docs.tosspayments.com/reference/using-api/webhook-events
    sent = at.isoformat()
    signature = hmac.new(key.encode(), body + b":" + sent.encode(), hashlib.sha256).digest()
    wrong = base64.b64encode(bytes(32)).decode()
    return RawDelivery(
        {
            "tosspayments-webhook-signature": f"v1:{wrong},v1:{base64.b64encode(signature).decode()}",
            "tosspayments-webhook-transmission-time": sent,
        },
        body,
    )


SIGNED: dict[str, tuple[Callable[..., RawDelivery], str]] = {
    "stripe": (stripe_delivery, STRIPE_SECRET),
    "standard_webhooks": (standard_delivery, STANDARD_SECRET),
    "portone": (portone_delivery, STANDARD_SECRET),
    "toss": (toss_delivery, TOSS_KEY),
}
