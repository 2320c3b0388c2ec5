"""Models that score: as text, with what they were trained on and how well they did, and which one is live."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.records.history import NEVER_DELETED


class ModelKind(models.IntegerChoices):
    """How it was learned."""

    TREES = 1, _("Trees")
    LOGISTIC = 2, _("Logistic")


class ModelState(models.IntegerChoices):
    """Where a model stands."""

    CANDIDATE = 1, _("Candidate")
    LIVE = 2, _("Live")
    RETIRED = 3, _("Retired")
    """It was live, and may be again: rolling back makes it live."""


class ScoringModel(models.Model):
    """One trained model. Its content never changes; at most one is live, and without one the rules decide alone."""

    kind = models.SmallIntegerField(choices=ModelKind)
    content = models.TextField()
    """The trees in the text form of the library, or the weights as JSON; never a pickle."""
    sha256 = models.CharField(max_length=64, unique=True)
    schema_hash = models.CharField(max_length=64)
    """Of the features it takes, their units and definitions: it refuses to score when the catalogue says otherwise."""
    positions = ArrayField(models.SmallIntegerField())
    """Of its features in the catalogue, in the order of its inputs."""
    calibration = ArrayField(ArrayField(models.IntegerField(), size=2))
    """Points (raw ppm, calibrated ppm), ascending; between them a straight line."""
    review_from_ppm = models.IntegerField()
    """From this score on a payment is reviewed."""
    block_from_ppm = models.IntegerField()
    trained_from = models.DateTimeField()
    trained_until = models.DateTimeField()
    rows = models.IntegerField()
    frauds = models.IntegerField()
    metrics = models.JSONField(default=dict)
    """How it did on the weeks after: `{"auc", "ap", "cp100", "value_at_1pct", …}`, whole ppm."""
    is_simulated = models.BooleanField()
    """Trained on simulated data: said wherever its figures are shown."""
    state = models.SmallIntegerField(choices=ModelState, default=ModelState.CANDIDATE)
    trained_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    """None for a job or a command."""
    trained_at = models.DateTimeField(auto_now_add=True)
    promoted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    promoted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state=2), name="one_live_model"),
            models.CheckConstraint(condition=Q(kind__in=ModelKind.values), name="model_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state=1, promoted_at__isnull=True) | Q(state__in=[2, 3], promoted_at__isnull=False),
                name="model_is_live_since_some_time",
            ),
            models.CheckConstraint(
                condition=Q(promoted_by__isnull=True) | Q(trained_by__isnull=True) | ~Q(promoted_by=F("trained_by")),
                name="model_is_promoted_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(review_from_ppm__range=(0, 1_000_000), block_from_ppm__range=(0, 1_000_001))
                & Q(review_from_ppm__lte=F("block_from_ppm")),
                name="model_reviews_before_it_blocks",
            ),
        ]
        triggers = NEVER_DELETED

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sha256[:12]}"
