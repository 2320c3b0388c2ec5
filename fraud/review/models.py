"""Cases for people: the alerts in them, who has them, what was decided and when that takes effect."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fraud.features.models import KeyKind
from payments.methods.models import is_currency
from payments.records.history import APPEND_ONLY, NEVER_DELETED


class Queue(models.IntegerChoices):
    """Where a case waits."""

    REVIEW = 1, _("Review")
    ESCALATED = 2, _("Escalated")
    SAMPLE = 3, _("Random sample")
    QUALITY = 4, _("Blind second look")


class CaseState(models.IntegerChoices):
    """Where a case stands. Only an open one is handed out."""

    OPEN = 1, _("Open")
    SNOOZED = 2, _("Put off")
    WAITING = 3, _("Waits for the customer")
    DECIDED = 4, _("Decided, may be undone")
    AWAITING_SECOND = 5, _("Waits for a second person")
    CLOSED = 6, _("Closed")


class Case(models.Model):
    """What one reviewer decides at a time: all open alerts on one customer, or on one payment without a customer."""

    queue = models.SmallIntegerField(choices=Queue)
    state = models.SmallIntegerField(choices=CaseState, default=CaseState.OPEN)
    group_kind = models.SmallIntegerField(choices=KeyKind, null=True)
    """None: the case is about the one payment of `group_key`."""
    group_key = models.BigIntegerField()
    rank = models.BigIntegerField()
    """The highest is handed out first: expected loss and urgency, such that time passing changes no order."""
    opened_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    """By the queue's promise, or the first deadline of its holds."""
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    claimed_until = models.DateTimeField(null=True)
    wakes_at = models.DateTimeField(null=True)
    """Of one put off or waiting: when it is open again."""
    looks_again_at = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    """The closed case that a blind second look is about."""
    closed_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    """Since when it is known, and was told, that nobody decided in time; None again with a new deadline."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group_kind", "group_key"],
                condition=Q(queue__in=[1, 2]) & ~Q(state=6),
                name="one_open_case_per_group",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(queue__in=Queue.values), name="case_queue_is_known"),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_is_known"),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True, claimed_until__isnull=True)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="case_claim_expires",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[2, 3], wakes_at__isnull=False) | ~Q(state__in=[2, 3]) & Q(wakes_at__isnull=True),
                name="resting_case_wakes",
            ),
            models.CheckConstraint(
                condition=Q(state=6, closed_at__isnull=False) | ~Q(state=6) & Q(closed_at__isnull=True),
                name="closed_case_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(queue=4, looks_again_at__isnull=False) | ~Q(queue=4) & Q(looks_again_at__isnull=True),
                name="second_look_names_the_first",
            ),
        ]
        indexes = [
            models.Index(fields=["queue", "-rank", "id"], name="case_open", condition=Q(state=1)),
            models.Index(fields=["queue", "opened_at"], name="case_open_since", condition=Q(state=1)),
            models.Index(fields=["due_at"], name="case_due", condition=~Q(state=6)),
            models.Index(
                fields=["due_at"],
                name="case_to_breach",
                condition=Q(breached_at__isnull=True, state__in=[1, 2, 5]),
            ),
            models.Index(fields=["wakes_at"], name="case_wakes", condition=Q(wakes_at__isnull=False)),
            models.Index(fields=["claimed_by"], name="case_claimed", condition=Q(claimed_by__isnull=False)),
            models.Index(fields=["group_key"], name="case_group"),
        ]
        triggers = NEVER_DELETED

    def __str__(self) -> str:
        return f"{self.get_queue_display()} {self.pk}"


class Verdict(models.IntegerChoices):
    """What a reviewer says of all payments of a case."""

    APPROVE = 1, _("Approve")
    REJECT = 2, _("Reject")


class DecisionState(models.IntegerChoices):
    """How far a decision has come."""

    PENDING = 1, _("May be undone")
    AWAITING_SECOND = 2, _("Waits for a second person")
    DONE = 3, _("In effect")
    UNDONE = 4, _("Undone")
    REFUSED = 5, _("Refused by the second person")


class Decision(models.Model):
    """What somebody decided about a case: also the outbox of its acts, which leave when `leaves_at` has come."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.SmallIntegerField(choices=Verdict)
    reason_code = models.CharField(max_length=40)
    """One of `fraud.review.reasons`."""
    note = models.CharField(max_length=500, blank=True)
    ticket = models.UUIDField(unique=True)
    """Of the form, so that pressing twice decides once; names the acts too."""
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)
    leaves_at = models.DateTimeField()
    state = models.SmallIntegerField(choices=DecisionState, default=DecisionState.PENDING)
    is_in_bulk = models.BooleanField(default=False)
    is_blind = models.BooleanField(default=False)
    """A second look: it has no acts, and is compared."""
    second_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    """When it took effect, was undone or was refused."""
    outcome = models.JSONField(default=list)
    """What became of each payment: `[{"payment", "act" | "hold" | "refusal"}]`."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state__in=[1, 2]), name="one_open_decision_per_case"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="decision_verdict_is_known"),
            models.CheckConstraint(condition=Q(state__in=DecisionState.values), name="decision_state_is_known"),
            models.CheckConstraint(condition=~Q(reason_code=""), name="decision_has_a_reason"),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True, second_at__isnull=True)
                | Q(second_by__isnull=False, second_at__isnull=False) & ~Q(second_by=F("decided_by")),
                name="decision_is_seconded_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[1, 2], settled_at__isnull=True)
                | Q(state__in=[3, 4, 5], settled_at__isnull=False),
                name="settled_decision_says_since_when",
            ),
        ]
        indexes = [
            models.Index(fields=["leaves_at"], name="decision_to_leave", condition=Q(state=1)),
            models.Index(
                fields=["settled_at"], name="decision_rejected", condition=Q(verdict=2, state=3, is_blind=False)
            ),
        ]
        triggers = NEVER_DELETED

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} {self.case_id}"


class AlertKind(models.IntegerChoices):
    """Why a payment came into the queue."""

    ASSESSMENT = 1, _("Assessment")
    SAMPLE = 2, _("Random sample")
    MANUAL = 3, _("Asked for by a person")
    SECOND_LOOK = 4, _("Blind second look")


class Alert(models.Model):
    """One payment in a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alerts")
    kind = models.SmallIntegerField(choices=AlertKind)
    assessment_id = models.BigIntegerField()
    payment_id = models.BigIntegerField(db_index=True)
    amount = models.BigIntegerField()
    """Minor units."""
    currency = models.CharField(max_length=3)
    expected_loss = models.BigIntegerField()
    """Minor units: amount × score; without a score the whole amount."""
    raised_at = models.DateTimeField(auto_now_add=True)
    settled_by = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="alerts")
    """The decision that was made with it in view; None while there is none: what comes later is not decided unseen."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment_id", "kind"], name="alert_once_per_payment_and_kind"),
            models.CheckConstraint(condition=is_currency("currency"), name="alert_currency_is_iso"),
            models.CheckConstraint(condition=Q(kind__in=AlertKind.values), name="alert_kind_is_known"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, expected_loss__range=(0, F("amount"))), name="alert_loses_at_most_its_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.payment_id}"


class CaseEvent(models.Model):
    """One thing that happened to a case: opened, claimed, noted, escalated, put off, decided, undone, …"""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    """None for the machine."""
    at = models.DateTimeField(auto_now_add=True)
    note = models.CharField(max_length=1000, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(verb=""), name="case_event_has_a_verb")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.case_id} {self.verb}"
