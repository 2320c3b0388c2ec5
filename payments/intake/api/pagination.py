"""Pages of a list by a cursor: the newest first, and none twice or left out while new rows arrive."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from payments.intake.api.errors import problem

PAGE: Final = 50
LARGEST_PAGE: Final = 200
PARAMETERS: Final = frozenset({"cursor", "limit"})
_LARGEST_ID: Final = 2**63 - 1


class NewestFirst(BasePagination):
    """Ordered by the view's `newest_by` (an instant, then the id), or by the id alone where it is ''."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of one page, dicts that hold `id` and the instant.

        Raises:
            ValidationError: a cursor or a limit that is none.
        """
        self.request, self.instant, self.next_cursor = request, getattr(view, "newest_by", ""), ""
        size = _size(request.query_params.get("limit"))
        rows = queryset.order_by(*[f"-{name}" for name in (self.instant, "id") if name])
        cursor = request.query_params.get("cursor")
        page = list((self._behind(rows, cursor) if cursor else rows)[: size + 1])
        if len(page) > size:
            self.next_cursor = _written(page[size - 1], self.instant)
        return page[:size]

    def _behind(self, rows: QuerySet[Any], cursor: str) -> QuerySet[Any]:
        at, pk = _read(cursor, bool(self.instant))
        if at is None:
            return rows.filter(pk__lt=pk)
        # Bounded by the instant first: so PostgreSQL begins in the index where the last page ended.
        return rows.filter(**{f"{self.instant}__lte": at}).exclude(**{self.instant: at, "pk__gte": pk})

    def get_paginated_response(self, data: Any) -> Response:
        """The page, and the address of the next one; null at the end."""
        address = self.request.build_absolute_uri()
        following = replace_query_param(address, "cursor", self.next_cursor) if self.next_cursor else None
        return Response({"next": following, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape of a page."""
        following = {"type": "string", "format": "uri", "nullable": True, "description": "The next page, if any."}
        properties = {"next": following, "results": schema}
        return {"type": "object", "required": ["next", "results"], "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """`cursor` and `limit`."""
        limits = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE}
        return [
            {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": "From `next`."},
            {"name": "limit", "in": "query", "schema": limits, "description": "Rows of a page."},
        ]


def _size(asked: str | None) -> int:
    if asked is None:
        return PAGE
    if asked.isascii() and asked.isdigit() and len(asked) < 10 and 1 <= int(asked) <= LARGEST_PAGE:
        return int(asked)
    raise problem("invalid", f"Ask for 1 to {LARGEST_PAGE} rows.", "limit")


def _written(row: dict[str, Any], instant: str) -> str:
    text = f"{row[instant].isoformat() if instant else ''}|{row['id']}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, has_instant: bool) -> tuple[datetime | None, int]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        at, _bar, pk = text.partition("|")
        instant = datetime.fromisoformat(at) if has_instant else None
        if (instant is not None and instant.tzinfo is None) or not 0 <= int(pk[:20]) <= _LARGEST_ID:
            raise ValueError(cursor)
        return instant, int(pk[:20])
    except (ValueError, binascii.Error):
        raise problem("invalid", "Take the cursor from the `next` of a page.", "cursor") from None
