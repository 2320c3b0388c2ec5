"""Puts keys on lists and takes them off: the allow list only with a second person, and never for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from fraud.features.keys import key_of
from fraud.features.models import KeyKind
from fraud.lists.days import is_over
from fraud.lists.hashed import key_in
from fraud.lists.labels import mask
from fraud.lists.models import ListEntry, ListName
from payments.cards import holds_card_data
from payments.ledger.services.tables import any_of
from payments.records.services import audit

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


Place = tuple[int, int, int]
"""List, kind and key of an entry."""
_HASH_SHOWN: Final = 10
"""Of a hash that nothing is known of: `key:` and six digits."""


class EntryRefused(Exception):
    """The entry cannot be made; `code` says why, and `field` which column of a file is to be corrected."""

    code = ""
    field = "value"


class KeyUnknown(EntryRefused):
    """No key can be made of the text: nobody has seen this customer, or it is no IP address."""

    code = "unknown"


class CardData(EntryRefused):
    """It holds a card number or a security code, of which nothing is kept."""

    code = "card_data"

    def __init__(self, field: str = "value") -> None:
        super().__init__(field)
        self.field = field


class MustExpire(EntryRefused):
    """An entry of the allow list ends some day, and no end is past."""

    code = "expiry"
    field = "expires_on"


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
    """The e-mail address, the IP address, the customer's number at the merchant, … Only its hash is kept. Or that hash,
    as an export has it."""
    reason: str
    expires_at: datetime | None = None
    hint: str = ""
    """What a hash is recognised by; of anything else it is made."""


@transaction.atomic
def add(entry: NewEntry, *, by: AbstractBaseUser) -> ListEntry:
    """Put a key on a list: in force at once, but on the allow list when a second person approves.

    Raises:
        EntryRefused: one of the above.
    """
    key = checked_key(entry)
    end_expired([(entry.list_name, entry.kind, key)])
    try:
        with transaction.atomic():
            row = ListEntry.objects.create(
                list_name=entry.list_name, kind=entry.kind, key=key, hint=hint_of(entry),
                reason=entry.reason, expires_at=entry.expires_at, added_by_id=by.pk,
            )  # fmt: skip
    except IntegrityError as error:
        raise StandsAlready from error
    _note("added", row, by, entry.reason)
    return row


def end_expired(places: Sequence[Place]) -> None:
    """Take entries off their lists whose last day is over, so that their keys may be put there again."""
    now, wanted = timezone.now(), set(places)
    alike = any_of("key", "bigint", {key for _, _, key in wanted})
    over = ListEntry.objects.filter(is_over(now), alike, removed_at=None)
    ended = [row.pk for row in over.only("list_name", "kind", "key") if (row.list_name, row.kind, row.key) in wanted]
    ListEntry.objects.filter(pk__in=ended, removed_at=None).update(removed_at=now)


def checked_key(entry: NewEntry) -> int:
    """The key of a new entry, if it may be made; raises EntryRefused as `add` does, but for what stands already."""
    is_hashed = key_in(entry.text) is not None
    told = {"value": "" if is_hashed else entry.text, "reason": entry.reason, "hint": entry.hint}
    for field, words in told.items():
        if holds_card_data(words):
            raise CardData(field)
    is_over = entry.expires_at is not None and entry.expires_at <= timezone.now()
    if is_over or (entry.list_name == ListName.ALLOW and entry.expires_at is None):
        raise MustExpire
    if is_hashed and entry.kind is KeyKind.CUSTOMER:
        raise KeyUnknown  # the number of a row, which may be another customer's elsewhere
    key = key_in(entry.text) if is_hashed else key_of(entry.kind, entry.text)
    if key is None:
        raise KeyUnknown
    return key


def hint_of(entry: NewEntry) -> str:
    """What a new entry is recognised by."""
    if key_in(entry.text) is None:
        return mask(entry.kind, entry.text)
    return entry.hint or f"{entry.text[:_HASH_SHOWN]}…"


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
