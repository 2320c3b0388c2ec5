"""The lists of endpoints and of their deliveries."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.notices.labels import DELIVERIES, ENDPOINTS, KINDS, delivery_state, endpoint_state
from payments.notices.models import WebhookDelivery, WebhookEndpoint
from payments.web import InstantColumn, ListTable
from payments.web.columns import CountColumn


class EndpointTable(ListTable):
    """Addresses that are told what changed."""

    url = tables.Column(verbose_name=_("Address"), linkify=lambda record: reverse("notices:endpoint", args=[record.pk]))
    description = tables.Column(verbose_name=_("Description"), default="–")
    state = tables.Column(verbose_name=_("State"), accessor="pk", orderable=False)
    failing_since_at = InstantColumn(verbose_name=_("Failing since"), default="–")
    created_at = InstantColumn(verbose_name=_("Created"))

    class Meta(ListTable.Meta):
        order_by = "url"

    def render_state(self, record: WebhookEndpoint) -> SafeString:
        """A badge."""
        return ENDPOINTS[endpoint_state(record)].__html__()

    def value_state(self, record: WebhookEndpoint) -> str:
        """The code, in the export."""
        return endpoint_state(record)


class DeliveryTable(ListTable):
    """Deliveries to one endpoint, the newest first."""

    created_at = InstantColumn(verbose_name=_("Written at"), accessor="message__created_at", orderable=False)
    kind = tables.Column(verbose_name=_("Kind"), accessor="message__kind", orderable=False)
    reference = tables.Column(
        verbose_name=_("Payment"), accessor="message__payload__reference", orderable=False, default="–"
    )
    message = tables.Column(verbose_name=_("Message"), accessor="message_id", orderable=False)
    state = tables.Column(verbose_name=_("State"), accessor="pk", orderable=False)
    tries = CountColumn(verbose_name=_("Tries"), orderable=False)
    next_try_at = InstantColumn(verbose_name=_("Next try"), default="–", orderable=False)
    error = tables.Column(verbose_name=_("What was answered"), orderable=False, default="–")

    class Meta(ListTable.Meta):
        order_by = "-pk"

    def render_kind(self, value: str) -> str | Promise:
        """In words."""
        return KINDS.get(value, value)

    def render_message(self, value: object, record: WebhookDelivery) -> SafeString:
        """Its id, leading to what it says."""
        url = reverse("notices:delivery", args=[record.pk])
        return format_html('<a href="{}"><code>{}</code></a>', url, str(value)[:8])

    def value_message(self, value: object) -> str:
        """The whole id, in the export."""
        return str(value)

    def render_state(self, record: WebhookDelivery) -> SafeString:
        """A badge."""
        return DELIVERIES[delivery_state(record)].__html__()

    def value_state(self, record: WebhookDelivery) -> str:
        """The code, in the export."""
        return delivery_state(record)
