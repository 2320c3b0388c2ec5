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
from payments.web.columns import CountColumn


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


class ChoiceColumn(tables.Column):
    """A box that takes a delivery into the selection, where it can be tried again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        attrs = {"th": {"class": "choice"}, "td": {"class": "choice"}}
        super().__init__(*args, orderable=False, exclude_from_export=True, attrs=attrs, **kwargs)

    @property
    def header(self) -> SafeString:
        """One box for all rows of the page."""
        return format_html(
            '<input type="checkbox" class="form-check-input" data-choose-all="delivery" aria-label="{}">',
            _("Choose all rows of this page"),
        )

    def render(self, record: InboxDelivery) -> SafeString | str:
        """A box of the form above the list; none where trying again means nothing."""
        if record.state not in REPLAYABLE:
            return ""
        return format_html(
            '<input type="checkbox" class="form-check-input" name="delivery" value="{}" form="bulk" aria-label="{}">',
            record.pk,
            _("Choose %(reference)s") % {"reference": record.event_id},
        )


class ReplayingDeliveryTable(DeliveryTable):
    """Deliveries, for people who may try them again."""

    choice = ChoiceColumn(accessor="pk", verbose_name="")

    class Meta(DeliveryTable.Meta):
        sequence = ("choice", "...")
