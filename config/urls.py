"""Every address of the site, by room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("config.health.urls")),
    path("", include("config.home.urls")),
    path("", include("config.staff.urls")),
    path("", include("analytics.urls")),
    path("", include("fraud.urls")),
    path("", include("payments.urls")),
]

handler403 = "config.home.refusals.permission_denied"
handler500 = "config.home.refusals.server_error"
