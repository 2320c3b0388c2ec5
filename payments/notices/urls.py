"""The addresses of outgoing webhooks; the state of every list is in its query."""

from __future__ import annotations

from django.urls import path

from payments.notices import views

app_name = "notices"

urlpatterns = [
    path("", views.endpoints, name="endpoints"),
    path("new/", views.create, name="create"),
    path("<int:pk>/", views.endpoint, name="endpoint"),
    path("<int:pk>/rotate/", views.rotate, name="rotate"),
    path("<int:pk>/drop-previous/", views.drop_previous, name="drop_previous"),
    path("<int:pk>/enable/", views.enable, name="enable"),
    path("<int:pk>/disable/", views.disable, name="disable"),
    path("<int:pk>/replay/", views.replay_since, name="replay_since"),
    path("deliveries/<int:pk>/", views.delivery, name="delivery"),
    path("deliveries/<int:pk>/replay/", views.replay, name="replay"),
]
