"""The addresses of the keys of the merchant API."""

from __future__ import annotations

from django.urls import path

from payments.intake.views import keys

app_name = "keys"

urlpatterns = [
    path("", keys.keys, name="keys"),
    path("new/", keys.create, name="create"),
    path("<int:pk>/", keys.key, name="key"),
    path("<int:pk>/rotate/", keys.rotate, name="rotate"),
    path("<int:pk>/revoke/", keys.revoke, name="revoke"),
]
