"""The schema and its browsable form, for people who may see payments; every file comes from our own static files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from payments.intake.permissions import SEE_DOCUMENTATION
from payments.web import capability_required


class WhoIsSignedIn(BaseAuthentication):
    """Leaves the person whom the middleware has found; the door itself is the decorator's."""

    def authenticate(self, request: Request) -> tuple[Any, None]:
        """The person of the session."""
        return request._request.user, None


_OPEN: dict[str, Any] = {"authentication_classes": [WhoIsSignedIn], "permission_classes": [AllowAny]}

_schema = SpectacularAPIView.as_view(**_OPEN)
_browser = SpectacularSwaggerSplitView.as_view(
    url_name="api:schema", template_name="intake/documentation.html", **_OPEN
)


@capability_required(SEE_DOCUMENTATION)
def schema(request: HttpRequest) -> HttpResponseBase:
    """The OpenAPI document; YAML, or JSON for `?format=json`."""
    return _schema(request)


@capability_required(SEE_DOCUMENTATION)
def browser(request: HttpRequest) -> HttpResponseBase:
    """The same to browse and to try."""
    return _browser(request)
