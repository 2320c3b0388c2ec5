"""What is configured: providers, payment methods, who may use which, what they cost and when they pay out."""

from __future__ import annotations

from typing import TypeVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from payments.calendars import Cycle
from payments.money import Rounding
from payments.records.models import NEVER_TRUNCATED

Edited = TypeVar("Edited", bound=models.Model)


def tracked(model: type[Edited]) -> type[Edited]:
    """Keep every insert, change and deletion of a table that people edit, by trigger; that history never changes."""
    events = [pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()]
    pghistory.track(*events, append_only=True, meta={"triggers": [NEVER_TRUNCATED]})(model)
    return model


def is_currency(field: str) -> Q:
    """A condition: the field is three capital letters."""
    return Q(**{f"{field}__regex": "^[A-Z]{3}$"})


@tracked
class BankAccount(models.Model):
    """An account of ours into which providers pay."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    account_reference = models.CharField(max_length=64, blank=True)
    """IBAN or local number as bank files write it, without spaces; '' accepts any account of a file."""
    currency = models.CharField(max_length=3)
    zone = models.CharField(max_length=64)
    country = models.CharField(max_length=2)
    """ISO 3166 code of the holiday calendar."""
    mapping = models.JSONField(null=True, blank=True)
    """Of mapped CSV statements; None when the bank delivers MT940 or CAMT."""

    class Meta:
        constraints = [models.CheckConstraint(condition=is_currency("currency"), name="bank_account_currency_is_iso")]

    def __str__(self) -> str:
        return self.code


@tracked
class Provider(models.Model):
    """A payment service provider account of ours."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    adapter = models.CharField(max_length=40)
    """Code of the file format in `payments.providers.registry`."""
    zone = models.CharField(max_length=64)
    """IANA zone of the provider's business dates."""
    country = models.CharField(max_length=2)
    """ISO 3166 code of the provider's holiday calendar."""
    currencies = ArrayField(models.CharField(max_length=3))
    """Currencies it settles in."""
    bank_account = models.ForeignKey(BankAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Where it pays to."""
    mapping = models.JSONField(null=True, blank=True)
    """Of mapped statements."""
    match_window_days = models.PositiveSmallIntegerField(default=7)
    """Fallback matching: a line may carry a date up to this many days after its movement."""
    ledger_grace_days = models.PositiveSmallIntegerField(default=1)
    """Business days after the booking date within which our own ledger must know a line."""
    deposit_grace_days = models.PositiveSmallIntegerField(default=1)
    """Business days after the payout date within which the bank must show the money."""
    is_enabled = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(currencies__len__gt=0), name="provider_has_a_currency"),
            models.CheckConstraint(condition=Q(match_window_days__lte=90), name="provider_window_is_bounded"),
        ]

    def __str__(self) -> str:
        return self.code


class MethodFamily(models.TextChoices):
    """The families of domain.md."""

    CARD = "card"
    WALLET = "wallet"
    BANK_TRANSFER = "bank_transfer"
    VIRTUAL_ACCOUNT = "virtual_account"
    CONVENIENCE_STORE = "convenience_store"
    CARRIER_BILLING = "carrier_billing"
    E_MONEY = "e_money"
    CRYPTO = "crypto"
    CONTACTLESS = "contactless"


@tracked
class PaymentMethod(models.Model):
    """What the buyer chooses."""

    code = models.SlugField(max_length=40, unique=True)
    family = models.CharField(max_length=20, choices=MethodFamily)
    name_ko = models.CharField(max_length=80)
    name_ja = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    is_enabled = models.BooleanField(default=True)
    display_order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["display_order", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(family__in=MethodFamily.values), name="method_family_is_known"),
        ]

    def __str__(self) -> str:
        return self.code


@tracked
class MethodLimit(models.Model):
    """Bounds of a method in one currency, in minor units; None means no bound."""

    method = models.ForeignKey(PaymentMethod, on_delete=models.CASCADE, related_name="limits")
    currency = models.CharField(max_length=3)
    minimum = models.BigIntegerField(null=True, blank=True)
    maximum = models.BigIntegerField(null=True, blank=True)
    customer_daily_cap = models.BigIntegerField(null=True, blank=True)
    customer_monthly_cap = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["method", "currency"], name="one_limit_per_method_and_currency"),
            models.CheckConstraint(condition=is_currency("currency"), name="method_limit_currency_is_iso"),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True) | Q(maximum__isnull=True) | Q(minimum__lte=F("maximum")),
                name="method_limit_minimum_below_maximum",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method_id} {self.currency}"


@tracked
class Offering(models.Model):
    """A method through a provider."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="offerings")
    method = models.ForeignKey(PaymentMethod, on_delete=models.CASCADE, related_name="offerings")
    provider_names = ArrayField(models.CharField(max_length=80), default=list)
    """How the provider's files name this method: visa, mc, 카드."""
    priority = models.PositiveSmallIntegerField(default=0)
    weight = models.PositiveSmallIntegerField(default=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "method"], name="one_offering_per_provider_and_method"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}/{self.method_id}"


