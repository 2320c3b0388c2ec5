"""Every address of the payments room, one include per slice."""

from __future__ import annotations

from django.urls import include, path

from payments.intake.webhooks import webhook

urlpatterns = [
    path("webhooks/<slug:code>/", webhook, name="webhook"),
    path("views/", include("payments.web.urls")),
    path("api/v1/", include("payments.intake.api.urls")),
    path("keys/", include("payments.intake.urls")),
    path("settlement/", include("payments.settlement.urls")),
]
