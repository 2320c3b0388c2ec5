"""What providers may charge and when they pay: fee contracts and payout schedules."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from payments.calendars import Cycle
from payments.methods.models.providers import PaymentMethod, Provider, is_currency
from payments.money import Rounding
from payments.records.history import tracked

ROUNDINGS = [mode.value for mode in Rounding]
ROUNDING_CHOICES = [(mode, mode) for mode in ROUNDINGS]


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
    fee_rounding = models.CharField(max_length=10, choices=ROUNDING_CHOICES, default="half_up")
    vat_rounding = models.CharField(max_length=10, choices=ROUNDING_CHOICES, default="half_up")
    is_returned_on_refund = models.BooleanField(default=False)
    has_pass_through = models.BooleanField(default=False)
    """True for interchange++: scheme fee and interchange come on top as they fall and are not ours to recompute."""
    installment_basis_points = models.DecimalField(max_digits=8, decimal_places=3, default=0)
    """Share of the merchant in interest-free installments."""
    monthly_fee_minor = models.BigIntegerField(default=0)
    transfer_fee_minor = models.BigIntegerField(default=0)
    """Taken by the provider from each payout."""
    chargeback_fee_minor = models.BigIntegerField(null=True, blank=True)
    """Taken with each chargeback; None: the contract does not say, and nothing is audited."""
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
                condition=Q(chargeback_fee_minor__isnull=True) | Q(chargeback_fee_minor__gte=0),
                name="fee_contract_chargeback_fee_is_a_cost",
            ),
            models.CheckConstraint(
                condition=Q(fee_rounding__in=ROUNDINGS) & Q(vat_rounding__in=ROUNDINGS),
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
