"""The limit of the door: the same web server with one DRF view that does one INSERT, and nothing around it.

`JEONGSAN_BARE=publish` makes it the planted arm: the same view also publishes a Celery task for each request.
"""

from __future__ import annotations

import json
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.bare_settings")

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup(set_prefix=False)
settings.MIDDLEWARE = []
application = WSGIHandler()


def urlpatterns() -> list[Any]:
    """One address."""
    from django.db import connection
    from django.urls import path
    from rest_framework.request import Request
    from rest_framework.response import Response
    from rest_framework.views import APIView

    from payments.intake.tasks import drain_inbox

    does_publish = os.environ.get("JEONGSAN_BARE") == "publish"

    class Bare(APIView):
        """One INSERT of the body."""

        authentication_classes = ()
        permission_classes = ()

        def post(self, request: Request) -> Response:
            """Insert."""
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO bench_bare (body) VALUES (%s)", [json.dumps(request.data)])
            if does_publish:
                drain_inbox.delay()
            return Response({})

    return [path("webhooks/stripe/", Bare.as_view())]
