"""Every address below `/api/v1/` that means nothing: an error in the shape of all others, not a page."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from payments.intake.api.endpoints import Endpoint
from payments.intake.scopes import Scope


@extend_schema(exclude=True)
class UnknownAddress(Endpoint):
    """Nothing."""

    scopes = {"GET": Scope.PAYMENTS_READ, "POST": Scope.PAYMENTS_READ}

    def get(self, request: Request, rest: str) -> Response:
        """404."""
        raise Http404

    def post(self, request: Request, rest: str) -> Response:
        """404."""
        raise Http404
