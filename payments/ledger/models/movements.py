"""Movements: changes of money that we expect a provider to settle, posted in bulk and never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import Case, When
from django.db.models.functions import Cast

from payments.facts import MovementKind
from payments.ledger.models.payments import Payment
from payments.methods.models import Provider, is_currency
from payments.records.models import APPEND_ONLY, NEVER_DELETED


def match_hash(text_field: str) -> Case:
    """64-bit hash of a reference, seeded with provider and kind; NULL when the reference is empty.

    Eight bytes in the index instead of eighty. Whoever joins on it compares the text too: two references may share one.
    """
    seed = Cast(F("provider_id"), models.BigIntegerField()) * Value(64) + F("kind")
    return Case(
        When(**{text_field: ""}, then=None),
        default=Func(F(text_field), seed, function="hashtextextended", output_field=models.BigIntegerField()),
    )


class MovementBatch(models.Model):
    """Movements that arrived together; reconciliation works through the batches it has not seen."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=200)
    movement_count = models.PositiveIntegerField()
    posted_at = models.DateTimeField(auto_now_add=True)
    reconciled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["provider"], name="batch_to_reconcile", condition=Q(reconciled_at__isnull=True)),
        ]
        triggers = NEVER_DELETED

    def __str__(self) -> str:
        return f"{self.provider_id} {self.source}"


class Movement(models.Model):
    """One change of money we expect a provider to settle. Posted in bulk, never changed.

    Thought through for ten million payments: the references to provider, batch and payment carry no foreign key of the
    database (one trigger call each per row); what they point to cannot be deleted (see the triggers there), and the one
    service that writes movements takes the ids from rows it has just read.
    """

    provider = models.ForeignKey(
        Provider, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    batch = models.ForeignKey(MovementBatch, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    payment = models.ForeignKey(
        Payment, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    movement_key = models.CharField(max_length=80)
    """Our ledger's own identity of the movement."""
    provider_key = models.CharField(max_length=80, blank=True)
    """The provider's identity of this movement (see the adapter for its source column); '' when our ledger has none."""
    payment_reference = models.CharField(max_length=80, blank=True)
    merchant_reference = models.CharField(max_length=80, blank=True)
    kind = models.PositiveSmallIntegerField(choices=[(kind.value, kind.name.lower()) for kind in MovementKind])
    amount = models.BigIntegerField()
    """Minor units, signed from the merchant's balance: a capture is positive, a refund negative."""
    currency = models.CharField(max_length=3)
    occurred_at = models.DateTimeField()
    occurred_on = models.DateField()
    """Business date in the provider's zone."""
    method = models.CharField(max_length=80, blank=True)
    match_key = models.GeneratedField(
        expression=match_hash("provider_key"), output_field=models.BigIntegerField(null=True), db_persist=True
    )
    group_key = models.GeneratedField(
        expression=match_hash("merchant_reference"), output_field=models.BigIntegerField(null=True), db_persist=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "movement_key"], name="movement_once_per_provider"),
            models.CheckConstraint(condition=is_currency("currency"), name="movement_currency_is_iso"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in MovementKind]), name="movement_kind_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["match_key"], name="movement_match_key"),
            models.Index(fields=["payment"], name="movement_of_payment", condition=Q(payment__isnull=False)),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return self.movement_key
