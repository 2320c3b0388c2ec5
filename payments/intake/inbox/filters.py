"""How deliveries are narrowed; every value is in the address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from payments.intake.inbox import labels
from payments.intake.models import DeliveryState, InboxDelivery
from payments.methods.models import Provider
from payments.web import InstantPeriodFilter, SearchFilter
from payments.web.filters import CodeFilter

PERIOD_DAYS: Final = 31
_FEW: Final = frozenset(
    {DeliveryState.UNVERIFIED, DeliveryState.WAITING, DeliveryState.PARKED, DeliveryState.SET_ASIDE}
)
"""States with an index of their own, in which a delivery does not stay: they are shown at any age."""


class DeliveryFilter(FilterSet):
    """Of deliveries. Without a period the last 31 days; an id, and what still has to be done, at any age."""

    q = SearchFilter(method="search", label=_("Id of the event, exactly"), max_length=160)
    state = ChoiceFilter(
        label=_("State"),
        choices=[(state.value, labels.STATES[state].label) for state in DeliveryState],
        empty_label=_("Any"),
    )
    provider = CodeFilter(label=_("Provider"), empty_label=_("All providers"))
    type = CharFilter(field_name="event_type", label=_("Type of the event"), max_length=80)
    verified = ChoiceFilter(
        field_name="is_verified",
        label=_("Signature"),
        choices=[("True", _("Signed")), ("False", _("Unsigned"))],
        empty_label=_("Any"),
    )
    received = InstantPeriodFilter(field_name="received_at", label=_("Received at"))

    class Meta:
        model = InboxDelivery
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["provider"].know(list(Provider.objects.order_by("name").values_list("pk", "code", "name")))

    @property
    def qs(self) -> QuerySet[InboxDelivery]:
        """The rows that every filter leaves, and the default period where none is asked for."""
        rows: QuerySet[InboxDelivery] = super().qs
        asked = self.form.cleaned_data if self.is_bound and self.form.is_valid() else {}
        if asked.get("q") or asked.get("state") in _FEW or asked.get("received"):
            return rows
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        return rows.filter(received_at__gte=midnight - timedelta(days=PERIOD_DAYS - 1))

    def search(self, queryset: QuerySet[InboxDelivery], name: str, value: str) -> QuerySet[InboxDelivery]:
        """The provider's id of the event, whole; or the id of the row."""
        value = value.strip()
        named = Q(provider_id__in=list(self.filters["provider"].ids.values()), event_id=value)
        if value.isascii() and value.isdigit() and len(value) < 19:
            named |= Q(pk=int(value))
        return queryset.filter(named)
