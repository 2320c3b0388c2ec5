"""Payments, their attempts, refunds and disputes: what the fold of the events says, kept where lists can read it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from payments.facts import AttemptResult
from payments.ledger.models.checkouts import Checkout, Customer
from payments.ledger.states import AttemptStatus, DisputeStatus, PaymentStatus, RefundStatus
from payments.methods.models import PaymentMethod, Provider, is_currency

RESULTS = [result.value for result in AttemptResult]


class Payment(models.Model):
    """What the buyer owes for one checkout. Everything below `currency` is a fold of its events, written with them.

    Thought through for ten million rows: what the list filters by is here, so that no filter needs a join.
    """

    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="payment")
    merchant_reference = models.CharField(max_length=80, unique=True)
    amount = models.BigIntegerField()
    """Minor units, as the shop says, else as the first event of a provider does."""
    currency = models.CharField(max_length=3)
    customer = models.ForeignKey(Customer, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=24, choices=[(each.value, each.value) for each in PaymentStatus])
    authorized = models.BigIntegerField(default=0)
    """Promised, minor units; what was voided or lapsed before it was taken is no longer among it."""
    captured = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    charged_back = models.BigIntegerField(default=0)
    """Taken and not given back, minor units."""
    conflicts = models.JSONField(default=list)
    """What the events say that cannot be: `[{"code", "event", …}]`; shown, never silently resolved."""
    is_conflicting = models.BooleanField(default=False)
    provider = models.ForeignKey(Provider, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    """Of the attempt that succeeded, else of the last one."""
    method = models.ForeignKey(PaymentMethod, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    last4 = models.CharField(max_length=4, blank=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    """The earliest instant any event of it names."""
    changed_at = models.DateTimeField()
    """When the fold last changed, by our clock."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=is_currency("currency"), name="payment_currency_is_iso"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, authorized__gte=0, captured__gte=0, refunded__gte=0, charged_back__gte=0),
                name="payment_amounts_are_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[each.value for each in PaymentStatus]), name="payment_status_is_known"
            ),
        ]
        indexes = [
            # Carries every column that the list filters by: what a filter drops is never read from the table.
            models.Index(
                fields=["-created_at", "-id"],
                name="payment_list",
                include=["status", "provider", "method", "currency", "amount", "is_conflicting"],
            ),
            models.Index(fields=["status", "-created_at", "-id"], name="payment_by_status"),
            models.Index(fields=["provider", "-created_at", "-id"], name="payment_by_provider"),
            models.Index(fields=["method", "-created_at", "-id"], name="payment_by_method"),
            models.Index(fields=["customer", "-created_at"], name="payment_by_customer"),
            models.Index(fields=["last4", "-created_at"], name="payment_by_last4", condition=~Q(last4="")),
            models.Index(fields=["-created_at"], name="payment_conflicting", condition=Q(is_conflicting=True)),
        ]

    def __str__(self) -> str:
        return self.merchant_reference


