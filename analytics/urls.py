"""Every address of the analytics room."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("insights/", include("analytics.dashboards.urls")),
    path("api/v1/metrics/", include("analytics.dashboards.api_urls")),
]
