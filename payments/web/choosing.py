"""What a person chooses of a list: its columns, in the address, and the views they keep of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, QueryDict

from payments.web.access import actor
from payments.web.keyset import without_place
from payments.web.models import SavedView
from payments.web.tables import ListTable

COLUMNS: Final = "columns"
"""Key in the address, once for each column shown."""


@dataclass(frozen=True)
class ColumnChoice:
    """One column that may be shown or not."""

    name: str
    header: str
    is_shown: bool


@dataclass(frozen=True)
class KeptView:
    """One of the person's own views of the list."""

    pk: int
    name: str
    query: str
    is_current: bool


def hidden_columns(table: type[ListTable], usual: Sequence[str], query: QueryDict) -> tuple[str, ...]:
    """Names of the columns not to show: all but the chosen, else all but the usual; the first usual one always stays.

    Nothing is hidden where a list has no usual columns.
    """
    if not usual:
        return ()
    known = list(table.base_columns)
    asked = [name for name in query.getlist(COLUMNS) if name in known]
    shown = {usual[0], *(asked or usual)}
    return tuple(name for name in known if name not in shown)


def column_choices(table: ListTable, usual: Sequence[str]) -> tuple[ColumnChoice, ...]:
    """Every column but the one that always stays, in the order of the table."""
    if not usual:
        return ()
    hidden = set(table.exclude)
    named = [(name, str(column.verbose_name or name)) for name, column in type(table).base_columns.items()]
    return tuple(ColumnChoice(name, header, name not in hidden) for name, header in named if name != usual[0])


def kept_views(request: HttpRequest, list_name: str) -> tuple[KeptView, ...]:
    """The person's own views of a list by name; one question."""
    here = _settings(request.GET)
    own = SavedView.objects.filter(person_id=actor(request).pk, list_name=list_name).order_by("name")
    return tuple(KeptView(each.pk, each.name, each.query, _settings(QueryDict(each.query)) == here) for each in own)


def _settings(query: QueryDict) -> list[tuple[str, list[str]]]:
    """What two addresses of one view have in common, whatever the order and the page."""
    found = [(key, sorted(filter(None, values))) for key, values in without_place(query).lists()]
    return sorted((key, values) for key, values in found if values)
