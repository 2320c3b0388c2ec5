"""Pages of a list by the place of their rows, never by how many came before: the hundredth costs what the first does.

The place of a page is in the address as `after` or `before`: the instant and the id of the row at its edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import Q, QuerySet
from django.http import QueryDict

AFTER: Final = "after"
BEFORE: Final = "before"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST: Final = 2**63 - 1


class Place(NamedTuple):
    """Where a row stands in a list ordered by an instant and the id."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        """As the address has it: microseconds since 1970, a dot, the id."""
        return f"{micros_of(self.at)}.{self.pk}"


@dataclass(frozen=True)
class Pages:
    """The rows of one page, and the addresses of those beside it; '' where there is none."""

    rows: Sequence[Any]
    previous_query: str = ""
    next_query: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the list has no other page, so that its rows are counted already."""
        return not self.previous_query and not self.next_query


def place_in(query: QueryDict, key: str) -> Place | None:
    """The place an address names; None for none, and for what is no place."""
    micros, _dot, pk = query.get(key, "").partition(".")
    at = instant_of(micros)
    if at is None or not (pk.isascii() and pk.isdigit() and int(pk) <= _LARGEST):
        return None
    return Place(at, int(pk))


def micros_of(at: datetime) -> int:
    """An instant as addresses have it: microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def instant_of(micros: str) -> datetime | None:
    """The instant that an address names; None for what is none."""
    if not (micros.isascii() and micros.isdigit()):
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(micros))
    except (OverflowError, ValueError):
        return None


def beyond(rows: QuerySet[Any], column: str, place: Place, *, is_newer: bool) -> QuerySet[Any]:
    """The rows newer, or older, than a place; the first condition is what the index is entered by."""
    side, edge = ("gt", "gte") if is_newer else ("lt", "lte")
    strictly = Q(**{f"{column}__{side}": place.at}) | Q(**{f"pk__{side}": place.pk})
    return rows.filter(strictly, **{f"{column}__{edge}": place.at})


def ordered(rows: QuerySet[Any], column: str, *, is_rising: bool = False) -> QuerySet[Any]:
    """Rows in their total order; the newest first unless rising."""
    return rows.order_by(column, "pk") if is_rising else rows.order_by(f"-{column}", "-pk")


def read_page(rows: QuerySet[Any], whole: QuerySet[Any], column: str, query: QueryDict, size: int) -> Pages:
    """The page of `rows` that an address asks for, each row as `whole` reads it.

    The places come from the index alone, then the rows by their ids: what a filter drops is never read from the table.
    """
    is_rising = query.get("sort") == column
    after, before = place_in(query, AFTER), place_in(query, BEFORE)
    is_backward = after is None and before is not None
    place = before if is_backward else after
    found = rows if place is None else beyond(rows, column, place, is_newer=is_backward != is_rising)
    keys = ordered(found, column, is_rising=is_rising != is_backward).values_list(column, "pk")[: size + 1]
    places = [Place(*key) for key in keys]
    has_more, places = len(places) > size, places[:size]
    if is_backward:
        places.reverse()
    by_pk = {row.pk: row for row in whole.filter(pk__in=[place.pk for place in places])}
    has_previous = has_more if is_backward else place is not None
    return Pages(
        # A row that was removed between the two questions is left out.
        rows=[by_pk[place.pk] for place in places if place.pk in by_pk],
        previous_query=_query(query, BEFORE, places[:1]) if has_previous else "",
        next_query=_query(query, AFTER, places[-1:]) if has_more or is_backward else "",
    )


def neighbours(rows: QuerySet[Any], column: str, place: Place) -> tuple[int | None, int | None]:
    """Ids of the rows just newer and just older than a place, in a list that may not hold it; two questions."""
    newer = ordered(beyond(rows, column, place, is_newer=True), column, is_rising=True)
    older = ordered(beyond(rows, column, place, is_newer=False), column)
    return newer.values_list("pk", flat=True).first(), older.values_list("pk", flat=True).first()


def without_place(query: QueryDict) -> QueryDict:
    """A copy of a query that is not on any page."""
    copy = query.copy()
    for key in (AFTER, BEFORE, "page"):
        copy.pop(key, None)
    return copy


def _query(query: QueryDict, key: str, edge: Sequence[Place]) -> str:
    """The address of the page on one side; from an empty page back to the first."""
    copy = without_place(query)
    if edge:
        copy[key] = str(edge[0])
    return copy.urlencode()
