"""What features are made of: who was seen paying with what, and sums by the hour of keys that many share."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class KeyKind(models.IntegerChoices):
    """What a payment can be known by. The numbers are stored with sums, lists and cases."""

    CUSTOMER = 1, _("Customer")
    INSTRUMENT = 2, _("Card or account")
    DEVICE = 3, _("Device")
    IP = 4, _("IP address")
    EMAIL = 5, _("E-mail address")
    ADDRESS = 6, _("Shipping address")
    SHOP = 7, _("Shop")


class Sighting(models.Model):
    """One attempt as velocities see it: whom it concerns, as numbers, and what it was about.

    Kept in step with the attempts by a step of `LEDGER_PIPELINE`; thought through for ten million rows, so there are no
    foreign keys. A key is the first eight bytes of a hash (`fraud.features.keys`); the customer's is the row's id.
    Nothing counts here that was not known at the instant asked about: `failed_at` says since when it is known.
    """

    attempt_id = models.BigIntegerField(primary_key=True)
    payment_id = models.BigIntegerField(db_index=True)
    at = models.DateTimeField()
    """When the attempt was requested."""
    customer_id = models.BigIntegerField(null=True)
    instrument = models.BigIntegerField(null=True)
    device = models.BigIntegerField(null=True)
    ip = models.BigIntegerField(null=True)
    network = models.BigIntegerField(null=True)
    """Of the address: its first 24 bits, or 48 of IPv6."""
    email = models.BigIntegerField(null=True)
    address = models.BigIntegerField(null=True)
    shop = models.BigIntegerField(null=True)
    amount = models.BigIntegerField(default=0)
    """Minor units."""
    currency = models.CharField(max_length=3)
    bin = models.CharField(max_length=8, blank=True)
    failed_at = models.DateTimeField(null=True)
    """When it was known to have failed."""
    refunded_at = models.DateTimeField(null=True)
    """When money of the payment was first given back."""

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="sighting_amount_is_not_negative")]
        indexes = [
            models.Index(fields=[name, "at"], name=f"sighting_{name}", condition=Q(**{f"{name}__isnull": False}))
            for name in ("customer_id", "instrument", "device", "ip", "email", "address")
        ] + [models.Index(fields=["at"], name="sighting_at")]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.at:%Y-%m-%dT%H:%M}"


class KeyHour(models.Model):
    """What is to be added to the sums of one key in one hour (UTC); several rows of the same key and hour are added up.

    Rows are only appended, so that no two transactions wait for each other, and a job merges them later. Attempts and
    failures are counted of IPs and shops alone, frauds, disputes and refunds of every kind. Each counts in the hour in
    which it was known: so a sum up to an instant never changes by what is learned afterwards.
    """

    kind = models.SmallIntegerField(choices=KeyKind)
    key = models.BigIntegerField()
    hour_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    frauds = models.IntegerField(default=0)
    disputes = models.IntegerField(default=0)
    refunds = models.IntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=KeyKind.values), name="key_hour_kind_is_known")]
        indexes = [
            models.Index(
                fields=["kind", "key", "hour_at"],
                name="key_hour",
                include=["attempts", "failed", "frauds", "disputes", "refunds"],
            ),
            # Few hours have any: a year of a carrier's address is thousands of rows without them.
            models.Index(
                fields=["kind", "key", "hour_at"],
                name="key_hour_observed",
                include=["frauds", "disputes", "refunds"],
                condition=~Q(frauds=0) | ~Q(disputes=0) | ~Q(refunds=0),
            ),
            models.Index(fields=["hour_at"], name="key_hour_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.key} {self.hour_at:%Y-%m-%dT%H}"
