"""How the lists of endpoints and of their deliveries are narrowed."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from payments.notices.labels import DELIVERIES, KINDS
from payments.notices.models import WebhookDelivery, WebhookEndpoint
from payments.web import SearchFilter


class EndpointFilters(FilterSet):
    """By a part of the address; there are a handful."""

    q = SearchFilter(field_name="url", lookup_expr="icontains", label=_("Address"))

    class Meta:
        model = WebhookEndpoint
        fields: list[str] = []


class DeliveryFilters(FilterSet):
    """By where a delivery stands, and by kind of message."""

    state = ChoiceFilter(
        method="in_state", label=_("State"),
        choices=[(state, badge.label) for state, badge in DELIVERIES.items()], empty_label=_("Any state"),
    )  # fmt: skip
    kind = ChoiceFilter(
        field_name="message__kind", label=_("Kind"), choices=list(KINDS.items()), empty_label=_("Any kind")
    )

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []

    def in_state(self, queryset: QuerySet[WebhookDelivery], name: str, value: str) -> QuerySet[WebhookDelivery]:
        """Taken, waiting or given up."""
        if value == "taken":
            return queryset.filter(taken_at__isnull=False)
        return queryset.filter(taken_at=None, next_try_at__isnull=value == "given_up")
