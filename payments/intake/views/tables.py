"""The list of keys of the merchant API."""

from __future__ import annotations

from typing import Final

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.intake.models import ApiKey
from payments.intake.scopes import Scope
from payments.intake.services.keys import is_in_force
from payments.web import Badge, InstantColumn, ListTable, Tone

_IN_FORCE: Final = Badge(Tone.SUCCESS, _("In force"))
_EXPIRED: Final = Badge(Tone.NEUTRAL, pgettext_lazy("key", "Expired"), "clock")
_REVOKED: Final = Badge(Tone.NEUTRAL, pgettext_lazy("key", "Revoked"), "lock")


def key_badge(key: ApiKey) -> Badge:
    """In force, expired or revoked."""
    if key.revoked_at is not None:
        return _REVOKED
    return _IN_FORCE if is_in_force(key, timezone.now()) else _EXPIRED


def scope_words(key: ApiKey) -> list[str]:
    """What a key may do, in words; a scope that is gone keeps its code."""
    words = dict(Scope.choices)
    return [str(words.get(scope, scope)) for scope in key.scopes]


def beginning_of(prefix: str) -> str:
    """As a key begins, for people to tell it by."""
    return f"jsk_{prefix}_…"


class StateColumn(tables.Column):
    """Whether a key holds; computed, for it expires by the clock."""

    def render(self, record: ApiKey) -> str:
        """The badge."""
        return key_badge(record).__html__()

    def value(self, record: ApiKey) -> str:
        """Its words."""
        return str(key_badge(record).label)


class ScopesColumn(tables.Column):
    """What the key may do."""

    def render(self, record: ApiKey) -> str:
        """The codes, as machines and documents write them."""
        return ", ".join(record.scopes)


class KeyTable(ListTable):
    """Who may call the merchant API, and for what."""

    name = tables.Column(verbose_name=_("Name"), linkify=lambda record: reverse("keys:key", args=[record.pk]))
    prefix = tables.Column(verbose_name=_("Begins with"))
    state = StateColumn(verbose_name=_("State"), accessor="pk", orderable=False)
    scopes = ScopesColumn(verbose_name=_("May"), orderable=False)
    used = InstantColumn(verbose_name=_("Last used"), accessor="use__last_used_at", default="–")
    created_at = InstantColumn(verbose_name=_("Created"))
    expires_at = InstantColumn(verbose_name=_("Expires"), default="–")

    class Meta(ListTable.Meta):
        order_by = "-created_at"

    def render_prefix(self, value: str) -> str:
        """As the key begins."""
        return beginning_of(value)
