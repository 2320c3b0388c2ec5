"""Bodies as the providers send them, whole and changed, and what is short to say of their events."""

from __future__ import annotations

import json
from typing import Any

from payments.facts import NeutralEvent
from payments.providers.events import EVENT_ADAPTERS, ProviderTerms

TERMS = ProviderTerms("psp", "Europe/Amsterdam", ("EUR",))
MADE = 1785466800
CARD = "4111111111111111"


def charge(**changed: Any) -> dict[str, Any]:
    return {
        "id": "ch_1", "object": "charge", "amount": 1000, "amount_captured": 1000, "amount_refunded": 0, "currency": "eur",
        "created": MADE, "captured": True, "status": "succeeded", "payment_intent": "pi_1",
        "metadata": {"order_id": "A-1", "customer_id": "C-9"}, "outcome": {"type": "authorized", "reason": None},
        "payment_method_details": {
            "type": "card",
            "card": {
                "brand": "visa", "last4": "4242", "fingerprint": "Xt5EWLLDS7FJjR1c", "iin": "424242",
                "installments": {"plan": {"count": 3}}, "three_d_secure": {"result": "authenticated"},
            },
        },
        **changed,
    }  # fmt: skip


def intent(**changed: Any) -> dict[str, Any]:
    return {
        "id": "pi_1", "object": "payment_intent", "amount": 1000, "amount_received": 1000, "amount_capturable": 0,
        "currency": "eur", "created": MADE, "status": "succeeded", "latest_charge": "ch_1",
        "metadata": {"order_id": "A-1"}, **changed,
    }  # fmt: skip


def refund(**changed: Any) -> dict[str, Any]:
    return {
        "id": "re_1", "object": "refund", "amount": 400, "currency": "eur", "created": MADE, "status": "succeeded",
        "charge": "ch_1", "payment_intent": "pi_1", "reason": "requested_by_customer", "metadata": {}, **changed,
    }  # fmt: skip


def dispute(**changed: Any) -> dict[str, Any]:
    return {
        "id": "dp_1", "object": "dispute", "amount": 1000, "currency": "eur", "charge": "ch_1", "payment_intent": "pi_1",
        "reason": "fraudulent", "status": "needs_response", "metadata": {}, **changed,
    }  # fmt: skip


def warning(**changed: Any) -> dict[str, Any]:
    return {
        "id": "issfr_1", "object": "radar.early_fraud_warning", "actionable": True, "charge": "ch_1",
        "payment_intent": "pi_1", "created": MADE, "fraud_type": "made_with_stolen_card", "livemode": True, **changed,
    }  # fmt: skip


def stripe(event_type: str, subject: dict[str, Any]) -> tuple[NeutralEvent, ...]:
    event = {"id": "evt_1", "object": "event", "type": event_type, "created": MADE + 5, "data": {"object": subject}}
    return EVENT_ADAPTERS["stripe"].translate(json.dumps(event).encode(), TERMS)


VOUCHER = {"type": "konbini_display_details", "konbini_display_details": {"expires_at": MADE + 86400}}
ERROR = {"code": "card_declined", "decline_code": "insufficient_funds", "message": "no", "charge": "ch_1"}


def adyen(code: str, terms: ProviderTerms = TERMS, **changed: Any) -> tuple[NeutralEvent, ...]:
    item = {
        "pspReference": "M1", "originalReference": "" if code == "AUTHORISATION" else "P1", "merchantReference": "A-1",
        "merchantAccountCode": "acct", "amount": {"currency": "EUR", "value": 1130}, "eventCode": code,
        "eventDate": "2026-07-31T05:00:00+02:00", "success": "true", "paymentMethod": "visa", "reason": "",
        **changed,
    }  # fmt: skip
    return EVENT_ADAPTERS["adyen"].translate(json.dumps(item).encode(), terms)


def standard(**changed: Any) -> tuple[NeutralEvent, ...]:
    event = {"id": "e1", "type": "capture.succeeded", "timestamp": "2026-07-31T12:00:00+09:00",
             "data": {"merchant_reference": "A-1", "provider_key": "k1", "amount": 1000, "currency": "KRW"}}  # fmt: skip
    return EVENT_ADAPTERS["standard_webhooks"].translate(json.dumps({**event, **changed}).encode(), TERMS)


def portone(**changed: Any) -> dict[str, Any]:
    return {
        "status": "PAID", "id": "order-1", "transactionId": "tx1", "pgTxId": "pg1", "currency": "KRW",
        "requestedAt": "2026-07-31T02:59:00Z", "statusChangedAt": "2026-07-31T03:00:00.5Z", "paidAt": "2026-07-31T03:00:00Z",
        "amount": {"total": 10000, "paid": 10000, "cancelled": 0},
        "method": {"type": "PaymentMethodEasyPay", "easyPayMethod": {"type": "PaymentMethodCard", "card": {
            "brand": "MASTER", "bin": "55210012", "number": "55210012****1234"}, "installment": {"month": 2}}},
        **changed,
    }  # fmt: skip


TOSS = {"paymentKey": "pk", "orderId": "o", "status": "PARTIAL_CANCELED", "currency": "USD", "totalAmount": 10.5, "method": "카드",
        "lastTransactionKey": "t2", "requestedAt": "2026-07-31T12:00:00+09:00", "approvedAt": "2026-07-31T12:00:00+09:00",
        "card": {"number": "43301234****1234", "installmentPlanMonths": 0}, "easyPay": {"provider": "토스페이"},
        "cancels": [{"transactionKey": "t2", "cancelAmount": 1.25, "canceledAt": "2026-07-31T12:00:00+09:00"}]}  # fmt: skip


def brief(events: tuple[NeutralEvent, ...]) -> list[tuple[str, int | None, str, str]]:
    return [(event.kind.value, event.amount, event.provider_key, event.attempt_reference) for event in events]
