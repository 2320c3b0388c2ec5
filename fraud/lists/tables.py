"""The list of entries of all lists."""

from __future__ import annotations

from typing import Final

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fraud.features.models import KeyKind
from fraud.lists.labels import LISTS, STATES, state_of
from fraud.lists.models import ListEntry, ListName
from payments.web import BadgeColumn, InstantColumn, ListTable
from payments.web.columns import CountColumn

_UNBROKEN: Final = {"td": {"class": "text-nowrap"}}


class EntryTable(ListTable):
    """Entries, the newest first."""

    added_at = InstantColumn(
        verbose_name=_("Added at"), linkify=lambda record: reverse("lists:entry", args=[record.pk])
    )
    list_name = BadgeColumn(verbose_name=_("List"), badges=LISTS)
    kind = tables.Column(verbose_name=_("What it is"), attrs=_UNBROKEN)
    hint = tables.Column(verbose_name=_("Recognised by"), orderable=False, default="–", attrs=_UNBROKEN)
    reason = tables.Column(verbose_name=_("Reason"), orderable=False, attrs={"td": {"class": "wrap"}})
    state = tables.Column(verbose_name=_("State"), accessor="pk", orderable=False)
    added_by = tables.Column(verbose_name=_("Added by"), orderable=False, attrs=_UNBROKEN)
    expires_at = InstantColumn(verbose_name=_("Ends at"), default="–")
    hit_count = CountColumn(verbose_name=_("Hits in 90 days"))

    class Meta(ListTable.Meta):
        order_by = "-added_at"

    def value_list_name(self, record: ListEntry) -> str:
        """As a file to be imported has it."""
        return ListName(record.list_name).name.lower()

    def value_kind(self, record: ListEntry) -> str:
        """As a file to be imported has it."""
        return KeyKind(record.kind).name.lower()

    def render_state(self, record: ListEntry) -> SafeString:
        """A badge."""
        return STATES[state_of(record, timezone.now())].__html__()

    def value_state(self, record: ListEntry) -> str:
        """The code, in the export."""
        return state_of(record, timezone.now())
