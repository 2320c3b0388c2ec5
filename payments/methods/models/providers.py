"""What is configured: providers, bank accounts, payment methods, and who may use which."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from payments.records.models import tracked


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
    event_adapter = models.CharField(max_length=40, blank=True)
    """Code of the scheme of its webhooks in `payments.providers.events`; '' when it delivers none: then what the shop
    says of money moved there counts."""
    api_address = models.URLField(max_length=200, blank=True)
    """Where its API is asked; '' for the address its adapter knows."""
    captures_apart = models.BooleanField(default=False)
    """Whether an authorization takes no money until a capture is told. Only we know how our account is set up."""
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
