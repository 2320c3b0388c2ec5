"""How lists are said on a screen: the lists, where an entry stands, and what a key is recognised by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fraud.features.models import KeyKind
from fraud.lists.models import ListEntry, ListName
from payments.web import Badge, Tone

HINT_LENGTH: Final = 40
LISTS: Final = {
    ListName.ALLOW: Badge(Tone.SUCCESS, ListName.ALLOW.label),
    ListName.BLOCK: Badge(Tone.DANGER, ListName.BLOCK.label),
    ListName.WATCH: Badge(Tone.WARNING, ListName.WATCH.label),
}
STATES: Final = {
    "in_force": Badge(Tone.SUCCESS, pgettext_lazy("list entry", "In force")),
    "waiting": Badge(Tone.INFO, _("Waits for a second person")),
    "expired": Badge(Tone.NEUTRAL, pgettext_lazy("list entry", "Expired")),
    "removed": Badge(Tone.NEUTRAL, pgettext_lazy("list entry", "Removed"), "cross"),
}


def state_of(entry: ListEntry, at: datetime) -> str:
    """`in_force`, `waiting`, `expired` or `removed`."""
    if entry.removed_at is not None:
        return "removed"
    if entry.expires_at is not None and entry.expires_at <= at:
        return "expired"
    is_waiting = entry.list_name == ListName.ALLOW and entry.approved_at is None
    return "waiting" if is_waiting else "in_force"


def mask(kind: KeyKind, text: str) -> str:
    """What a person who knows it recognises it by, and nobody else can use: `k…@example.com`, `203.0.113.…`."""
    text = text.strip()
    return _MASKS.get(kind, _beginning)(text)[:HINT_LENGTH]


def _beginning(text: str) -> str:
    return f"{text[: min(6, len(text) // 3)]}…"


def _email(text: str) -> str:
    name, _at, domain = text.rpartition("@")
    return f"{name[:1]}…@{domain}" if name else _beginning(text)


def _ip(text: str) -> str:
    separator = ":" if ":" in text else "."
    return text.rpartition(separator)[0] + f"{separator}…"


def _instrument(text: str) -> str:
    brand, _bin, last4 = text.split("|") if text.count("|") == 2 else ("", "", "")
    return f"{brand} ····{last4}" if last4 else _beginning(text)


_MASKS: Final[Mapping[KeyKind, Callable[[str], str]]] = {
    KeyKind.CUSTOMER: str,
    KeyKind.SHOP: str,
    KeyKind.EMAIL: _email,
    KeyKind.IP: _ip,
    KeyKind.INSTRUMENT: _instrument,
}
"""The number of a customer and the name of a shop are no secret; of everything else only a part is kept."""