@tracked
class AvailabilityRule(models.Model):
    """When a method is shown or hidden; every named condition must hold, an empty one holds always."""

    class Effect(models.TextChoices):
        """What the rule does where it holds."""

        SHOW = "show"
        HIDE = "hide"

    method = models.ForeignKey(PaymentMethod, on_delete=models.CASCADE, related_name="availability_rules")
    effect = models.CharField(max_length=4, choices=Effect)
    priority = models.PositiveSmallIntegerField(default=0)
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    """Of the two amounts; '' when neither is set."""
    amount_from = models.BigIntegerField(null=True, blank=True)
    amount_to = models.BigIntegerField(null=True, blank=True)
    devices = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    hour_from = models.PositiveSmallIntegerField(null=True, blank=True)
    hour_to = models.PositiveSmallIntegerField(null=True, blank=True)
    segments = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(effect__in=["show", "hide"]), name="availability_effect_is_known"),
            models.CheckConstraint(
                condition=Q(amount_from__isnull=True, amount_to__isnull=True) | is_currency("currency"),
                name="availability_amounts_have_a_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effect} {self.method_id}"


@tracked
class FeeContract(models.Model):
    """What a provider may charge for one method (or all) in one currency over a span of sold dates."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="fee_contracts")
    method = models.ForeignKey(PaymentMethod, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """None: every method without a contract of its own."""
    currency = models.CharField(max_length=3)
    """Settlement currency of the amounts below, all in minor units."""
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    """First date on which it no longer holds; None while it holds."""
    rate_basis_points = models.DecimalField(max_digits=8, decimal_places=3, default=0)
    fixed_minor = models.BigIntegerField(default=0)
    minimum_minor = models.BigIntegerField(default=0)
    vat_rate_basis_points = models.PositiveIntegerField(default=0)
    is_vat_included = models.BooleanField(default=False)
    """True when the agreed fee already contains its VAT (Toss: VAT = fee / 11)."""
    fee_rounding = models.CharField(max_length=10, choices=[(r.value, r.value) for r in Rounding], default="half_up")
    vat_rounding = models.CharField(max_length=10, choices=[(r.value, r.value) for r in Rounding], default="half_up")
    is_returned_on_refund = models.BooleanField(default=False)
    has_pass_through = models.BooleanField(default=False)
    """True for interchange++: scheme fee and interchange come on top as they fall and are not ours to recompute."""
    installment_basis_points = models.DecimalField(max_digits=8, decimal_places=3, default=0)
    """Share of the merchant in interest-free installments."""
    monthly_fee_minor = models.BigIntegerField(default=0)
    transfer_fee_minor = models.BigIntegerField(default=0)
    """Taken by the provider from each payout."""
    payout_threshold_minor = models.BigIntegerField(default=0)
    """A smaller balance is carried over instead of paid out."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=is_currency("currency"), name="fee_contract_currency_is_iso"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gt=F("effective_from")),
                name="fee_contract_span_is_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(rate_basis_points__gte=0) & Q(rate_basis_points__lte=10_000),
                name="fee_contract_rate_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(fee_rounding__in=[r.value for r in Rounding])
                & Q(vat_rounding__in=[r.value for r in Rounding]),
                name="fee_contract_rounding_is_known",
            ),
            ExclusionConstraint(
                name="fee_contract_spans_do_not_overlap",
                expressions=[
                    ("provider", RangeOperators.EQUAL),
                    (Func(F("method"), 0, function="COALESCE", output_field=models.BigIntegerField()), "="),
                    ("currency", RangeOperators.EQUAL),
                    (
                        Func("effective_from", "effective_to", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}/{self.method_id or '*'}/{self.currency} from {self.effective_from}"


@tracked
class PayoutSchedule(models.Model):
    """When a provider pays what it sold; one per provider and currency."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="payout_schedules")
    currency = models.CharField(max_length=3)
    cycle = models.CharField(max_length=10, choices=[(c.value, c.value) for c in Cycle])
    lag_business_days = models.PositiveSmallIntegerField(default=0)
    weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    """Weekly: 0 is Monday."""
    month_day = models.PositiveSmallIntegerField(null=True, blank=True)
    cut_off = models.TimeField(null=True, blank=True)
    """In the provider's zone; a sale after it belongs to the next date. None: midnight."""
    country = models.CharField(max_length=2)
    """Holiday calendar of the payouts."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "currency"], name="one_schedule_per_provider_and_currency"),
            models.CheckConstraint(condition=Q(cycle__in=[c.value for c in Cycle]), name="schedule_cycle_is_known"),
            models.CheckConstraint(
                condition=~Q(cycle="weekly") | Q(weekday__isnull=False, weekday__gte=0, weekday__lte=6),
                name="weekly_schedule_has_a_weekday",
            ),
            models.CheckConstraint(
                condition=~Q(cycle="monthly") | Q(month_day__isnull=False, month_day__gte=1, month_day__lte=31),
                name="monthly_schedule_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}/{self.currency} {self.cycle}"
