"""What payments turned out to be, by everybody who says so."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.records.history import APPEND_ONLY


class LabelSource(models.IntegerChoices):
    """Who says it. The lower number is believed before the higher."""

    CHARGEBACK = 1, _("Chargeback")
    ISSUER_WARNING = 2, _("Warning of the issuer")
    CUSTOMER = 3, _("Customer")
    REVIEWER = 4, _("Reviewer")


class Label(models.Model):
    """One telling of whether a payment was fraud. History: who thinks otherwise later adds a label.

    What a payment is: the label of the most believable source that says so, of these the one observed last.
    """

    payment_id = models.BigIntegerField()
    """Payments are many, so without a foreign key of the database."""
    source = models.SmallIntegerField(choices=LabelSource)
    is_fraud = models.BooleanField(null=True)
    """None: of a dispute that is not about fraud, which says nothing of it, and counts as a dispute alone."""
    observed_at = models.DateTimeField()
    """When it could be known: of a dispute when it was opened, by the clock of the provider."""
    told_at = models.DateTimeField(auto_now_add=True)
    reference = models.CharField(max_length=160)
    """Of the source, so that the same telling is one: `dispute/<id>`, `decision/<id>`, `file/<name>`."""
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment_id", "source", "reference"], name="label_once_per_telling"),
            models.CheckConstraint(condition=Q(source__in=LabelSource.values), name="label_source_is_known"),
            models.CheckConstraint(condition=~Q(reference=""), name="label_is_named"),
        ]
        indexes = [models.Index(fields=["observed_at"], name="label_observed")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.payment_id} {self.reference}"
