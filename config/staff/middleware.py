"""Each request comes from somebody we know or asks for a public page, and is answered in the person's own language."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from payments.web.access import to_sign_in

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


class SignInFirst(LoginRequiredMiddleware):
    """Every page needs a signed-in person unless its view says that it is public: a forgotten door is a closed one."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., object]
    ) -> HttpResponseBase:
        """To the sign-in page and back."""
        return to_sign_in(request)
