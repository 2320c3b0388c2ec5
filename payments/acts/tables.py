"""The lists of acts and of questions to providers."""

from __future__ import annotations

from typing import Final

import django_tables2 as tables
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments.acts.labels import INQUIRY_STATES, KINDS, STATES
from payments.acts.models import Inquiry, PaymentAct
from payments.ledger.addresses import payment_url
from payments.web import AmountColumn, BadgeColumn, CurrencyColumn, InstantColumn, ListTable, ReferenceColumn
from payments.web.columns import CountColumn

_UNBROKEN: Final = {"td": {"class": "text-nowrap"}}


class AnswerColumn(tables.Column):
    """What was answered, as it was kept: our own words in the viewer's language, a provider's as they are."""

    def __init__(self) -> None:
        super().__init__(
            verbose_name=_("What was answered"), orderable=False, default="–", attrs={"td": {"class": "wrap"}}
        )

    def render(self, value: str) -> str:
        """Translated where it is ours."""
        return gettext(value)

    def value(self, value: str) -> str:
        """As it was kept."""
        return value


class ActTable(ListTable):
    """Acts, the newest first."""

    requested_at = InstantColumn(
        verbose_name=_("Requested at"), linkify=lambda record: reverse("acts:act", args=[record.pk])
    )
    payment = ReferenceColumn(
        verbose_name=_("Payment"), accessor="payment__merchant_reference",
        linkify=lambda record: payment_url(record.payment),
    )  # fmt: skip
    kind = tables.Column(verbose_name=_("Kind"))
    currency = CurrencyColumn()
    amount = AmountColumn(verbose_name=_("Amount"))
    state = BadgeColumn(verbose_name=_("State"), badges=STATES)
    provider = tables.Column(verbose_name=_("Provider"), accessor="provider__name", attrs=_UNBROKEN)
    requested_by = tables.Column(verbose_name=_("Requested by"), accessor="pk", orderable=False)
    error = AnswerColumn()

    class Meta(ListTable.Meta):
        order_by = "-requested_at"

    def render_kind(self, value: object, record: PaymentAct) -> str | Promise:
        """In words."""
        return KINDS[record.kind]

    def render_requested_by(self, record: PaymentAct) -> str:
        """A person's name, or the beginning of an API key."""
        return author_of(record)


def author_of(act: PaymentAct) -> str:
    """Who asked for it."""
    return str(act.requested_by) if act.requested_by else act.requested_with


class InquiryTable(ListTable):
    """Questions to providers, the newest first."""

    payment = ReferenceColumn(
        verbose_name=_("Payment"), accessor="payment__merchant_reference",
        linkify=lambda record: payment_url(record.payment),
    )  # fmt: skip
    attempt_reference = ReferenceColumn(verbose_name=_("Attempt"), orderable=False)
    provider = tables.Column(verbose_name=_("Provider"), accessor="provider__name", attrs=_UNBROKEN)
    state = tables.Column(verbose_name=_("State"), accessor="pk", orderable=False)
    tries = CountColumn(verbose_name=_("Tries"))
    next_try_at = InstantColumn(verbose_name=_("Next try"), default="–")
    error = AnswerColumn()

    class Meta(ListTable.Meta):
        order_by = "-pk"

    def render_state(self, record: Inquiry) -> SafeString:
        """A badge."""
        return INQUIRY_STATES[_state(record)].__html__()

    def value_state(self, record: Inquiry) -> str:
        """The code, in the export."""
        return _state(record)


def _state(inquiry: Inquiry) -> str:
    if inquiry.settled_at is not None:
        return "settled"
    return "given_up" if inquiry.next_try_at is None else "waiting"
