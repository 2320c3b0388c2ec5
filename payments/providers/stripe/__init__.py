"""Stripe: its webhooks, its API and its statements."""

from payments.providers.stripe.events import StripeEvents
from payments.providers.stripe.statements.reader import StripeAdapter

__all__ = ["StripeAdapter", "StripeEvents"]
