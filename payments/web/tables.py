"""The shape of all our tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.safestring import SafeString


class ListTable(tables.Table):
    """A dense table whose order is total: the primary key decides between equals, so that pages never overlap.

    A room subclasses it, declares columns, and names a default order in `Meta.order_by`.
    """

    class Meta:
        template_name = "components/table.html"
        attrs = {"class": "table table-vcenter list-table"}
        empty_text = None

    def lines(self) -> Iterator[tuple[SafeString, list[tuple[SafeString, Any]]]]:
        """Each row of the page: its attributes, and each cell with its own.

        Those that do not depend on the cell are worked out once a column: cell by cell they took a third of the page.
        """
        fixed: dict[str, SafeString] = {}
        for row in self.paginated_rows:
            cells = []
            for column, cell in row.items():
                attributes = fixed.get(column.name)
                if attributes is None:
                    attributes = column.attrs["td"].as_html()
                    if not any(callable(each) for each in column.column.attrs.get("td", {}).values()):
                        fixed[column.name] = attributes
                cells.append((attributes, cell))
            yield row.attrs.as_html(), cells

    def settle_order(self) -> None:
        """Append the primary key to whatever order is asked for; call after the request was applied."""
        queryset: QuerySet[Any] = self.data.data
        order = [str(key) for key in queryset.query.order_by]
        if any(key.lstrip("-") in {"pk", "id"} for key in order):
            return
        direction = "-" if order and order[0].startswith("-") else ""
        self.data.data = queryset.order_by(*queryset.query.order_by, f"{direction}pk")
