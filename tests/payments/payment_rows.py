"""Valid rows and attacks for payments as they happen: events, inbox, acts, notices and keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from django.db import models

from config.staff.models import User
from payments import models as rows

NOON: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)
Maker = Callable[..., Callable[[], Any]]
LOWER: Final = {"currency": "krw"}
Valid = dict[type[models.Model], Callable[[int], dict[str, Any]]]


def payment_rows(one: Maker) -> Valid:
    """One valid row of every model; `one` makes the row of another model when it is used."""
    return told_rows(one) | working_rows(one)


def told_rows(one: Maker) -> Valid:
    """What is told of payments."""
    return {
        rows.Payment: lambda n: {
            "checkout": one(rows.Checkout), "merchant_reference": f"order-{n}", "amount": 0, "currency": "KRW",
            "status": "created", "created_at": NOON, "changed_at": NOON,
        },
        rows.Attempt: lambda n: {
            "payment": one(rows.Payment), "attempt_key": f"toss/{n}", "provider": one(rows.Provider),
            "method": one(rows.PaymentMethod), "status": "failed", "requested_at": NOON, "bin": "12345678",
            "last4": "0000", "result": "declined.soft",
        },
        rows.PaymentEvent: lambda n: {
            "payment": one(rows.Payment), "source": "provider:toss", "source_event_id": str(n),
            "kind": "capture.succeeded", "occurred_at": NOON, "digest": b"0" * 16,
        },
        rows.EventContradiction: lambda n: {
            "payment": one(rows.Payment), "source": "provider:toss", "source_event_id": str(n), "digest": b"1" * 16,
        },
        rows.PaymentReference: lambda n: {
            "provider": one(rows.Provider), "reference": f"pi_{n}", "payment": one(rows.Payment),
        },
        rows.Refund: lambda n: {
            "payment": one(rows.Payment), "refund_key": f"toss/r{n}", "status": "requested", "amount": 1,
            "requested_at": NOON,
        },
    }  # fmt: skip


def working_rows(one: Maker) -> Valid:
    """What people and machines work with."""
    return {
        rows.ProviderSecret: lambda n: {
            "provider": one(rows.Provider), "purpose": "webhook", "ciphertext": b"secret", "hint": "cret",
        },
        rows.ApprovalLimit: lambda n: {"verb": f"refund-{n}", "currency": "KRW", "limit_minor": 0},
        rows.InboxDelivery: lambda n: {"provider": one(rows.Provider), "event_id": f"evt_{n}", "body": b"{}"},
        rows.DeliveryRefusal: lambda n: {"provider_code": f"psp-{n}", "reason": "stale", "hour_at": NOON, "sample": b""},
        rows.ApiKey: lambda n: {
            "name": "Shop", "prefix": f"jsk_{n}", "digest": b"2" * 32, "scopes": ["payments:read"],
        },
        rows.ApiKeyMinute: lambda n: {"key": one(rows.ApiKey), "minute": 29_715_840, "requests": 1},
        rows.ApiKeyUse: lambda n: {"key": one(rows.ApiKey), "last_used_at": NOON},
        rows.IdempotentWrite: lambda n: {
            "api_key": one(rows.ApiKey), "key": str(n), "fingerprint": b"3" * 32, "status_code": 201, "response": b"{}",
        },
        rows.PaymentAct: lambda n: {
            "payment": one(rows.Payment), "provider": one(rows.Provider), "attempt_reference": "pi_1", "kind": "refund",
            "amount": 1, "currency": "KRW", "requested_by": one(User), "state": "queued",
        },
        rows.Inquiry: lambda n: {
            "payment": one(rows.Payment), "provider": one(rows.Provider), "attempt_reference": f"pi_{n}",
        },
        rows.PaymentHold: lambda n: {
            "payment": one(rows.Payment), "effect": "capture_postponed", "reason": "review", "until": NOON,
            "at_deadline": "released",
        },
        rows.WebhookEndpoint: lambda n: {"url": f"https://shop.example/{n}", "secret": b"secret"},
        rows.SavedView: lambda n: {"person": one(User), "list_name": "payments", "name": f"view {n}"},
        rows.WebhookMessage: lambda n: {"kind": "payment.changed", "payload": {}},
        rows.WebhookDelivery: lambda n: {"message": one(rows.WebhookMessage), "endpoint": one(rows.WebhookEndpoint)},
    }  # fmt: skip


def payment_attacks(bad: Callable[..., Any], twice: Callable[..., Any]) -> dict[str, list[Any]]:
    """By constraint; `bad` is a row that breaks a rule, `twice` one that repeats what must be unique."""
    return attacks_on_what_is_told(bad, twice) | attacks_on_the_work(bad, twice)


def attacks_on_what_is_told(bad: Callable[..., Any], twice: Callable[..., Any]) -> dict[str, list[Any]]:
    """Of payments."""
    return {
        "payment_currency_is_iso": [bad(rows.Payment, LOWER)],
        "payment_status_is_known": [bad(rows.Payment, {"status": "paid"})],
        "payment_amounts_are_not_negative": [
            bad(rows.Payment, {name: -1}) for name in ("amount", "authorized", "captured", "refunded", "charged_back")
        ],
        "attempt_once_per_payment": [twice(rows.Attempt, ("payment", "attempt_key"))],
        "attempt_status_is_known": [bad(rows.Attempt, {"status": "paid"})],
        "attempt_result": [bad(rows.Attempt, {"result": "declined"})],
        "attempt_bin_is_no_card_number": [bad(rows.Attempt, {"bin": "1234 678"})],
        "attempt_last4_is_four_digits": [bad(rows.Attempt, {"last4": "12a4"})],
        "payment_event_once_per_source": [twice(rows.PaymentEvent, ("source", "source_event_id"))],
        "payment_event_is_named": [
            bad(rows.PaymentEvent, {"source": ""}), bad(rows.PaymentEvent, {"source_event_id": ""}),
        ],
        "payment_event_kind_is_known": [bad(rows.PaymentEvent, {"kind": "captured"})],
        "event_contradiction_once_per_content": [
            twice(rows.EventContradiction, ("source", "source_event_id", "digest")),
        ],
        "payment_reference_once_per_provider": [twice(rows.PaymentReference, ("provider", "reference"))],
        "refund_once_per_payment": [twice(rows.Refund, ("payment", "refund_key"))],
        "refund_amount_is_positive": [bad(rows.Refund, {"amount": 0})],
        "refund_status_is_known": [bad(rows.Refund, {"status": "paid"})],
        "dispute_once_per_provider": [twice(rows.Dispute, ("provider", "provider_reference"))],
        "dispute_currency_is_iso": [bad(rows.Dispute, LOWER)],
        "dispute_status_is_known": [bad(rows.Dispute, {"status": "sad"})],
    }  # fmt: skip


def attacks_on_the_work(bad: Callable[..., Any], twice: Callable[..., Any]) -> dict[str, list[Any]]:
    """Of people and machines."""
    return {
        "secret_purpose_is_known": [bad(rows.ProviderSecret, {"purpose": "gossip"})],
        "one_limit_per_verb_and_currency": [twice(rows.ApprovalLimit, ("verb", "currency"))],
        "approval_limit_is_not_negative": [bad(rows.ApprovalLimit, {"limit_minor": -1})],
        "approval_limit_currency_is_iso": [bad(rows.ApprovalLimit, LOWER)],
        "delivery_once_per_provider": [twice(rows.InboxDelivery, ("provider", "event_id"))],
        "delivery_is_named": [bad(rows.InboxDelivery, {"event_id": ""})],
        "delivery_state_is_known": [bad(rows.InboxDelivery, {"state": "lost"})],
        "parked_delivery_names_its_ids": [bad(rows.InboxDelivery, {"state": "parked"})],
        "unsigned_delivery_is_read_back": [bad(rows.InboxDelivery, {"is_verified": False})],
        "read_back_comes_before_draining": [bad(rows.InboxDelivery, {"needs_read_back": True})],
        "saved_view_once_per_name": [twice(rows.SavedView, ("person", "list_name", "name"))],
        "saved_view_has_a_name": [bad(rows.SavedView, {"name": ""})],
        "refusals_counted_per_hour": [twice(rows.DeliveryRefusal, ("provider_code", "reason", "hour_at"))],
        "refusal_reason_is_known": [bad(rows.DeliveryRefusal, {"reason": "mood"})],
        "api_key_has_a_scope": [bad(rows.ApiKey, {"scopes": []})],
        "idempotency_key_once_per_api_key": [twice(rows.IdempotentWrite, ("api_key", "key"))],
        "act_currency_is_iso": [bad(rows.PaymentAct, LOWER)],
        "act_amount_is_positive": [bad(rows.PaymentAct, {"amount": 0})],
        "act_kind_is_known": [bad(rows.PaymentAct, {"kind": "gift"})],
        "act_state_is_known": [bad(rows.PaymentAct, {"state": "lost"})],
        "act_has_an_author": [bad(rows.PaymentAct, {"requested_by": None})],
        "act_is_decided_by_another_person": [bad(rows.PaymentAct, {"requested_by": "ONE", "decided_by": "ONE"})],
        "one_open_hold_per_payment": [twice(rows.PaymentHold, ("payment",))],
        "hold_effect_is_known": [bad(rows.PaymentHold, {"effect": "frozen"})],
        "hold_knows_its_end": [bad(rows.PaymentHold, {"at_deadline": "forgotten"})],
        "ended_hold_says_how": [
            bad(rows.PaymentHold, {"ended_at": NOON}), bad(rows.PaymentHold, {"ending": "released"}),
            bad(rows.PaymentHold, {"ended_at": NOON, "ending": "lost"}),
        ],
        "inquiry_once_per_attempt": [twice(rows.Inquiry, ("provider", "attempt_reference"))],
        "message_once_per_endpoint": [twice(rows.WebhookDelivery, ("message", "endpoint"))],
    }  # fmt: skip
