"""Reads lists from a file: first what is wrong with it, then all of it or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

from fraud.features.models import KeyKind
from fraud.lists.days import end_of, is_over
from fraud.lists.labels import HINT_LENGTH
from fraud.lists.models import ListEntry, ListName
from fraud.lists.services.entries import EntryRefused, NewEntry, StandsAlready, checked_key, end_expired, hint_of
from payments.facts import FileRefused
from payments.records.services import audit
from payments.tabular.encodings import detect
from payments.web.export import unguarded

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

COLUMNS: Final = ("list", "kind", "value", "reason", "expires_on")
"""As the form of the file names them; the last may be left out."""
_FURTHER: Final = ("hint", "state")
"""What an export writes beside: by what a hashed value is recognised, and where the entry stood."""
_OVER: Final = ("expired", "removed")
"""Entries of an export that are not brought back."""
MOST_ROWS: Final = 10_000
MOST_BYTES: Final = 2_000_000
_REASON_LENGTH: Final = 200
_LISTS: Final = {each.name.lower(): each for each in ListName}
_KINDS: Final = {each.name.lower(): each for each in KeyKind}


class NotAList(Exception):
    """The file is no such list; `code` is `columns`, `size`, `encoding`, `damaged` or `changed`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one row; `line` counts from 1, which is the header."""

    line: int
    field: str
    """The column that is to be corrected."""
    code: str
    """`list`, `kind`, `reason`, `expires_on`, or the code of an `EntryRefused`."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file holds, and whether it may be taken."""

    rows: int
    by_list: Mapping[ListName, int]
    """Entries that are or would be added."""
    problems: tuple[RowProblem, ...]
    is_done: bool = False
    over: int = 0
    """Rows of an export whose entry was removed or has expired; they are passed over."""

    @property
    def added(self) -> int:
        """Entries that are or would be added."""
        return sum(self.by_list.values())


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: the line it ends on, and its cells by column, '' where there is none."""

    line: int
    cells: Mapping[str, str]


def read_rows(content: bytes) -> list[Row]:
    """The rows of a CSV file, as somebody wrote it or as the list of entries exports it.

    Raises:
        NotAList: it is too large, no text, or lacks columns.
    """
    if len(content) > MOST_BYTES:
        raise NotAList("size")
    try:
        encoding = detect(content)
        text = content[encoding.bom :].decode(encoding.codec)
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        if not set(COLUMNS[:-1]) <= set(reader.fieldnames or ()):
            raise NotAList("columns")
        rows = [Row(reader.line_num, _cells(row)) for row in reader]
    except (FileRefused, UnicodeDecodeError) as error:
        raise NotAList("encoding") from error
    except csv.Error as error:
        raise NotAList("damaged") from error
    if len(rows) > MOST_ROWS:
        raise NotAList("size")
    return rows


def _cells(row: Mapping[str, str | None]) -> dict[str, str]:
    return {name: unguarded((row.get(name) or "").strip()) for name in (*COLUMNS, *_FURTHER)}


@transaction.atomic
def import_rows(rows: Sequence[Row], *, by: AbstractBaseUser, is_preview: bool = False) -> ImportReport:
    """Add every row, or none when there is a problem with any; a preview only tells.

    What goes on the allow list waits for a second person, entry by entry, as if it were typed.

    Raises:
        NotAList: somebody else put one of the keys on its list in this moment.
    """
    ready: list[ListEntry] = []
    problems: list[RowProblem] = []
    kept = [row for row in rows if row.cells["state"] not in _OVER]
    for found in _read(kept):
        if isinstance(found, RowProblem):
            problems.append(found)
        else:
            ready.append(_row(found[0], found[1], by))
    by_list = {name: sum(row.list_name == name for row in ready) for name in ListName}
    over = len(rows) - len(kept)
    if is_preview or problems or not ready:
        return ImportReport(len(rows), by_list, tuple(problems), over=over)
    try:
        with transaction.atomic():
            end_expired([(row.list_name, row.kind, row.key) for row in ready])
            ListEntry.objects.bulk_create(ready)
    except IntegrityError as error:
        raise NotAList("changed") from error
    detail = {"rows": len(kept), "by_list": {name.name.lower(): count for name, count in by_list.items()}}
    audit.record("list.imported", by=by, about=("list", "fraud"), detail=detail)
    return ImportReport(len(rows), by_list, (), is_done=True, over=over)


def _read(rows: Sequence[Row]) -> Iterator[RowProblem | tuple[NewEntry, int]]:
    """Of each row what is wrong with it, or the entry and its key."""
    standing = ListEntry.objects.filter(removed_at=None).exclude(is_over(timezone.now()))
    taken = set(standing.values_list("list_name", "kind", "key"))
    for row in rows:
        try:
            entry = _entry(row.cells)
            key = checked_key(entry)
            place = (int(entry.list_name), int(entry.kind), key)
            if place in taken:
                raise StandsAlready
        except EntryRefused as refusal:
            yield RowProblem(row.line, refusal.field, refusal.code)
        except _Unreadable as refusal:
            yield RowProblem(row.line, str(refusal), str(refusal))
        else:
            taken.add(place)
            yield entry, key


class _Unreadable(Exception):
    """A column that cannot be read: its name."""


def _entry(row: Mapping[str, str]) -> NewEntry:
    for column, known in (("list", _LISTS), ("kind", _KINDS)):
        if row[column].lower() not in known:
            raise _Unreadable(column)
    if not 0 < len(row["reason"]) <= _REASON_LENGTH:
        raise _Unreadable("reason")
    return NewEntry(
        _LISTS[row["list"].lower()], _KINDS[row["kind"].lower()], row["value"], row["reason"], _end_of(row),
        hint=row["hint"][:HINT_LENGTH],
    )  # fmt: skip


def _end_of(row: Mapping[str, str]) -> datetime | None:
    if not row["expires_on"]:
        return None
    try:
        day = parse_date(row["expires_on"])
    except ValueError:
        day = None
    if day is None:
        raise _Unreadable("expires_on")
    return end_of(day)


def _row(entry: NewEntry, key: int, by: AbstractBaseUser) -> ListEntry:
    return ListEntry(
        list_name=entry.list_name, kind=entry.kind, key=key, hint=hint_of(entry), reason=entry.reason,
        expires_at=entry.expires_at, added_by_id=by.pk,
    )  # fmt: skip
