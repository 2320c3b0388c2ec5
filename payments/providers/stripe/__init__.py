"""Stripe: its webhooks and its API."""

from payments.providers.stripe.events import StripeEvents

__all__ = ["StripeEvents"]