class Attempt(models.Model):
    """One try of a payment at one provider with one method, as the fold of the payment's events has it."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts")
    attempt_key = models.CharField(max_length=170)
    """Names the attempt within its payment: the provider's id if any event has one, else the shop's."""
    provider = models.ForeignKey(Provider, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    method = models.ForeignKey(PaymentMethod, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    method_name = models.CharField(max_length=80, blank=True)
    """As the source names the method; `method` is what an offering makes of it."""
    provider_reference = models.CharField(max_length=120, blank=True)
    shop_reference = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=24, choices=[(each.value, each.value) for each in AttemptStatus])
    amount = models.BigIntegerField(null=True)
    """Minor units of the payment's currency."""
    requested_at = models.DateTimeField(db_index=True)
    responded_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    waiting_for_customer_seconds = models.PositiveIntegerField(default=0)
    result = models.CharField(max_length=30, blank=True, choices=[(each, each) for each in RESULTS])
    """A leaf of the result tree of domain.md; '' while the attempt runs."""
    decline_code = models.CharField(max_length=40, blank=True)
    """Our unified code."""
    provider_decline_code = models.CharField(max_length=80, blank=True)
    instrument_fingerprint = models.BinaryField(max_length=32, null=True)
    brand = models.CharField(max_length=30, blank=True)
    bin = models.CharField(max_length=8, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    installment_months = models.PositiveSmallIntegerField(default=0)
    ip = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=80, blank=True)
    authorization_expires_at = models.DateTimeField(null=True)
    voucher_expires_at = models.DateTimeField(null=True)
    three_d_secure = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "attempt_key"], name="attempt_once_per_payment"),
            models.CheckConstraint(condition=Q(result="") | Q(result__in=RESULTS), name="attempt_result"),
            models.CheckConstraint(
                condition=Q(status__in=[each.value for each in AttemptStatus]), name="attempt_status_is_known"
            ),
            models.CheckConstraint(condition=Q(bin__regex="^[0-9]{0,8}$"), name="attempt_bin_is_no_card_number"),
            models.CheckConstraint(condition=Q(last4__regex="^[0-9]{0,4}$"), name="attempt_last4_is_four_digits"),
        ]
        indexes = [
            models.Index(fields=["result", "requested_at"], name="attempt_unknown", condition=Q(result="unknown")),
            # The digits of the other attempts are on the payment, where an index finds them already.
            models.Index(
                fields=["last4", "-requested_at"],
                name="attempt_declined_last4",
                condition=Q(status="failed") & ~Q(last4=""),
            ),
            models.Index(fields=["voucher_expires_at"], name="attempt_voucher_open", condition=Q(status="waiting")),
            # Of each attempt of some hours it is asked whether its payment has one.
            models.Index(fields=["payment"], name="attempt_voucher", condition=Q(voucher_expires_at__isnull=False)),
            models.Index(
                fields=["requested_at"], name="attempt_open", condition=Q(status__in=["started", "waiting", "unknown"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.attempt_key}"


class PaymentReference(models.Model):
    """An id by which a provider calls a payment: how an event without the merchant's reference finds it."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=120)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="references")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="payment_reference_once_per_provider"),
        ]

    def __str__(self) -> str:
        return self.reference


class Refund(models.Model):
    """One refund of a payment, as the fold of its events has it."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    refund_key = models.CharField(max_length=170)
    """Names the refund within its payment, as `attempt_key` names an attempt."""
    provider = models.ForeignKey(Provider, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    provider_reference = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=24, choices=[(each.value, each.value) for each in RefundStatus])
    amount = models.BigIntegerField()
    """Minor units of the payment's currency, positive."""
    reason = models.CharField(max_length=200, blank=True)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "refund_key"], name="refund_once_per_payment"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(status__in=[each.value for each in RefundStatus]), name="refund_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.refund_key}"


class Dispute(models.Model):
    """A buyer's objection at the card network; also opened when only a statement shows the chargeback."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    provider_reference = models.CharField(max_length=120)
    """The provider's key of the chargeback, as its events and its settlement file have it."""
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="disputes")
    merchant_reference = models.CharField(max_length=80, blank=True)
    amount = models.BigIntegerField()
    """Minor units, positive."""
    currency = models.CharField(max_length=3)
    status = models.CharField(
        max_length=24, choices=[(each.value, each.value) for each in DisputeStatus], default=DisputeStatus.OPEN.value
    )
    reason = models.CharField(max_length=80, blank=True)
    is_from_statement = models.BooleanField(default=False)
    """True while no event has told of it."""
    reversal_reference = models.CharField(max_length=120, blank=True, default="", db_default="")
    """The provider's key of the statement line that gave its money back, where only a statement tells of it. Equal to
    `provider_reference` while the chargeback itself stands in a statement that is yet to come."""
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_reference"], name="dispute_once_per_provider"),
            models.CheckConstraint(condition=is_currency("currency"), name="dispute_currency_is_iso"),
            models.CheckConstraint(
                condition=Q(status__in=[each.value for each in DisputeStatus]), name="dispute_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.provider_reference
