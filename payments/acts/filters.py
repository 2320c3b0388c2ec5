"""How the lists of acts and of questions to providers are narrowed."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from payments.acts.labels import INQUIRY_STATES, KINDS, STATES
from payments.acts.models import Inquiry, PaymentAct
from payments.methods.models import Provider
from payments.web import SearchFilter


def _provider_names() -> list[tuple[str, str]]:
    return list(Provider.objects.order_by("name").values_list("code", "name"))


class ActFilters(FilterSet):
    """By the payment's reference, kind, state and provider."""

    q = SearchFilter(field_name="payment__merchant_reference", label=_("Payment"))
    state = ChoiceFilter(
        label=_("State"), choices=[(state, badge.label) for state, badge in STATES.items()], empty_label=_("Any state")
    )
    kind = ChoiceFilter(label=_("Kind"), choices=list(KINDS.items()), empty_label=_("Any kind"))
    provider = ChoiceFilter(
        field_name="provider__code", label=_("Provider"), empty_label=_("All providers"), choices=_provider_names
    )

    class Meta:
        model = PaymentAct
        fields: list[str] = []


class InquiryFilters(FilterSet):
    """By where a question stands."""

    q = SearchFilter(field_name="payment__merchant_reference", label=_("Payment"))
    state = ChoiceFilter(
        method="in_state", label=_("State"),
        choices=[(state, badge.label) for state, badge in INQUIRY_STATES.items()], empty_label=_("Any state"),
    )  # fmt: skip

    class Meta:
        model = Inquiry
        fields: list[str] = []

    def in_state(self, queryset: QuerySet[Inquiry], name: str, value: str) -> QuerySet[Inquiry]:
        """Waiting, settled or given up."""
        if value == "settled":
            return queryset.filter(settled_at__isnull=False)
        return queryset.filter(settled_at=None, next_try_at__isnull=value == "given_up")
