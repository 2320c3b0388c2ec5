"""The addresses of rules; the state of every list is in its query."""

from __future__ import annotations

from django.urls import path

from fraud.rules import views

app_name = "rules"

urlpatterns = [
    path("", views.rules, name="rules"),
    path("new/", views.create, name="create"),
    path("<int:pk>/", views.version, name="version"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/submit/", views.submit, name="submit"),
    path("<int:pk>/discard/", views.discard, name="discard"),
    path("<int:pk>/publish/", views.publish, name="publish"),
    path("<int:pk>/retire/", views.retire, name="retire"),
    path("<int:pk>/trial/", views.start_trial, name="start_trial"),
    path("<int:pk>/trial/end/", views.end_trial, name="end_trial"),
]
