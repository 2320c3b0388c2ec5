"""The addresses of models; the state of the list is in its query."""

from __future__ import annotations

from django.urls import path

from fraud.scoring import views

app_name = "scores"

urlpatterns = [
    path("", views.models, name="models"),
    path("<int:pk>/", views.model, name="model"),
    path("<int:pk>/promote/", views.promote, name="promote"),
    path("<int:pk>/roll-back/", views.roll_back, name="roll_back"),
]
