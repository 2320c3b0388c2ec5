"""The addresses of payments; the state of the list is in its query."""

from __future__ import annotations

from django.urls import path

from payments.ledger import views

app_name = "payments"

urlpatterns = [
    path("", views.payments, name="payments"),
    path("id/<int:pk>/", views.payment_by_id, name="payment_by_id"),
    path("<str:reference>/", views.payment, name="payment"),
]
