"""The addresses of files in the merchant API; they stand before the API's own, whose last line takes the rest."""

from __future__ import annotations

from django.urls import path

from payments.settlement.api import Files, OneFile

app_name = "api_files"

urlpatterns = [
    path("files", Files.as_view(), name="files"),
    path("files/<int:pk>", OneFile.as_view(), name="file"),
]
