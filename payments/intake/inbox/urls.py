"""The addresses of the inbox; the state of the list is in its query."""

from __future__ import annotations

from django.urls import path

from payments.intake.inbox import views

app_name = "inbox"

urlpatterns = [
    path("", views.deliveries, name="deliveries"),
    path("replay/", views.replay_chosen, name="replay_chosen"),
    path("<int:pk>/", views.delivery, name="delivery"),
    path("<int:pk>/replay/", views.replay_one, name="replay"),
]
