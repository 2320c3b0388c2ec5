"""How the lists of the merchant API and the page of its keys are narrowed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import (
    CharFilter,
    ChoiceFilter,
    FilterSet,
    IsoDateTimeFilter,
    MultipleChoiceFilter,
    NumberFilter,
)

from payments.facts import AttemptResult
from payments.intake.instants import read_instant
from payments.intake.models import ApiKey
from payments.ledger.filters import PERIOD_DAYS, PaymentFilter
from payments.ledger.hashing import email_hash
from payments.ledger.models import Attempt, Checkout, CheckoutStep, Customer, Dispute, Payment, Refund
from payments.ledger.querysets import found_by
from payments.ledger.states import AttemptStatus, DisputeStatus, PaymentStatus, RefundStatus
from payments.methods.models import Provider
from payments.web import CurrencyFilter, SearchFilter

_LARGEST: Final = 2**63 - 1


def _values(states: Any) -> list[tuple[str, str]]:
    return [(each.value, each.value) for each in states]


class InstantField(forms.CharField):
    """A moment as machines write it."""

    def to_python(self, value: Any) -> Any:
        """Aware, UTC; None for none."""
        if value in self.empty_values:
            return None
        try:
            return read_instant(str(value))
        except ValueError:
            words = _("Write it like 2026-11-21T15:04:05+09:00, with the zone.")
            raise forms.ValidationError(words, code="instant") from None


class InstantFilter(IsoDateTimeFilter):
    """A bound of a column of instants."""

    field_class = InstantField


def _from(field: str) -> InstantFilter:
    return InstantFilter(field_name=field, lookup_expr="gte")


def _before(field: str) -> InstantFilter:
    return InstantFilter(field_name=field, lookup_expr="lt")


class Several(MultipleChoiceFilter):
    """Any of several values, each given as a parameter of its own."""

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        """One condition; without the DISTINCT that django-filter would add."""
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class ApiPaymentFilter(PaymentFilter):
    """The filters of the page in the API's terms: instants (the end not included) and minor units."""

    at_least = at_most = None  # type: ignore[assignment]
    created = None  # type: ignore[assignment]
    status = Several(choices=_values(PaymentStatus))  # type: ignore[assignment]
    merchant_reference = CharFilter(max_length=80)
    created_from = _from("created_at")
    created_to = _before("created_at")
    amount_min = NumberFilter(field_name="amount", lookup_expr="gte", min_value=0, max_value=_LARGEST)
    amount_max = NumberFilter(field_name="amount", lookup_expr="lte", min_value=0, max_value=_LARGEST)

    @property
    def first_at(self) -> datetime | None:
        """The last 31 days, where neither a beginning nor an id, a key or a customer is asked for."""
        asked = self.form.cleaned_data if self.is_bound and self.form.is_valid() else {}
        if any(asked.get(name) for name in ("q", "customer", "merchant_reference", "created_from")):
            return None
        return (asked.get("created_to") or timezone.now()) - timedelta(days=PERIOD_DAYS)


class CheckoutFilter(FilterSet):
    """Of checkouts. Without a period the last 31 days; who names an order or a customer asks at any age."""

    merchant_reference = CharFilter(max_length=80)
    customer = CharFilter(method="of_customer", max_length=80)
    currency = CurrencyFilter()
    country = CharFilter(max_length=2)
    device = CharFilter(max_length=20)
    channel = CharFilter(max_length=40)
    campaign = CharFilter(max_length=80)
    step = ChoiceFilter(method="at_step", choices=_values(CheckoutStep.Step))
    is_paid = ChoiceFilter(method="paid", choices=[("true", "true"), ("false", "false")])
    started_from = _from("started_at")
    started_to = _before("started_at")

    class Meta:
        model = Checkout
        fields: list[str] = []

    @property
    def qs(self) -> QuerySet[Checkout]:
        """The rows that every filter leaves, and the default period where none is asked for."""
        rows: QuerySet[Checkout] = super().qs
        asked = self.form.cleaned_data if self.is_bound and self.form.is_valid() else {}
        if any(asked.get(name) for name in ("merchant_reference", "customer", "started_from")):
            return rows
        return rows.filter(started_at__gte=(asked.get("started_to") or timezone.now()) - timedelta(days=PERIOD_DAYS))

    def of_customer(self, queryset: QuerySet[Checkout], name: str, value: str) -> QuerySet[Checkout]:
        """Of the merchant's customer of this id, exactly."""
        customer = Customer.objects.filter(merchant_customer_id=value).values_list("pk", flat=True).first()
        return queryset.none() if customer is None else queryset.filter(customer_id=customer)

    def at_step(self, queryset: QuerySet[Checkout], name: str, value: str) -> QuerySet[Checkout]:
        """Checkouts that have come to a step, whatever came after it."""
        return queryset.filter(Exists(CheckoutStep.objects.filter(checkout_id=OuterRef("pk"), step=value)))

    def paid(self, queryset: QuerySet[Checkout], name: str, value: str) -> QuerySet[Checkout]:
        """Whether money was taken for it, whoever told of that; what went back later does not count."""
        taken = Exists(Payment.objects.filter(checkout_id=OuterRef("pk"), captured__gt=0))
        return queryset.filter(taken if value == "true" else ~taken)


