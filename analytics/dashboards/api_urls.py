"""The addresses of the metrics in the merchant API; they stand before the API's own, whose last line takes the rest."""

from __future__ import annotations

from django.urls import path

from analytics.dashboards.api import OneMetric

app_name = "api_metrics"

urlpatterns = [path("<slug:code>", OneMetric.as_view(), name="metric")]
