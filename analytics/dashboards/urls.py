"""The addresses of the dashboards."""

from __future__ import annotations

from django.urls import path

from analytics.dashboards import rows, views

app_name = "insights"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("metrics/<slug:code>/", views.metric, name="metric"),
    path("metrics/<slug:code>/rows/", rows.rows, name="rows"),
    path("<slug:code>/", views.page, name="page"),
]
