"""Each request is answered in the person's own language and zone."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def personal_screen(get_response: GetResponse) -> GetResponse:
    """Activate language and zone of the signed-in person; stands after authentication and Django's LocaleMiddleware.

    Not undone after the response on purpose: a streamed export is written after this has returned, and the next
    request of the thread sets both anew.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        timezone.deactivate()
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
            timezone.activate(ZoneInfo(request.user.zone))
        return get_response(request)

    return middleware
