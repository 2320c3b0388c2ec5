"""The tables of what is kept ready, of what is known of buyers, and of what has changed since."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Grain(models.TextChoices):
    """How long a bucket is. Days, weeks and months are those of `settings.REPORTING_ZONE`."""

    HOUR = "h"
    DAY = "d"
    WEEK = "w"
    MONTH = "m"


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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cube", "grain", "starts_at", "dimensions"], name="rollup_once"),
            models.CheckConstraint(condition=Q(grain__in=Grain.values), name="rollup_grain_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.cube} {self.starts_at:%Y-%m-%dT%H}"


class Spread(models.Model):
    """How the times of one cube are spread in one bucket for one combination of dimensions; as `Rollup` otherwise."""

    cube = models.CharField(max_length=80)
    times = models.CharField(max_length=40)
    """Which of the facts' distributions."""
    grain = models.CharField(max_length=1, choices=Grain)
    starts_at = models.DateTimeField()
    dimensions = ArrayField(models.TextField())
    buckets = ArrayField(models.SmallIntegerField())
    """Those of `analytics.rollups.histograms` that hold something, ascending."""
    counts = ArrayField(models.IntegerField())
    """How many are in each of these."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cube", "times", "grain", "starts_at", "dimensions"], name="spread_once"),
            models.CheckConstraint(condition=Q(grain__in=Grain.values), name="spread_grain_is_known"),
            models.CheckConstraint(condition=Q(buckets__len=F("counts__len")), name="spread_counts_every_bucket"),
        ]

    def __str__(self) -> str:
        return f"{self.cube} {self.times} {self.starts_at:%Y-%m-%dT%H}"


class Mark(models.Model):
    """Something that changed: written in the transaction that changed it, taken by who counts it anew.

    A log, not a set: transactions that change the same thing never wait for each other here.
    """

    class Kind(models.TextChoices):
        """What changed."""

        PAYMENT = "p"
        CHECKOUT = "c"
        STATEMENT = "s"

    kind = models.CharField(max_length=1, choices=Kind)
    subject_id = models.BigIntegerField()
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=["p", "c", "s"]), name="mark_kind_is_known")]

    def __str__(self) -> str:
        return f"{self.kind}{self.subject_id}"


class DirtyBucket(models.Model):
    """A day of some facts that is to be counted anew."""

    facts = models.CharField(max_length=20)
    """The family of facts; with a star behind it while somebody counts the day, or has died counting it."""
    starts_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facts", "starts_at"], name="dirty_bucket_once")]

    def __str__(self) -> str:
        return f"{self.facts} {self.starts_at:%Y-%m-%dT%H}"


class CountedPayment(models.Model):
    """Where a payment is counted, so that what it leaves is counted anew too."""

    payment_id = models.BigIntegerField(primary_key=True)
    hours = ArrayField(models.DateTimeField())
    """Of its attempts."""
    customer_id = models.BigIntegerField(null=True)
    bought_at = models.DateTimeField(null=True)
    """When the payment began, if it is a purchase of a known customer."""
    previous_at = models.DateTimeField(null=True)
    """When the purchase of the same customer before it began."""

    class Meta:
        indexes = [
            models.Index(fields=["bought_at"], name="counted_repeated", condition=Q(previous_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(bought_at__isnull=True) | Q(customer_id__isnull=False),
                name="counted_purchase_has_a_customer",
            ),
            models.CheckConstraint(
                condition=Q(previous_at__isnull=True) | Q(bought_at__isnull=False, previous_at__lte=F("bought_at")),
                name="counted_purchase_follows_the_previous",
            ),
        ]

    def __str__(self) -> str:
        return str(self.payment_id)


class Buyer(models.Model):
    """A customer who bought: when first, and when again."""

    customer_id = models.BigIntegerField(primary_key=True)
    first_payment_id = models.BigIntegerField()
    first_at = models.DateTimeField(db_index=True)
    again_at = models.DateTimeField(null=True)
    """When the next purchase began that was not given back wholly."""

    class Meta:
        # Asked of every checkout that is counted, and answered without the row.
        indexes = [models.Index(fields=["customer_id"], include=["first_at"], name="buyer_first")]
        constraints = [
            models.CheckConstraint(
                condition=Q(again_at__isnull=True) | Q(again_at__gte=F("first_at")), name="buyer_comes_back_later"
            )
        ]

    def __str__(self) -> str:
        return str(self.customer_id)


class Progress(models.Model):
    """How far a recurring look has come; one row a kind."""

    code = models.CharField(max_length=40, primary_key=True)
    reached_at = models.DateTimeField()
    signature = models.CharField(max_length=64, blank=True, default="")
    """Of what is counted by now, where that is what the look is about."""

    def __str__(self) -> str:
        return f"{self.code} {self.reached_at:%Y-%m-%dT%H:%M}"
