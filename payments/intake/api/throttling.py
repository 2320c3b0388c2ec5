"""How often one key may ask: requests a minute, counted in the database that all processes share."""

from __future__ import annotations

import time

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from payments.intake.models import ApiKey
from payments.intake.services.keys import count_request

_MINUTE = 60


class PerKey(BaseThrottle):
    """`API_REQUESTS_PER_MINUTE` of each key, by the clock's minutes; 0 is no limit."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request; whether it is within the limit."""
        limit: int = settings.API_REQUESTS_PER_MINUTE
        if not limit or not isinstance(request.auth, ApiKey):
            return True
        return count_request(request.auth) <= limit

    def wait(self) -> float:
        """Seconds until the next minute, for Retry-After."""
        return _MINUTE - time.time() % _MINUTE
