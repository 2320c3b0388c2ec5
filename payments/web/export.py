"""Writes a list as CSV, exactly what is on screen: the same filters, order and columns, streamed in constant memory.

Nothing leaves without a witness: the function that `EXPORT_WITNESS` in the settings names hears of each export before
the first row is read. It lives in a higher room, which this one does not know.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tables2.rows import BoundRow

from payments.web.tables import ListTable

_CHUNK = 2000
_FILE_FORMAT = "csv"
_NOT_FILTERS = ("format", "sort", "page", "per_page", "columns", "after", "before")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Exported:
    """What leaves the house: which list, narrowed how, and how many rows that were at the moment."""

    name: str
    path: str
    filters: Mapping[str, list[str]]
    order: tuple[str, ...]
    columns: tuple[str, ...]
    rows: int
    file_format: str = _FILE_FORMAT


def guarded(cell: Any) -> Any:
    """Keep a text from being run as a formula by a spreadsheet; numbers pass as they are, also negative ones."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell


def unguarded(cell: str) -> str:
    """What a text was before `guarded`, for a file of ours that comes back."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell


class _Echo:
    """A file that gives each written line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(table: ListTable) -> Iterator[str]:
    """The header and every row of the table's query, one line at a time, after a byte order mark for spreadsheets."""
    writer = csv.writer(_Echo())
    columns = _columns(table)
    yield "\ufeff"
    yield writer.writerow([str(column.header) for column in columns])
    for record in table.data.data.iterator(chunk_size=_CHUNK):
        row = BoundRow(record, table=table)
        cells = (row.get_cell_value(column.name) for column in columns)
        yield writer.writerow([guarded("" if cell is None else cell) for cell in cells])


def csv_response(request: HttpRequest, table: ListTable, name: str) -> StreamingHttpResponse:
    """A download named after the list and the moment, in the viewer's zone; the witness hears of it first."""
    if request.method != "HEAD":  # a question about the headers alone exports nothing
        tell_witness(request, _exported(request, table, name))
    moment = timezone.localtime()
    return StreamingHttpResponse(
        csv_lines(table),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}_{moment:%Y%m%d-%H%M}.csv"',
            "Cache-Control": "no-store",
        },
    )


def tell_witness(request: HttpRequest, exported: Exported) -> None:
    """Let somebody hear of an export before its first row leaves."""
    by = request.user if isinstance(request.user, AbstractBaseUser) else None
    import_string(settings.EXPORT_WITNESS)(exported, by=by)


def _exported(request: HttpRequest, table: ListTable, name: str) -> Exported:
    """The list as the address has it."""
    return Exported(
        name=name,
        path=request.path,
        filters={key: values for key, values in request.GET.lists() if key not in _NOT_FILTERS and any(values)},
        order=tuple(str(alias) for alias in table.order_by),
        columns=tuple(column.name for column in _columns(table)),
        rows=table.data.data.order_by().count(),
    )


def _columns(table: ListTable) -> list[Any]:
    return [column for column in table.columns if not column.column.exclude_from_export]
