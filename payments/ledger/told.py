"""The rows of payments as the merchant API tells them: each a dict by the API's own names, without model instances."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from payments.ledger.models import (
    Attempt,
    Checkout,
    CheckoutStep,
    Customer,
    Dispute,
    Movement,
    OrderLine,
    Payment,
    PaymentEvent,
    Refund,
)

Rows = QuerySet[Any, Any]


def payments_told(payments: QuerySet[Payment] | None = None) -> Rows:
    """Payments with the codes of provider and method and the shop's id of the customer."""
    return _of(Payment, payments).values(
        "id", "merchant_reference", "amount", "currency", "status", "authorized", "captured", "refunded",
        "charged_back", "is_conflicting", "conflicts", "last4", "attempt_count", "created_at", "changed_at",
        provider_code=F("provider__code"), method_code=F("method__code"),
        customer_reference=F("customer__merchant_customer_id"),
    )  # fmt: skip


def attempts_told(attempts: QuerySet[Attempt] | None = None) -> Rows:
    """Attempts with the reference and currency of their payments."""
    return _of(Attempt, attempts).values(
        "id", "provider_reference", "shop_reference", "method_name", "status", "amount", "requested_at",
        "responded_at", "finished_at", "waiting_for_customer_seconds", "result", "decline_code",
        "provider_decline_code", "brand", "bin", "last4", "installment_months", "device",
        "authorization_expires_at", "voucher_expires_at", "three_d_secure",
        merchant_reference=F("payment__merchant_reference"), currency=F("payment__currency"),
        provider_code=F("provider__code"), method_code=F("method__code"),
    )  # fmt: skip


def refunds_told(refunds: QuerySet[Refund] | None = None) -> Rows:
    """Refunds with the reference and currency of their payments."""
    return _of(Refund, refunds).values(
        "id", "provider_reference", "status", "amount", "reason", "requested_at", "finished_at",
        merchant_reference=F("payment__merchant_reference"), currency=F("payment__currency"),
        provider_code=F("provider__code"),
    )  # fmt: skip


def disputes_told(disputes: QuerySet[Dispute] | None = None) -> Rows:
    """Disputes, also those that only a statement shows."""
    return _of(Dispute, disputes).values(
        "id", "merchant_reference", "provider_reference", "amount", "currency", "status", "reason",
        "is_from_statement", "opened_at", "closed_at", provider_code=F("provider__code"),
    )  # fmt: skip


def customers_told(customers: QuerySet[Customer] | None = None) -> Rows:
    """Customers: personal data is kept as hashes, and hashes are told to nobody."""
    return _of(Customer, customers).values("id", "merchant_customer_id", "segments", "first_seen_at")


def events_told(payment_id: int) -> Rows:
    """The events of a payment in the order they happened."""
    rows = PaymentEvent.objects.filter(payment_id=payment_id).order_by("occurred_at", "id")
    return rows.values("source", "source_event_id", "kind", "occurred_at", "received_at", "body")


def movements_told(payment_id: int) -> Rows:
    """The money that a payment moved, as we expect its providers to settle it."""
    rows = Movement.objects.filter(payment_id=payment_id).order_by("occurred_at", "id")
    return rows.values(
        "movement_key", "provider_key", "kind", "amount", "currency", "occurred_at", "occurred_on",
        provider_code=F("provider__code"),
    )  # fmt: skip


def checkouts_told(checkouts: QuerySet[Checkout] | None = None) -> Rows:
    """Checkouts that the shop has told of, without their lines and steps."""
    return _of(Checkout, checkouts).filter(is_from_shop=True).values(
        "id", "merchant_reference", "amount", "currency", "country", "device", "channel", "campaign",
        "promised_ship_at", "started_at", customer_reference=F("customer__merchant_customer_id"),
    )  # fmt: skip


def lines_told(checkout_id: int) -> Rows:
    """The lines of a checkout, in their order."""
    rows = OrderLine.objects.filter(checkout_id=checkout_id).order_by("position")
    return rows.values("position", "sku", "name", "quantity", "amount")


def steps_told(checkout_id: int) -> Rows:
    """The steps of a checkout, as they followed each other."""
    rows = CheckoutStep.objects.filter(checkout_id=checkout_id).order_by("occurred_at", "id")
    return rows.values("step", "method", "occurred_at")


def _of(model: Any, rows: QuerySet[Any] | None) -> QuerySet[Any]:
    return model._default_manager.all() if rows is None else rows
