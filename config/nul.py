"""The one place that refuses what no row can hold: a NUL in an address, a form or a cookie.

Bodies of the merchant API and deliveries of providers have guards of their own, which answer in JSON by field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render

from payments.web import Access

_NUL: Final = "\0"


def without_damaged_cookies(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """A cookie with a NUL in it is none of ours; stands before sessions are looked up by one."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        for name in [name for name, value in request.COOKIES.items() if _NUL in value]:
            del request.COOKIES[name]
        return get_response(request)

    return middleware


class RefuseNul:
    """Answers 400 with the name of the field; stands last, so that nobody's form is read before the doors are passed.

    Every view gets texts that a row can hold, however it reads them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing is known of the view yet."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> HttpResponse | None:
        """Refuse the request, or let it pass."""
        access: Access | None = getattr(view, "access", None)
        if access is not None and access.kind == "api_key":
            return None  # its own guard answers by field
        field = _field_with_nul(request, kwargs)
        return None if field is None else render(request, "400_nul.html", {"field": field}, status=400)


def _field_with_nul(request: HttpRequest, kwargs: Mapping[str, Any]) -> str | None:
    """The first field that holds one; '' for one whose name does, or where it stands in the path."""
    if any(isinstance(value, str) and _NUL in value for value in kwargs.values()):
        return ""
    if "%00" in request.META.get("QUERY_STRING", "") and (found := _in_fields(request.GET)) is not None:
        return found
    return _in_fields(request.POST) if request.method == "POST" else None


def _in_fields(fields: QueryDict) -> str | None:
    for name, values in fields.lists():
        if _NUL in name:
            return ""
        if any(isinstance(value, str) and _NUL in value for value in values):
            return name
    return None
