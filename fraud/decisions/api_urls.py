"""The addresses of assessments in the merchant API."""

from __future__ import annotations

from django.urls import path

from fraud.decisions import api

app_name = "api_assessments"

urlpatterns = [
    path("assessments", api.Assessments.as_view(), name="assessments"),
    path("assessments/<int:pk>", api.OneAssessment.as_view(), name="assessment"),
]
