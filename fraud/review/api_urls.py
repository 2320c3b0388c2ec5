"""The addresses of review cases in the merchant API."""

from __future__ import annotations

from django.urls import path

from fraud.review.api import Answers

app_name = "api_cases"

urlpatterns = [
    path("cases/<int:pk>/answers", Answers.as_view(), name="answers"),
]
