"""The shape of all our tables."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet


class ListTable(tables.Table):
    """A dense table whose order is total: the primary key decides between equals, so that pages never overlap.

    A room subclasses it, declares columns, and names a default order in `Meta.order_by`.
    """

    class Meta:
        template_name = "components/table.html"
        attrs = {"class": "table table-vcenter list-table"}
        empty_text = None

    def settle_order(self) -> None:
        """Append the primary key to whatever order is asked for; call after the request was applied."""
        queryset: QuerySet[Any] = self.data.data
        order = [str(key) for key in queryset.query.order_by]
        if any(key.lstrip("-") in {"pk", "id"} for key in order):
            return
        direction = "-" if order and order[0].startswith("-") else ""
        self.data.data = queryset.order_by(*queryset.query.order_by, f"{direction}pk")
