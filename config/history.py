"""Tells the history of rows which request changed them, without what an address must not carry on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware

from config.redaction import redacted_text


class RedactedHistory(HistoryMiddleware):
    """The person and the address of a request, kept beside every change and sent along with every statement."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """Of an address that anybody may make up, only what a log may hold: a failing statement may be logged."""
        context: dict[str, Any] = super().get_context(request)
        return context | {"url": redacted_text(str(context["url"]))}
