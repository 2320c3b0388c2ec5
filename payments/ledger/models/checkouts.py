"""Checkouts: who tries to buy what, and how far they come."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from payments.methods.models import is_currency


class Customer(models.Model):
    """A buyer, known by the merchant's own id; personal data only as keyed hashes."""

    merchant_customer_id = models.CharField(max_length=80, unique=True)
    email_hash = models.BinaryField(max_length=32, null=True)
    phone_hash = models.BinaryField(max_length=32, null=True)
    segments = ArrayField(models.CharField(max_length=40), default=list)
    first_seen_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["email_hash"], name="customer_email", condition=Q(email_hash__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.merchant_customer_id


class Checkout(models.Model):
    """One buyer's try to buy. Made by whoever speaks first; what only the shop knows is filled in when it speaks."""

    merchant_reference = models.CharField(max_length=80, unique=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    """Minor units."""
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2, blank=True)
    device = models.CharField(max_length=20, blank=True)
    channel = models.CharField(max_length=40, blank=True)
    campaign = models.CharField(max_length=80, blank=True)
    shipping_address_hash = models.BinaryField(max_length=32, null=True)
    promised_ship_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(db_index=True)
    is_from_shop = models.BooleanField(default=False)
    """False while only a provider has told of it: then it says nothing of the steps before the payment."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=is_currency("currency"), name="checkout_currency_is_iso"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="checkout_amount_is_not_negative"),
        ]

    def __str__(self) -> str:
        return self.merchant_reference


class CheckoutStep(models.Model):
    """One step of a checkout: started, method_selected, submitted, paid, abandoned."""

    class Step(models.TextChoices):
        """The steps of domain.md."""

        STARTED = "started"
        METHOD_SELECTED = "method_selected"
        SUBMITTED = "submitted"
        PAID = "paid"
        ABANDONED = "abandoned"

    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=20, choices=Step)
    method = models.CharField(max_length=80, blank=True)
    """Our code of the method chosen, on `method_selected` and later."""
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkout", "step", "occurred_at"], name="checkout_step_once_per_instant"),
            models.CheckConstraint(
                condition=Q(step__in=["started", "method_selected", "submitted", "paid", "abandoned"]),
                name="checkout_step_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checkout_id} {self.step}"


class OrderLine(models.Model):
    """One line of what is bought."""

    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    sku = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    """Of the whole line, in the checkout's currency, minor units."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkout", "position"], name="one_order_line_per_position"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_has_a_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.checkout_id}/{self.position}"
