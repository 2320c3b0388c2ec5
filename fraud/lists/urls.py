"""The addresses of lists; the state of every list is in its query."""

from __future__ import annotations

from django.urls import path

from fraud.lists import views

app_name = "lists"

urlpatterns = [
    path("", views.entries, name="entries"),
    path("new/", views.create, name="create"),
    path("import/", views.import_file, name="import"),
    path("<int:pk>/", views.entry, name="entry"),
    path("<int:pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/remove/", views.remove, name="remove"),
]
