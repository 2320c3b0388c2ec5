"""How payments are narrowed, on the page and in the merchant API alike; every value is in the address."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, NumberFilter

from payments.ledger import labels
from payments.ledger.models import Customer, Payment
from payments.ledger.querysets import found_by
from payments.ledger.states import PaymentStatus
from payments.methods.models import PaymentMethod, Provider
from payments.web import CurrencyFilter, InstantPeriodFilter, SearchFilter
from payments.web.filters import CodeFilter, within_major

PERIOD_DAYS: Final = 31
"""What is looked at when nobody says: today and the days before it, in the viewer's zone."""


class PaymentFilter(FilterSet):
    """Of payments. Without a period the last 31 days; who asks for an id, a key or a customer asks at any age."""

    q = SearchFilter(method="search", label=_("Id, order, provider’s id, last 4 or e-mail"), max_length=200)
    status = ChoiceFilter(
        label=_("Status"),
        choices=[(each.value, labels.PAYMENT_BADGES[each].label) for each in PaymentStatus],
        empty_label=_("Any"),
    )
    provider = CodeFilter(label=_("Provider"), empty_label=_("All providers"))
    method = CodeFilter(label=_("Method"), empty_label=_("All methods"))
    currency = CurrencyFilter()
    at_least = NumberFilter(method="from_amount", label=_("Amount from"), min_value=0)
    at_most = NumberFilter(method="to_amount", label=_("Amount up to"), min_value=0)
    conflict = ChoiceFilter(
        field_name="is_conflicting",
        label=_("Conflict"),
        choices=[("True", _("Contradictory events")), ("False", _("None"))],
        empty_label=_("Any"),
    )
    customer = CharFilter(method="of_customer", label=_("Customer"), max_length=80)
    created = InstantPeriodFilter(field_name="created_at", label=_("Created"))

    class Meta:
        model = Payment
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["provider"].know(list(Provider.objects.order_by("name").values_list("pk", "code", "name")))
        self.filters["method"].know(
            [
                (method.pk, method.code, labels.method_name(method))
                for method in PaymentMethod.objects.order_by("display_order", "code")
            ]
        )

    @property
    def qs(self) -> QuerySet[Payment]:
        """The rows that every filter leaves, and the default period where none is asked for."""
        rows: QuerySet[Payment] = super().qs
        first = self.first_at
        return rows if first is None else rows.filter(created_at__gte=first)

    @property
    def first_at(self) -> datetime | None:
        """Where the period begins that nobody asked for; None where somebody did, or asked by id, key or customer."""
        asked = self.form.cleaned_data if self.is_bound and self.form.is_valid() else {}
        if asked.get("q") or asked.get("customer"):
            return None
        period: slice | None = asked.get("created")
        if period is not None and period.start is not None:
            return None
        last = period.stop if period is not None and period.stop is not None else timezone.now()
        midnight = timezone.localtime(last).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(days=PERIOD_DAYS - 1)

    def search(self, queryset: QuerySet[Payment], name: str, value: str) -> QuerySet[Payment]:
        """Whatever somebody pasted."""
        return found_by(queryset, value)

    def from_amount(self, queryset: QuerySet[Payment], name: str, value: Decimal) -> QuerySet[Payment]:
        """At least so many won, yen or euros."""
        return queryset.filter(within_major("amount", value, self.form.cleaned_data.get("at_most")))

    def to_amount(self, queryset: QuerySet[Payment], name: str, value: Decimal) -> QuerySet[Payment]:
        """At most so many won, yen or euros."""
        if self.form.cleaned_data.get("at_least") is not None:
            return queryset  # the other end is asked with this one
        return queryset.filter(within_major("amount", None, value))

    def of_customer(self, queryset: QuerySet[Payment], name: str, value: str) -> QuerySet[Payment]:
        """Of the merchant's customer of this id, exactly."""
        known = Customer.objects.filter(merchant_customer_id=value.strip()).values_list("pk", flat=True)
        return queryset.filter(customer_id__in=list(known))
