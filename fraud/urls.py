"""Every address of the fraud room; each slice adds its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("fraud.decisions.api_urls")),
    path("api/v1/", include("fraud.review.api_urls")),
    path("fraud/lists/", include("fraud.lists.urls")),
    path("fraud/rules/", include("fraud.rules.urls")),
    path("fraud/scores/", include("fraud.scoring.urls")),
    path("fraud/", include("fraud.review.urls")),
]
