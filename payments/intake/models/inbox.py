"""The inbox: what providers delivered to our door, as it came, and what became of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from payments.methods.models import Provider


class DeliveryState(models.TextChoices):
    """Where a delivery stands."""

    UNVERIFIED = "unverified"
    """Unsigned by its provider, or too short: waits until what it tells was read back through the provider's API."""
    WAITING = "waiting"
    """To be drained."""
    PARKED = "parked"
    """It names a payment only by an id of the provider that nobody has told us yet."""
    DONE = "done"
    IGNORED = "ignored"
    """Of a type that tells nothing about a payment; stored and acknowledged."""
    SET_ASIDE = "set_aside"
    """Could not be understood after several tries; a person replays it."""


class InboxDelivery(models.Model):
    """One event as a provider delivered it, each once; a batch is one row for each of its items.

    Thought through for fifty million rows and a door of hundreds a second: one insert, few and small partial indexes.
    """

    provider = models.ForeignKey(Provider, db_index=False, on_delete=models.PROTECT, related_name="+")
    event_id = models.CharField(max_length=160)
    """Of the provider, or a hash of the body where it gives none."""
    event_type = models.CharField(max_length=80, blank=True)
    """As the provider names it."""
    received_at = models.DateTimeField(db_default=Now())
    headers = models.JSONField(default=dict)
    """The few that matter: signature, timestamp, content type, user agent."""
    body = models.BinaryField()
    """As it came, with whatever looks like a card number masked outside the provider's reference fields."""
    is_masked = models.BooleanField(default=False)
    is_verified = models.BooleanField(default=True)
    """Whether a signature of the provider covers what it tells; the verdict of the door."""
    needs_read_back = models.BooleanField(default=False)
    """Whether what it tells is asked of the provider's API before it counts: it is unsigned, or says too little."""
    state = models.CharField(max_length=12, choices=DeliveryState, default=DeliveryState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    """Of what failed once or waits for a read-back; None: at once."""
    error = models.TextField(blank=True)
    """Why the last try failed; never holds what the body holds."""
    parked_references = ArrayField(models.CharField(max_length=120), default=list)
    """The provider's ids any of which would lead to the payment; of a parked one only."""
    hinted_reference = models.CharField(max_length=120, blank=True, default="", db_default="")
    """Of one to be read back: the payment it hints at, as the provider's API is asked for it. Of one whose event has
    another name than it: that name. '' for none."""
    hinted_order = models.CharField(max_length=80, blank=True, default="", db_default="")
    """The merchant's reference that it names beside it, which may be made up."""
    drained_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="delivery_once_per_provider"),
            models.CheckConstraint(condition=~Q(event_id=""), name="delivery_is_named"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state="parked") | Q(parked_references__len__gt=0), name="parked_delivery_names_its_ids"
            ),
            models.CheckConstraint(
                condition=Q(is_verified=True) | Q(needs_read_back=True), name="unsigned_delivery_is_read_back"
            ),
            models.CheckConstraint(
                condition=Q(needs_read_back=False) | ~Q(state="waiting"), name="read_back_comes_before_draining"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="delivery_waiting", condition=Q(state__in=["waiting", "unverified"])),
            models.Index(
                fields=["provider", "hinted_reference"], name="delivery_hinted_at", condition=Q(state="unverified")
            ),
            # By which the page of a payment finds what no event is named after.
            models.Index(
                fields=["provider", "hinted_reference"], name="delivery_of_hint", condition=~Q(hinted_reference="")
            ),
            GinIndex(fields=["parked_references"], name="delivery_parked_under", condition=Q(state="parked")),
            models.Index(fields=["-id"], name="delivery_set_aside", condition=Q(state="set_aside")),
            models.Index(fields=["received_at"], name="delivery_received"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.event_id}"


class RefusalReason(models.TextChoices):
    """Why the door did not take a delivery."""

    UNKNOWN_PROVIDER = "unknown_provider"
    NO_SECRET = "no_secret"  # noqa: S105 (a reason, not a secret)
    BAD_SIGNATURE = "bad_signature"
    STALE = "stale"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    TOO_MANY = "too_many"
    """Unsigned, and too many of them came from one address within the minute."""


class DeliveryRefusal(models.Model):
    """How many deliveries of one name were refused for one reason within one hour, and one of them as evidence."""

    provider_code = models.CharField(max_length=40)
    """As the address had it; it may be nobody's."""
    reason = models.CharField(max_length=20, choices=RefusalReason)
    hour_at = models.DateTimeField()
    """The beginning of the hour, UTC."""
    count = models.PositiveIntegerField(default=1)
    headers = models.JSONField(default=dict)
    """Of the first one of the hour."""
    sample = models.BinaryField(max_length=4096)
    """The first bytes of its body, masked."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_code", "reason", "hour_at"], name="refusals_counted_per_hour"),
            models.CheckConstraint(condition=Q(reason__in=RefusalReason.values), name="refusal_reason_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_code} {self.reason} {self.count}"
