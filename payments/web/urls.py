"""The addresses that every list shares."""

from __future__ import annotations

from django.urls import path

from payments.web import views

app_name = "views"

urlpatterns = [
    path("save/", views.save_view, name="save"),
    path("<int:pk>/delete/", views.delete_view, name="delete"),
]
