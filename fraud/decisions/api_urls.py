"""The addresses of assessments and labels in the merchant API."""

from __future__ import annotations

from django.urls import path

from fraud.decisions import api
from fraud.labels.api import Labels

app_name = "api_assessments"

urlpatterns = [
    path("assessments", api.Assessments.as_view(), name="assessments"),
    path("labels", Labels.as_view(), name="labels"),
    path("assessments/<int:pk>", api.OneAssessment.as_view(), name="assessment"),
]
