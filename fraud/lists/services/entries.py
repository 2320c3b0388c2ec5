"""Puts keys on lists and takes them off: the allow list only with a second person, and never for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from fraud.features.keys import key_of
from fraud.features.models import KeyKind
from fraud.lists.labels import mask
from fraud.lists.models import ListEntry, ListName
from payments.cards import holds_card_data
from payments.records.services import audit

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class EntryRefused(Exception):
    """The entry cannot be made; `code` says why."""

    code = ""


class KeyUnknown(EntryRefused):
    """No key can be made of the text: nobody has seen this customer, or it is no IP address."""

    code = "unknown"


class CardData(EntryRefused):
    """It holds a card number or a security code, of which nothing is kept."""

    code = "card_data"


class MustExpire(EntryRefused):
    """An entry of the allow list ends some day, and no end is past."""

    code = "expiry"


class StandsAlready(EntryRefused):
    """The key is on this list."""

    code = "twice"


class OwnEntry(Exception):
    """Nobody approves what they added themselves."""


class NotOpen(Exception):
    """The entry was removed, has expired, or was approved before."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to stand on a list, in somebody's words."""

    list_name: ListName
    kind: KeyKind
    text: str
    """The e-mail address, the IP address, the customer's number at the merchant, … Only its hash is kept."""
    reason: str
    expires_at: datetime | None = None


@transaction.atomic
def add(entry: NewEntry, *, by: AbstractBaseUser) -> ListEntry:
    """Put a key on a list: in force at once, but on the allow list when a second person approves.

    Raises:
        EntryRefused: one of the above.
    """
    key = checked_key(entry)
    try:
        with transaction.atomic():
            row = ListEntry.objects.create(
                list_name=entry.list_name, kind=entry.kind, key=key, hint=mask(entry.kind, entry.text),
                reason=entry.reason, expires_at=entry.expires_at, added_by_id=by.pk,
            )  # fmt: skip
    except IntegrityError as error:
        raise StandsAlready from error
    _note("added", row, by, entry.reason)
    return row


def checked_key(entry: NewEntry) -> int:
    """The key of a new entry, if it may be made; raises EntryRefused as `add` does, but for what stands already."""
    if holds_card_data(entry.text) or holds_card_data(entry.reason):
        raise CardData
    is_over = entry.expires_at is not None and entry.expires_at <= timezone.now()
    if is_over or (entry.list_name == ListName.ALLOW and entry.expires_at is None):
        raise MustExpire
    key = key_of(entry.kind, entry.text)
    if key is None:
        raise KeyUnknown
    return key


@transaction.atomic
def approve(entry: ListEntry, *, by: AbstractBaseUser) -> ListEntry:
    """Let an entry of the allow list count.

    Raises:
        OwnEntry: the person added it.
        NotOpen: it was removed, expired or approved meanwhile, or stands on a list that needs no approval.
    """
    row = ListEntry.objects.select_for_update().get(pk=entry.pk)
    now = timezone.now()
    is_over = row.removed_at is not None or (row.expires_at is not None and row.expires_at <= now)
    if is_over or row.approved_at is not None or row.list_name != ListName.ALLOW:
        raise NotOpen(row.pk)
    if row.added_by_id == by.pk:
        raise OwnEntry(row.pk)
    row.approved_by_id, row.approved_at = by.pk, now
    row.save(update_fields=["approved_by", "approved_at"])
    _note("approved", row, by)
    return row


@transaction.atomic
def remove(entry: ListEntry, *, by: AbstractBaseUser, reason: str = "") -> ListEntry:
    """Take an entry off its list; the row stays, for what was decided by it.

    Raises:
        NotOpen: it was removed before.
    """
    row = ListEntry.objects.select_for_update().get(pk=entry.pk)
    if row.removed_at is not None:
        raise NotOpen(row.pk)
    row.removed_by_id, row.removed_at = by.pk, timezone.now()
    row.save(update_fields=["removed_by", "removed_at"])
    _note("removed", row, by, reason)
    return row


def _note(verb: str, row: ListEntry, by: AbstractBaseUser, reason: str = "") -> None:
    detail = {"list": row.list_name, "kind": row.kind, "hint": row.hint}
    audit.record(f"list_entry.{verb}", by=by, about=("list_entry", row.pk), detail=detail, reason=reason)
