"""The addresses of the merchant API; a later slice adds its own before the last line."""

from __future__ import annotations

from django.urls import path

from payments.intake.api import acts, checkouts, documentation, events, reading
from payments.intake.api.unknown import UnknownAddress

app_name = "api"

urlpatterns = [
    path("schema/", documentation.schema, name="schema"),
    path("docs/", documentation.browser, name="docs"),
    path("checkouts", checkouts.Checkouts.as_view(), name="checkouts"),
    path("checkouts/<str:reference>", checkouts.OneCheckout.as_view(), name="checkout"),
    path("checkouts/<str:reference>/steps", checkouts.CheckoutSteps.as_view(), name="checkout_steps"),
    path("events", events.Events.as_view(), name="events"),
    path("events:batch", events.EventBatch.as_view(), name="event_batch"),
    path("payments", reading.Payments.as_view(), name="payments"),
    path("payments/<str:reference>", reading.OnePayment.as_view(), name="payment"),
    path("payments/<str:reference>/attempts", events.PaymentAttempts.as_view(), name="payment_attempts"),
    path("payments/<str:reference>/refunds", events.PaymentRefunds.as_view(), name="payment_refunds"),
    path("payments/<str:reference>/acts", acts.PaymentActs.as_view(), name="payment_acts"),
    path("acts/<uuid:act>", acts.OneAct.as_view(), name="act"),
    path("attempts", reading.Attempts.as_view(), name="attempts"),
    path("attempts/<int:pk>", reading.OneAttempt.as_view(), name="attempt"),
    path("refunds", reading.Refunds.as_view(), name="refunds"),
    path("refunds/<int:pk>", reading.OneRefund.as_view(), name="refund"),
    path("disputes", reading.Disputes.as_view(), name="disputes"),
    path("disputes/<int:pk>", reading.OneDispute.as_view(), name="dispute"),
    path("customers", reading.Customers.as_view(), name="customers"),
    path("customers/<str:reference>", reading.OneCustomer.as_view(), name="customer"),
    path("<path:rest>", UnknownAddress.as_view(), name="unknown"),
]
