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
from payments.web.export import csv_response
from payments.web.tables import ListTable

COUNT_CAP: Final = 1000
"""Counting stops here and says "1,000+": on thirty million rows an exact count costs more than the page."""
PAGE_SIZES: Final = (50, 100, 200)
DEEPEST_ROW: Final = 100_000
"""No page starts behind this row: PostgreSQL would read and drop all rows before it. Filters lead further."""
_STATE_OUTSIDE_FILTERS: Final = ("page", "format")


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
    table = spec.table(rows)
    RequestConfig(request, paginate=False).configure(table)
    table.settle_order()
    if request.GET.get("format") == "csv":
        return csv_response(request, table, spec.name)
    _paginate(request, spec, table)
    page = ListPage(
        spec=spec,
        table=table,
        filterset=filterset,
        chips=chips_of(filterset, request.GET),
        count=rows.order_by().values("pk")[: COUNT_CAP + 1].count(),
        export_query=_export_query(request.GET),
        sort=request.GET.get("sort", ""),
    )
    values = {"page": page, "table": table, "title": spec.title, "layout": layout_for(request)}
    response = render(request, spec.template, values | spec.context | (context or {}))
    response.headers["Vary"] = "HX-Request, Cookie, Accept-Language"
    return response


def layout_for(request: HttpRequest) -> str:
    """The template a page extends: the whole screen, or for htmx only the part that changes.

    The way back in history asks for the whole screen although htmx asks.
    """
    is_part = request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers
    return "components/part.html" if is_part else "base.html"


def _paginate(request: HttpRequest, spec: ListSpec, table: ListTable) -> None:
    size = _number(request.GET, "per_page", spec.page_size)
    size = size if size in PAGE_SIZES else spec.page_size
    number = min(_number(request.GET, "page", 1), DEEPEST_ROW // size)
    try:
        table.paginate(paginator_class=LazyPaginator, page=number, per_page=size)
    except EmptyPage:
        table.paginate(paginator_class=LazyPaginator, page=1, per_page=size)


def _number(query: QueryDict, key: str, otherwise: int) -> int:
    text = query.get(key, "")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _export_query(query: QueryDict) -> str:
    copy = query.copy()
    for key in _STATE_OUTSIDE_FILTERS:
        copy.pop(key, None)
    copy["format"] = "csv"
    return copy.urlencode()
