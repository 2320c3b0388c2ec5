"""The list of payments: which columns, and what each cell and its export say."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.ledger import labels
from payments.ledger.addresses import payment_url
from payments.ledger.models import Payment
from payments.web import (
    AmountColumn,
    Badge,
    BadgeColumn,
    CurrencyColumn,
    InstantColumn,
    ListTable,
    ReferenceColumn,
    Tone,
)
from payments.web.columns import CountColumn
from payments.web.keyset import without_place

CONFLICT = Badge(Tone.WARNING, _("Conflict"), "alert")


class PaymentColumn(ReferenceColumn):
    """The merchant's reference, leading to the payment; the page knows from the address which list it came from."""

    def render(self, value: Any, record: Any = None, table: Any = None) -> SafeString:
        """A link that keeps the filters, so that previous and next stay within them."""
        return format_html('<a href="{}{}">{}</a>', payment_url(record), table.list_query, super().render(value))


class MethodColumn(tables.Column):
    """The payment method by its name in the viewer's language."""

    def render(self, record: Payment) -> str:
        """'' has become the dash of the column before it comes here."""
        return labels.method_name(record.method)

    def value(self, record: Payment) -> str:
        """The same in the export."""
        return labels.method_name(record.method)


class ConflictColumn(tables.Column):
    """A mark where the events of a payment contradict each other; nothing where they do not."""

    def render(self, value: bool) -> SafeString | str:
        """The badge."""
        return CONFLICT.__html__() if value else ""

    def value(self, value: bool) -> str:
        """The word alone."""
        return str(CONFLICT.label) if value else ""


class PaymentTable(ListTable):
    """Payments, the newest first."""

    @cached_property
    def list_query(self) -> str:
        """The filters of the list as its links carry them, with the question mark; the same for every row."""
        query = without_place(self.request.GET)
        for key in ("columns", "per_page"):
            query.pop(key, None)
        return f"?{query.urlencode()}" if query else ""

    created_at = InstantColumn(verbose_name=_("Time"))
    merchant_reference = PaymentColumn(verbose_name=_("Order"), orderable=False)
    status = BadgeColumn(badges=labels.PAYMENT_BADGES, verbose_name=_("Status"), orderable=False)
    is_conflicting = ConflictColumn(verbose_name=_("Conflict"), orderable=False)
    currency = CurrencyColumn(orderable=False)
    amount = AmountColumn(verbose_name=_("Amount"), orderable=False)
    authorized = AmountColumn(verbose_name=_("Authorized"), orderable=False)
    captured = AmountColumn(verbose_name=_("Captured"), orderable=False)
    refunded = AmountColumn(verbose_name=_("Refunded"), orderable=False)
    charged_back = AmountColumn(verbose_name=_("Charged back"), orderable=False)
    provider = tables.Column(verbose_name=_("Provider"), accessor="provider__name", default="–", orderable=False)
    method = MethodColumn(verbose_name=_("Method"), default="–", orderable=False)
    last4 = tables.Column(verbose_name=_("Last 4"), default="–", orderable=False, attrs={"td": {"class": "reference"}})
    attempt_count = CountColumn(verbose_name=_("Attempts"), orderable=False)
    customer = ReferenceColumn(
        verbose_name=_("Customer"), accessor="customer__merchant_customer_id", default="–", orderable=False, shown=18
    )

    class Meta(ListTable.Meta):
        model = Payment
        fields: tuple[str, ...] = ()
        order_by = "-created_at"


USUAL_COLUMNS = (
    "merchant_reference", "created_at", "status", "is_conflicting", "currency", "amount", "captured", "refunded",
    "provider", "method", "last4", "attempt_count",
)  # fmt: skip
"""Shown until somebody chooses others."""
