"""Every address of the payments room, one include per slice."""

from __future__ import annotations

from django.urls import include, path

from payments.intake.webhooks import webhook

urlpatterns = [
    path("webhooks/<slug:code>/", webhook, name="webhook"),
    path("payments/", include("payments.ledger.urls")),
    path("inbox/", include("payments.intake.inbox.urls")),
    path("views/", include("payments.web.urls")),
    path("api/v1/", include("payments.settlement.api_urls")),
    path("api/v1/", include("payments.intake.api.urls")),
    path("keys/", include("payments.intake.urls")),
    path("acts/", include("payments.acts.urls")),
    path("webhook-endpoints/", include("payments.notices.urls")),
    path("settlement/", include("payments.settlement.urls")),
]
