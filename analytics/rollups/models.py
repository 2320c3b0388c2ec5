"""The tables of what is kept ready, and of what has changed since."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Grain(models.TextChoices):
    """How long a bucket is."""

    HOUR = "h"
    DAY = "d"
    """A calendar day in `settings.REPORTING_ZONE`."""


class Rollup(models.Model):
    """The measures of one cube in one bucket for one combination of dimensions. Deleted and made anew, never changed.

    No foreign keys: everything here can be computed again from the facts (`manage.py rebuild_rollups`).
    """

    cube = models.CharField(max_length=80)
    """`facts:dimension,dimension,…` as `analytics.metrics.declarations.cube_name` writes it."""
    grain = models.CharField(max_length=1, choices=Grain)
    starts_at = models.DateTimeField()
    dimensions = ArrayField(models.TextField())
    """Values in the order of the cube's dimensions; '' where nobody told."""
    measures = ArrayField(models.BigIntegerField())
    """In the order of the facts' measures."""
    buckets = ArrayField(models.SmallIntegerField(), null=True)
    """Of the facts' latency: buckets of `histograms` that hold something, ascending."""
    counts = ArrayField(models.IntegerField(), null=True)
    """How many are in each of these buckets."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cube", "grain", "starts_at", "dimensions"], name="rollup_once"),
            models.CheckConstraint(condition=Q(grain__in=Grain.values), name="rollup_grain_is_known"),
            models.CheckConstraint(
                condition=Q(buckets__isnull=True, counts__isnull=True)
                | Q(buckets__isnull=False, counts__isnull=False, buckets__len=models.F("counts__len")),
                name="rollup_counts_every_bucket",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cube} {self.starts_at:%Y-%m-%dT%H}"


class DirtyHour(models.Model):
    """An hour whose facts have changed: written in the transaction that changed them, taken by who computes it anew.

    A log, not a set: transactions that change the same hour never wait for each other.
    """

    starts_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%dT%H}"


class CountedPayment(models.Model):
    """The hours in which a payment's facts are counted, so that they are computed anew when it leaves one."""

    payment_id = models.BigIntegerField(primary_key=True)
    hours = ArrayField(models.DateTimeField())

    def __str__(self) -> str:
        return str(self.payment_id)
