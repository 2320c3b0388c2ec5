"""The append-only history of payments, and where two tellings of one event contradict each other."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from payments.facts import EventKind
from payments.ledger.models.payments import Payment
from payments.records.models import APPEND_ONLY


class PaymentEvent(models.Model):
    """One event of a payment, from any source, each once. The columns are those of `payments.facts.NeutralEvent`.

    Thought through for fifty million rows: `body` holds only what the columns do not.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(max_length=60)
    source_event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=30, choices=[(each.value, each.value) for each in EventKind])
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    digest = models.BinaryField(max_length=16)
    """Of the event's content: the same id with another digest is a contradiction."""
    body = models.JSONField(default=dict)
    """Every other field of the neutral event that is set, by its name."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_event_id"], name="payment_event_once_per_source"),
            models.CheckConstraint(condition=~Q(source="") & ~Q(source_event_id=""), name="payment_event_is_named"),
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in EventKind]), name="payment_event_kind_is_known"
            ),
        ]
        indexes = [models.Index(fields=["payment"], name="payment_event_warning", condition=Q(kind="fraud.warned"))]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.source}:{self.source_event_id}"


class EventContradiction(models.Model):
    """The same event told again with another content: the first telling stands, this one is kept for people."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="contradictions")
    source = models.CharField(max_length=60)
    source_event_id = models.CharField(max_length=120)
    digest = models.BinaryField(max_length=16)
    received_at = models.DateTimeField(auto_now_add=True)
    body = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_event_id", "digest"], name="event_contradiction_once_per_content"
            )
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.source}:{self.source_event_id}"
