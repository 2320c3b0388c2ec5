"""The addresses of the dashboards."""

from __future__ import annotations

from django.urls import path

from analytics.dashboards import views

app_name = "insights"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("<slug:code>/", views.metric, name="metric"),
]
