"""The addresses of acts; the state of every list is in its query."""

from __future__ import annotations

from django.urls import path

from payments.acts import views

app_name = "acts"

urlpatterns = [
    path("", views.acts, name="acts"),
    path("questions/", views.inquiries, name="inquiries"),
    path("<int:pk>/", views.act, name="act"),
    path("<int:pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/reject/", views.reject, name="reject"),
    path("payments/<int:pk>/<slug:kind>/", views.request_act, name="request"),
]
