"""What happened at the checkout and to the money, as our own ledger knows it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import Case, When
from django.db.models.functions import Cast

from payments.facts import MovementKind
from payments.methods.models import PaymentMethod, Provider, is_currency
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


class Customer(models.Model):
    """A buyer, known by the merchant's own id; personal data only as keyed hashes."""

    merchant_customer_id = models.CharField(max_length=80, unique=True)
    email_hash = models.BinaryField(max_length=32, null=True)
    phone_hash = models.BinaryField(max_length=32, null=True)
    segments = ArrayField(models.CharField(max_length=40), default=list)
    first_seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.merchant_customer_id


class Checkout(models.Model):
    """One buyer's try to buy."""

    merchant_reference = models.CharField(max_length=80, unique=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2, blank=True)
    device = models.CharField(max_length=20, blank=True)
    channel = models.CharField(max_length=40, blank=True)
    campaign = models.CharField(max_length=80, blank=True)
    shipping_address_hash = models.BinaryField(max_length=32, null=True)
    promised_ship_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(db_index=True)

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
    """Of the whole line, in the checkout's currency."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkout", "position"], name="one_order_line_per_position"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_has_a_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.checkout_id}/{self.position}"


class Payment(models.Model):
    """What the buyer owes for one checkout. Status and amounts are a fold of its events."""

    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="payment")
    merchant_reference = models.CharField(max_length=80, unique=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=30)
    captured = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=is_currency("currency"), name="payment_currency_is_iso"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, captured__gte=0, refunded__gte=0), name="payment_amounts_are_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.merchant_reference


class AttemptResult(models.TextChoices):
    """The leaves of the result tree of domain.md; '' while the attempt runs."""

    SUCCEEDED = "succeeded"
    BLOCKED_OURS = "blocked.ours"
    BLOCKED_PROVIDER = "blocked.provider"
    AUTHENTICATION_FAILED = "authentication.failed"
    AUTHENTICATION_ABANDONED = "authentication.abandoned"
    DECLINED_SOFT = "declined.soft"
    DECLINED_HARD = "declined.hard"
    TECHNICAL_NOT_SENT = "technical.not_sent"
    TECHNICAL_TIMEOUT = "technical.timeout"
    UNKNOWN = "unknown"


class Attempt(models.Model):
    """One try of a payment at one provider with one method."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    method = models.ForeignKey(PaymentMethod, on_delete=models.PROTECT, related_name="+")
    provider_reference = models.CharField(max_length=80, blank=True)
    requested_at = models.DateTimeField(db_index=True)
    responded_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    waiting_for_customer_seconds = models.PositiveIntegerField(default=0)
    result = models.CharField(max_length=30, blank=True, choices=AttemptResult)
    decline_code = models.CharField(max_length=40, blank=True)
    """Our unified code."""
    provider_decline_code = models.CharField(max_length=80, blank=True)
    instrument_fingerprint = models.BinaryField(max_length=32, null=True)
    brand = models.CharField(max_length=30, blank=True)
    bin = models.CharField(max_length=8, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    installment_months = models.PositiveSmallIntegerField(default=0)
    ip = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=80, blank=True)
    authorization_expires_at = models.DateTimeField(null=True)
    three_d_secure = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(result="") | Q(result__in=AttemptResult.values), name="attempt_result"),
            models.CheckConstraint(condition=Q(bin__regex="^[0-9]{0,8}$"), name="attempt_bin_is_no_card_number"),
            models.CheckConstraint(condition=Q(last4__regex="^[0-9]{0,4}$"), name="attempt_last4_is_four_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} at {self.provider_id}"


class PaymentEvent(models.Model):
    """Append-only history of a payment, from any source, each event once."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(max_length=60)
    source_event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    body = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_event_id"], name="payment_event_once_per_source")
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.source}:{self.source_event_id}"


class Dispute(models.Model):
    """A buyer's objection at the card network; also opened when only a statement shows the chargeback."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    provider_reference = models.CharField(max_length=80)
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="disputes")
    merchant_reference = models.CharField(max_length=80, blank=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=80, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_reference"], name="dispute_once_per_provider"),
            models.CheckConstraint(condition=is_currency("currency"), name="dispute_currency_is_iso"),
        ]

    def __str__(self) -> str:
        return self.provider_reference


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
        indexes = [models.Index(fields=["match_key"], name="movement_match_key")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return self.movement_key
