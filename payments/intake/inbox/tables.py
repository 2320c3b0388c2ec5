"""The list of deliveries."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.intake.inbox import labels
from payments.intake.models import InboxDelivery
from payments.intake.services.replay import REPLAYABLE
from payments.web import BadgeColumn, InstantColumn, ListTable, ReferenceColumn
from payments.web.columns import ChoiceColumn, CountColumn


class DeliveryColumn(ReferenceColumn):
    """The provider's id of the event, leading to the delivery."""

    def render(self, value: Any, record: Any = None) -> SafeString:
        """The id inside a link."""
        return format_html('<a href="{}">{}</a>', reverse("inbox:delivery", args=[record.pk]), super().render(value))


class DeliveryTable(ListTable):
    """What providers delivered, the newest first."""

    received_at = InstantColumn(verbose_name=_("Received at"))
    provider = tables.Column(verbose_name=_("Provider"), accessor="provider__name", orderable=False)
    event_type = ReferenceColumn(verbose_name=_("Type"), orderable=False, default="–", shown=32)
    event_id = DeliveryColumn(verbose_name=_("Event"), orderable=False, shown=22)
    state = BadgeColumn(badges=labels.STATES, verbose_name=_("State"), orderable=False)
    tries = CountColumn(verbose_name=_("Tries"), orderable=False)
    error = tables.Column(
        verbose_name=_("Error"),
        orderable=False,
        default="–",
        attrs={"td": {"class": "clipped", "title": lambda value: value or None}},
    )

    class Meta(ListTable.Meta):
        model = InboxDelivery
        fields: tuple[str, ...] = ()
        order_by = "-received_at"


class ReplayingDeliveryTable(DeliveryTable):
    """Deliveries, for people who may try them again."""

    choice = ChoiceColumn(
        name="delivery", reference="event_id", is_offered=lambda delivery: delivery.state in REPLAYABLE
    )

    class Meta(DeliveryTable.Meta):
        sequence = ("choice", "...")
