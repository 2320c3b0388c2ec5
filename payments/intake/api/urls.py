"""The addresses of the merchant API; a later slice adds its own before the last line."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import PathConverter

from payments.intake.api import acts, checkouts, documentation, events, reading
from payments.intake.api.unknown import UnknownAddress


class ReferenceConverter(PathConverter):
    """A reference of the shop's, slashes and all: servers decode %2F before we see it.

    What follows a reference stands last in its address and comes first below, so that it is never read as part of one.
    """

    regex = r"[\s\S]+"


register_converter(ReferenceConverter, "reference")

app_name = "api"

urlpatterns = [
    path("schema/", documentation.schema, name="schema"),
    path("docs/", documentation.browser, name="docs"),
    path("checkouts", checkouts.Checkouts.as_view(), name="checkouts"),
    path("checkouts/<reference:reference>/steps", checkouts.CheckoutSteps.as_view(), name="checkout_steps"),
    path("checkouts/<reference:reference>", checkouts.OneCheckout.as_view(), name="checkout"),
    path("events", events.Events.as_view(), name="events"),
    path("events:batch", events.EventBatch.as_view(), name="event_batch"),
    path("payments", reading.Payments.as_view(), name="payments"),
    path("payments/<reference:reference>/attempts", events.PaymentAttempts.as_view(), name="payment_attempts"),
    path("payments/<reference:reference>/refunds", events.PaymentRefunds.as_view(), name="payment_refunds"),
    path("payments/<reference:reference>/acts", acts.PaymentActs.as_view(), name="payment_acts"),
    path("payments/<reference:reference>", reading.OnePayment.as_view(), name="payment"),
    path("acts/<uuid:act>", acts.OneAct.as_view(), name="act"),
    path("attempts", reading.Attempts.as_view(), name="attempts"),
    path("attempts/<int:pk>", reading.OneAttempt.as_view(), name="attempt"),
    path("refunds", reading.Refunds.as_view(), name="refunds"),
    path("refunds/<int:pk>", reading.OneRefund.as_view(), name="refund"),
    path("disputes", reading.Disputes.as_view(), name="disputes"),
    path("disputes/<int:pk>", reading.OneDispute.as_view(), name="dispute"),
    path("customers", reading.Customers.as_view(), name="customers"),
    path("customers/<reference:reference>", reading.OneCustomer.as_view(), name="customer"),
    path("<reference:rest>", UnknownAddress.as_view(), name="unknown"),
]
