"""The list page every room uses: filters, order, page and export are all in the address, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.core.paginator import EmptyPage
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django_filters import FilterSet
from django_tables2 import LazyPaginator, RequestConfig

from payments.web.chips import Chip, chips_of
from payments.web.choosing import COLUMNS, ColumnChoice, KeptView, column_choices, hidden_columns, kept_views
from payments.web.export import csv_response
from payments.web.keyset import Pages, ordered, read_page, without_place
from payments.web.tables import ListTable

COUNT_CAP: Final = 1000
"""Counting stops here and says "1,000+": on thirty million rows an exact count costs more than the page."""
PAGE_SIZES: Final = (50, 100, 200)
DEEPEST_ROW: Final = 100_000
"""No page starts behind this row: PostgreSQL would read and drop all rows before it. Filters lead further."""


@dataclass(frozen=True)
class ListSpec:
    """What a room says about one of its lists.

    `template` extends `components/list_page.html`; `name` is the file name of the export.
    """

    name: str
    title: str | Promise
    template: str
    table: type[ListTable]
    filters: type[FilterSet]
    page_size: int = PAGE_SIZES[0]
    keyset: str = ""
    """Column of instants by which a list of very many rows is paged and ordered; '' pages by numbers."""
    usual_columns: tuple[str, ...] = ()
    """Shown until somebody chooses others, the first of them always; () is a list without the choice."""
    keeps_views: bool = False
    """Whether people may save its state under a name."""
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ListPage:
    """What the template of a list needs, besides the table."""

    spec: ListSpec
    table: ListTable
    filterset: FilterSet
    chips: tuple[Chip, ...]
    count: int
    export_query: str
    sort: str
    pages: Pages | None = None
    """Of a list that is paged by the place of its rows."""
    columns: tuple[ColumnChoice, ...] = ()
    views: tuple[KeptView, ...] = ()
    chosen_columns: tuple[str, ...] = ()
    """As the address names them; the filter form keeps them."""
    settings: tuple[tuple[str, str], ...] = ()
    """Filters and order, which the form of the columns keeps."""
    view_query: str = ""
    """What a saved view of this state would keep."""

    @property
    def is_count_capped(self) -> bool:
        """True when there are more rows than were counted."""
        return self.count > COUNT_CAP

    @property
    def shown_count(self) -> str:
        """`312` or `1,000+`."""
        return f"{COUNT_CAP:,}+" if self.is_count_capped else f"{self.count:,}"

    @property
    def is_filtered(self) -> bool:
        """True when a filter is set, so that an empty list means "no match" and not "nothing yet"."""
        return bool(self.chips) or not self.filterset.is_valid()


def list_page(
    request: HttpRequest, spec: ListSpec, queryset: QuerySet[Any], context: dict[str, Any] | None = None
) -> HttpResponseBase:
    """Answer a GET for a list: the page, its changed part for htmx, or its CSV (`?format=csv`).

    An unusable filter value shows its message and no rows: rows that ignore a filter would be taken for the answer.
    """
    filterset = spec.filters(request.GET, queryset=queryset, request=request)
    rows = filterset.qs if filterset.is_valid() else queryset.none()
    is_export = request.GET.get("format") == "csv"
    pages = None
    if spec.keyset and not is_export:
        pages = read_page(rows, queryset, spec.keyset, request.GET, _page_size(request, spec))
    table = _table(request, spec, rows if pages is None else pages)
    if is_export:
        return csv_response(request, table, spec.name)
    if pages is None:
        _paginate(request, spec, table)
    page = _list_page(request, spec, (filterset, rows, table, pages))
    values = {"page": page, "table": table, "title": spec.title, "layout": layout_for(request)}
    response = render(request, spec.template, values | spec.context | (context or {}))
    response.headers["Vary"] = "HX-Request, Cookie, Accept-Language"
    return response


_Parts = tuple[FilterSet, QuerySet[Any], ListTable, Pages | None]


def _list_page(request: HttpRequest, spec: ListSpec, parts: _Parts) -> ListPage:
    filterset, rows, table, pages = parts
    asked = without_place(request.GET)
    return ListPage(
        spec=spec,
        table=table,
        filterset=filterset,
        chips=chips_of(filterset, request.GET),
        # A filter that leaves few rows among very many is slow to count, and has been read to its end for the page.
        count=len(pages.rows) if pages and pages.is_whole else rows.order_by().values("pk")[: COUNT_CAP + 1].count(),
        export_query=_export_query(request.GET),
        sort=request.GET.get("sort", ""),
        pages=pages,
        columns=column_choices(table, spec.usual_columns),
        views=kept_views(request, spec.name) if spec.keeps_views else (),
        chosen_columns=tuple(request.GET.getlist(COLUMNS)),
        settings=tuple((key, each) for key, every in asked.lists() for each in every if key != COLUMNS),
        view_query=asked.urlencode(),
    )


def _table(request: HttpRequest, spec: ListSpec, source: QuerySet[Any] | Pages) -> ListTable:
    """The table with its columns and its order; the rows of a page stand in their order already."""
    hidden = hidden_columns(spec.table, spec.usual_columns, request.GET)
    if not spec.keyset:
        table = spec.table(source, exclude=hidden)
        RequestConfig(request, paginate=False).configure(table)
        table.settle_order()
        return table
    order = spec.keyset if request.GET.get("sort") == spec.keyset else f"-{spec.keyset}"
    is_rising = not order.startswith("-")
    rows = list(source.rows) if isinstance(source, Pages) else ordered(source, spec.keyset, is_rising=is_rising)
    table = spec.table(rows, exclude=hidden, order_by=order)
    if not isinstance(source, Pages):
        table.data.data = rows
    table.request = request
    return table


def layout_for(request: HttpRequest) -> str:
    """The template a page extends: the whole screen, or for htmx only the part that changes.

    The way back in history asks for the whole screen although htmx asks.
    """
    is_part = request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers
    return "components/part.html" if is_part else "base.html"


def _paginate(request: HttpRequest, spec: ListSpec, table: ListTable) -> None:
    size = _page_size(request, spec)
    number = min(_number(request.GET, "page", 1), DEEPEST_ROW // size)
    try:
        table.paginate(paginator_class=LazyPaginator, page=number, per_page=size)
    except EmptyPage:
        table.paginate(paginator_class=LazyPaginator, page=1, per_page=size)


def _page_size(request: HttpRequest, spec: ListSpec) -> int:
    size = _number(request.GET, "per_page", spec.page_size)
    return size if size in PAGE_SIZES else spec.page_size


def _number(query: QueryDict, key: str, otherwise: int) -> int:
    text = query.get(key, "")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _export_query(query: QueryDict) -> str:
    copy = without_place(query)
    copy["format"] = "csv"
    return copy.urlencode()
