"""Acts: what we ask a provider to do to a payment, kept as rows until the provider has answered."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.ledger.models import Payment
from payments.methods.models import Provider, is_currency


class ActKind(models.TextChoices):
    """What can be asked."""

    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


class ActState(models.TextChoices):
    """Where an act stands."""

    AWAITING_APPROVAL = "awaiting_approval"
    REJECTED = "rejected"
    """By the second person."""
    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    """Sent, and nobody knows whether it was done: asked again with the same key."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"


OPEN_STATES = (ActState.AWAITING_APPROVAL, ActState.QUEUED, ActState.SENDING, ActState.UNKNOWN)
"""Acts whose money is spoken for: nobody else may take it."""


class PaymentAct(models.Model):
    """One capture, void or refund on its way to the provider: written with the decision, sent by the worker."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="acts")
    provider = models.ForeignKey(Provider, db_index=False, on_delete=models.PROTECT, related_name="+")
    attempt_reference = models.CharField(max_length=120)
    """The provider's id of what is acted on."""
    kind = models.CharField(max_length=10, choices=ActKind)
    amount = models.BigIntegerField()
    """Minor units, positive."""
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requested_with = models.CharField(max_length=40, blank=True)
    """Prefix of the API key, when a machine asked."""
    requested_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    """The second person, where one was needed."""
    decided_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=20, choices=ActState)
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True)
    """Sent with every try, so that the provider does it once."""
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    """When it may first have reached the provider: from then on its key is remembered there, for a while."""
    next_try_at = models.DateTimeField(null=True)
    """While it is being sent: when the worker that does so is taken for dead."""
    error = models.CharField(max_length=300, blank=True)
    provider_reference = models.CharField(max_length=120, blank=True)
    """The provider's id of the capture or refund."""
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=is_currency("currency"), name="act_currency_is_iso"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="act_amount_is_positive"),
            models.CheckConstraint(condition=Q(kind__in=ActKind.values), name="act_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=ActState.values), name="act_state_is_known"),
            models.CheckConstraint(
                condition=Q(requested_by__isnull=False) | ~Q(requested_with=""), name="act_has_an_author"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(requested_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="act_is_decided_by_another_person",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], name="act_to_send", condition=Q(state__in=["queued", "sending", "unknown"])
            ),
            models.Index(fields=["-id"], name="act_to_approve", condition=Q(state="awaiting_approval")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.payment_id}"


class Inquiry(models.Model):
    """A question to a provider about an attempt whose result nobody knows: asked after 5 minutes, 1 hour, 1 day, …"""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, db_index=False, on_delete=models.PROTECT, related_name="+")
    attempt_reference = models.CharField(max_length=120)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    """None when it is settled or given up."""
    settled_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "attempt_reference"], name="inquiry_once_per_attempt"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="inquiry_due", condition=Q(next_try_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.attempt_reference


class HoldEffect(models.TextChoices):
    """What a hold can still keep from happening."""

    CAPTURE_POSTPONED = "capture_postponed"
    SHIPPING_FLAGGED = "shipping_flagged"
    """The money is taken already: the shop is told not to ship."""


class HoldEnding(models.TextChoices):
    """What became of a held payment."""

    RELEASED = "released"
    CANCELLED = "cancelled"


class PaymentHold(models.Model):
    """A payment kept from capture or shipping until it is reviewed: while one is open, captures are refused.

    It never stands for ever: at `until` the clock does what `at_deadline` says.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="holds")
    effect = models.CharField(max_length=20, choices=HoldEffect)
    reason = models.CharField(max_length=200)
    placed_at = models.DateTimeField(auto_now_add=True)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    """None for a machine."""
    until = models.DateTimeField()
    at_deadline = models.CharField(max_length=10, choices=HoldEnding)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, choices=HoldEnding, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    is_ended_by_clock = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment"], condition=Q(ended_at__isnull=True), name="one_open_hold_per_payment"
            ),
            models.CheckConstraint(condition=Q(effect__in=HoldEffect.values), name="hold_effect_is_known"),
            models.CheckConstraint(condition=Q(at_deadline__in=HoldEnding.values), name="hold_knows_its_end"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="") | Q(ended_at__isnull=False, ending__in=HoldEnding.values),
                name="ended_hold_says_how",
            ),
        ]
        indexes = [models.Index(fields=["until"], name="hold_due", condition=Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.effect} {self.payment_id}"
