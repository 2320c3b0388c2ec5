"""Who asks: a machine that shows a key, from an address the key is at home at."""

from __future__ import annotations

from typing import Any, Final

import structlog
from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from payments.intake.callers import client_address
from payments.intake.models import ApiKey
from payments.intake.services import keys

REALM: Final = 'Bearer realm="jeongsan"'


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer jsk_…`. Sessions are no answer here: a browser cannot be made to call this."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        """Nobody and the key; None when none is shown.

        Raises:
            AuthenticationFailed: it does not hold; why is not told.
        """
        scheme, _space, shown = request.headers.get("Authorization", "").partition(" ")
        if scheme.casefold() != "bearer":
            return None
        key = keys.recognise(shown.strip(), client_address(request._request.META))
        if key is None:
            raise AuthenticationFailed("The key is not known, no longer holds, or is not allowed from this address.")
        structlog.contextvars.bind_contextvars(machine=key.prefix)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        """What to show, for a 401."""
        return REALM


class HasScope(BasePermission):
    """The key may do what the endpoint says this method needs; a method that says nothing is closed."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the scope is among the key's; without a key the answer is 401."""
        if not isinstance(request.auth, ApiKey):
            return False
        method = "GET" if request.method == "HEAD" else request.method
        scopes: dict[str, str] = getattr(view, "scopes", {})
        needed = scopes.get(str(method))
        if needed is None:
            return method not in getattr(view, "allowed_methods", ())  # then the answer is 405
        self.message = f"The key lacks the scope {needed}."
        return needed in request.auth.scopes


class _ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes it."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "description": "A key of the page “API keys”."}