class OfPaymentFilter(FilterSet):
    """What belongs to payments: payment and provider are looked up first, so that the rows are found by their ids."""

    q = CharFilter(method="search", max_length=200)

    merchant_reference = CharFilter(method="of_payment", max_length=80)
    provider = CharFilter(method="of_provider", max_length=40)

    def of_payment(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Of one payment."""
        payment = Payment.objects.filter(merchant_reference=value).values_list("pk", flat=True).first()
        return queryset.none() if payment is None else queryset.filter(payment_id=payment)

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Of the payments that a term names, as on their page: id, order, a provider's id, last four digits, e-mail."""
        return queryset.filter(payment_id__in=found_by(Payment.objects.all(), value).values("pk"))

    def of_provider(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """At one provider, by its code."""
        provider = Provider.objects.filter(code=value).values_list("pk", flat=True).first()
        return queryset.none() if provider is None else queryset.filter(provider_id=provider)


class AttemptFilter(OfPaymentFilter):
    """Of attempts."""

    status = Several(choices=_values(AttemptStatus))
    result = Several(choices=_values(AttemptResult))
    requested_from = _from("requested_at")
    requested_to = _before("requested_at")

    class Meta:
        model = Attempt
        fields: list[str] = []


class RefundFilter(OfPaymentFilter):
    """Of refunds."""

    currency = CurrencyFilter(field_name="payment__currency")
    amount_min = NumberFilter(field_name="amount", lookup_expr="gte", min_value=0, max_value=_LARGEST)
    amount_max = NumberFilter(field_name="amount", lookup_expr="lte", min_value=0, max_value=_LARGEST)
    status = Several(choices=_values(RefundStatus))
    requested_from = _from("requested_at")
    requested_to = _before("requested_at")

    class Meta:
        model = Refund
        fields: list[str] = []


class DisputeFilter(OfPaymentFilter):
    """Of disputes."""

    status = Several(choices=_values(DisputeStatus))
    opened_from = _from("opened_at")
    opened_to = _before("opened_at")

    class Meta:
        model = Dispute
        fields: list[str] = []


class CustomerFilter(FilterSet):
    """Of customers."""

    q = CharFilter(method="search", max_length=254)
    id = CharFilter(field_name="merchant_customer_id", max_length=80)
    segment = CharFilter(method="in_segment", max_length=40)

    class Meta:
        model = Customer
        fields: list[str] = []

    def search(self, queryset: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        """By the shop's id or an e-mail address, exactly: of addresses only hashes are kept."""
        return queryset.filter(Q(merchant_customer_id=value) | Q(email_hash=email_hash(value)))

    def in_segment(self, queryset: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        """Customers of a segment."""
        return queryset.filter(segments__contains=[value])


class KeyFilter(FilterSet):
    """Of the keys of the merchant API."""

    q = SearchFilter(method="search", label=_("Name or beginning of the key"))
    state = ChoiceFilter(
        method="in_state",
        label=_("State"),
        choices=[("in_force", _("In force")), ("ended", _("Expired or revoked"))],
        empty_label=_("Any state"),
    )

    class Meta:
        model = ApiKey
        fields: list[str] = []

    def search(self, queryset: QuerySet[ApiKey], name: str, value: str) -> QuerySet[ApiKey]:
        """Part of a name, or how a key begins; the table is small, so no index is needed."""
        return queryset.filter(Q(name__icontains=value) | Q(prefix__startswith=value.removeprefix("jsk_")[:8]))

    def in_state(self, queryset: QuerySet[ApiKey], name: str, value: str) -> QuerySet[ApiKey]:
        """Keys that hold, or that hold no more."""
        ended = Q(revoked_at__isnull=False) | Q(expires_at__lte=timezone.now())
        return queryset.filter(ended) if value == "ended" else queryset.exclude(ended)
