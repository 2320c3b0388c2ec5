"""The short path: deliveries of providers are answered before sessions, languages and people are looked up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from payments.intake.webhooks import webhook

PREFIX: Final = "/webhooks/"


def webhooks_first(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer webhooks at once; stands right after Django's SecurityMiddleware, whose headers they get too.

    A provider knows no redirect of a POST, so the address is taken with and without its last slash.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path.startswith(PREFIX):
            code = path[len(PREFIX) :].removesuffix("/")
            if code and "/" not in code:
                response = webhook(request, code=code)
                # Django's CommonMiddleware would; without it the server would send chunks.
                if isinstance(response, HttpResponse):
                    response.headers["Content-Length"] = str(len(response.content))
                return response
        return get_response(request)

    return middleware
