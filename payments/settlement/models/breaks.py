"""Breaks: differences somebody must explain, and everything that was done about them."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q

from payments.ledger.models import Movement
from payments.methods.models import BankAccount, Provider, is_currency
from payments.records.models import APPEND_ONLY
from payments.settlement.models.banking import BankLine
from payments.settlement.models.statements import Payout, StatementLine


class Layer(models.TextChoices):
    """The three layers of reconciliation."""

    TRANSACTION = "transaction"
    SETTLEMENT = "settlement"
    DEPOSIT = "deposit"


class BreakKind(models.TextChoices):
    """What differs."""

    MISSING_ON_STATEMENT = "missing_on_statement"
    MISSING_IN_LEDGER = "missing_in_ledger"
    MISSING_DEPOSIT = "missing_deposit"
    AMOUNT = "amount"
    CURRENCY = "currency"
    DUPLICATE = "duplicate"
    FEE = "fee"
    RESIDUAL = "residual"
    UNKNOWN_KIND = "unknown_kind"
    AMBIGUOUS = "ambiguous"


class BreakState(models.TextChoices):
    """Where the work on it stands."""

    OPEN = "open"
    INVESTIGATING = "investigating"
    RESOLVED = "resolved"


class ResolutionReason(models.TextChoices):
    """Why it is a break no more."""

    TIMING = "timing"
    """The missing file came: closed by the machine."""
    PROVIDER_ERROR = "provider_error"
    OUR_ERROR = "our_error"
    FEE_AGREED = "fee_agreed"
    WRITTEN_OFF = "written_off"
    MATCHED_BY_HAND = "matched_by_hand"


SUBJECT_SQL: Final = "split_part(b.natural_key, '/', 1)"
"""`Break.subject` of a break `b`, in SQL."""


class Break(models.Model):
    """One difference. Its natural key is made of the parties' own references, so it survives corrected files."""

    provider = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(BankAccount, null=True, on_delete=models.PROTECT, related_name="+")
    """For a gap between two bank statements, which is no provider's."""
    layer = models.CharField(max_length=12, choices=Layer)
    kind = models.CharField(max_length=24, choices=BreakKind)
    natural_key = models.CharField(max_length=400, unique=True)
    booked_on = models.DateField()
    """The settlement day it belongs to."""
    currency = models.CharField(max_length=3)
    amount_at_risk = models.BigIntegerField()
    """Minor units, never negative: what we may lose or owe."""
    expected = models.BigIntegerField(null=True)
    found = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=160, blank=True)
    """What a person searches by: order number, payout key, statement."""
    line = models.ForeignKey(
        StatementLine, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    movement = models.ForeignKey(
        Movement, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    payout = models.ForeignKey(Payout, null=True, on_delete=models.SET_NULL, related_name="+")
    bank_line = models.ForeignKey(BankLine, null=True, on_delete=models.PROTECT, related_name="+")
    opened_on = models.DateField()
    """The business date as of which it was first seen."""
    due_at = models.DateTimeField()
    """When it should be explained, from its age and amount."""
    state = models.CharField(max_length=14, choices=BreakState, default=BreakState.OPEN)
    reason = models.CharField(max_length=20, choices=ResolutionReason, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(layer__in=Layer.values), name="break_layer_is_known"),
            models.CheckConstraint(condition=Q(kind__in=BreakKind.values), name="break_kind_is_known"),
            models.CheckConstraint(condition=is_currency("currency"), name="break_currency_is_iso"),
            models.CheckConstraint(condition=Q(amount_at_risk__gte=0), name="break_risk_is_not_negative"),
            models.CheckConstraint(
                condition=(Q(state="resolved") & Q(reason__in=ResolutionReason.values) & Q(resolved_at__isnull=False))
                | (Q(state__in=["open", "investigating"]) & Q(reason="") & Q(resolved_at__isnull=True)),
                name="break_is_resolved_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(provider__isnull=False) | Q(account__isnull=False), name="break_has_a_party"
            ),
        ]
        indexes = [
            models.Index(
                fields=["provider", "booked_on"], name="break_unresolved_by_day", condition=~Q(state="resolved")
            ),
            models.Index(fields=["due_at"], name="break_unresolved_by_due", condition=~Q(state="resolved")),
            models.Index(fields=["due_at", "id"], name="break_by_due"),
            models.Index(fields=["provider", "booked_on"], name="break_by_day"),
        ]

    def __str__(self) -> str:
        return self.natural_key

    @property
    def subject(self) -> str:
        """What the machine looked at, as its natural key begins: a kind of break, or a term of the contract."""
        return self.natural_key.partition("/")[0]


class BreakEvent(models.Model):
    """One thing that happened to a break; append-only."""

    class Verb(models.TextChoices):
        """What happened."""

        OPENED = "opened"
        CHANGED = "changed"
        """The machine found other figures."""
        REOPENED = "reopened"
        CLOSED = "closed"
        """The machine found nothing to explain any more."""
        ASSIGNED = "assigned"
        COMMENTED = "commented"
        RESOLVED = "resolved"

    on_break = models.ForeignKey(Break, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField(max_length=12, choices=Verb)
    happened_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField(blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.verb} {self.on_break_id}"
