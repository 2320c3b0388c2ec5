"""The list of entries of all lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fraud.features.models import KeyKind
from fraud.lists.days import last_day_before
from fraud.lists.hashed import hashed
from fraud.lists.labels import LISTS, STATES, state_of
from fraud.lists.models import ListEntry, ListName
from payments.web import BadgeColumn, InstantColumn, ListTable
from payments.web.columns import CountColumn

_UNBROKEN: Final = {"td": {"class": "text-nowrap"}}


class _CodeColumn(tables.Column):
    """A column of a file: its header is a code, the same in every language."""

    def __init__(self, code: str, **kwargs: Any) -> None:
        super().__init__(verbose_name=code, **kwargs)


class EntryFile(ListTable):
    """Entries as an import takes them: columns by code, values hashed but for the numbers of customers."""

    list = _CodeColumn("list", accessor="list_name")
    kind = _CodeColumn("kind")
    value = _CodeColumn("value", accessor="key", orderable=False)
    reason = _CodeColumn("reason", orderable=False)
    expires_on = _CodeColumn("expires_on", accessor="expires_at", orderable=False, empty_values=())
    hint = _CodeColumn("hint", orderable=False)
    state = _CodeColumn("state", accessor="pk", orderable=False)
    hits = _CodeColumn("hits", accessor="hit_count", orderable=False)
    added_by = _CodeColumn("added_by", orderable=False)
    added_at = _CodeColumn("added_at")

    class Meta(ListTable.Meta):
        order_by = "-added_at"

    def value_list(self, record: ListEntry) -> str:
        """By its code."""
        return ListName(record.list_name).name.lower()

    def value_kind(self, record: ListEntry) -> str:
        """By its code."""
        return KeyKind(record.kind).name.lower()

    def value_value(self, record: ListEntry) -> str:
        """The number of a customer at the shop, which is no secret; of all else the hash."""
        return str(record.customer) if record.kind == KeyKind.CUSTOMER else hashed(record.key)  # type: ignore[attr-defined]

    def value_expires_on(self, record: ListEntry) -> str:
        """The last day, in the zone of the house's reports."""
        return "" if record.expires_at is None else last_day_before(record.expires_at).isoformat()

    def value_state(self, record: ListEntry) -> str:
        """By its code."""
        return state_of(record, timezone.now())

    def value_added_at(self, value: datetime) -> str:
        """The instant, in UTC."""
        return value.isoformat()


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

    def render_state(self, record: ListEntry) -> SafeString:
        """A badge."""
        return STATES[state_of(record, timezone.now())].__html__()
