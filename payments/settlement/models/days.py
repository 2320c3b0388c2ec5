"""Settlement days, and the runs that reconciled providers and bank accounts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.methods.models import BankAccount, Provider


class DayState(models.TextChoices):
    """What is stored of a day's state; *ready* is computed (open, and nothing left to explain)."""

    OPEN = "open"
    SUBMITTED = "submitted"
    SIGNED_OFF = "signed_off"


class SettlementDay(models.Model):
    """A provider's booking date: what finance reviews and signs."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    booked_on = models.DateField()
    state = models.CharField(max_length=12, choices=DayState, default=DayState.OPEN)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_sha256 = models.CharField(max_length=64, blank=True)
    """Hash of the statement versions it was signed on."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "booked_on"], name="one_settlement_day_per_provider"),
            models.CheckConstraint(
                condition=Q(
                    state="open",
                    submitted_by__isnull=True,
                    submitted_at__isnull=True,
                    signed_by__isnull=True,
                    signed_at__isnull=True,
                    signed_sha256="",
                )
                | Q(
                    state="submitted",
                    submitted_by__isnull=False,
                    submitted_at__isnull=False,
                    signed_by__isnull=True,
                    signed_at__isnull=True,
                    signed_sha256="",
                )
                | (
                    Q(
                        state="signed_off",
                        submitted_by__isnull=False,
                        submitted_at__isnull=False,
                        signed_by__isnull=False,
                        signed_at__isnull=False,
                    )
                    & ~Q(signed_sha256="")
                    & ~Q(signed_by=F("submitted_by"))
                ),
                name="day_is_signed_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.booked_on}"


class ReconciliationRun(models.Model):
    """One run of the three layers over one provider."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    """Business date for which *missing* was judged."""
    configuration_hash = models.CharField(max_length=64)
    """Of the contracts, schedules and windows it used: another hash means everything is judged again."""
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    """None while the books cannot be reconciled: such a run stands for every failure since the last success."""
    totals = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["provider", "-started_at"], name="run_newest")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.started_at}"


class AccountRun(models.Model):
    """One run of the third layer over one bank account that found something to do."""

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    """Business date for which *missing* was judged."""
    facts_hash = models.CharField(max_length=32)
    """Of the statements, payouts, deposits and providers when it ended: another hash means they are paired again."""
    has_paired = models.BooleanField()
    """False when only the date was another: the pairs of the run before were judged again."""
    outcome = models.JSONField(default=dict)
    """Ids of the payouts that a person must pair: `ambiguous`, and `foreign` with the bank line that names each."""
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(finished_at__gte=F("started_at")), name="account_run_ends_after_start")
        ]
        indexes = [models.Index(fields=["account", "-id"], name="account_run_newest")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.started_at}"
