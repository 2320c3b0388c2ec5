"""Every address of the payments room, one include per slice."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("settlement/", include("payments.settlement.urls")),
]
