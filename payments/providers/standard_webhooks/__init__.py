"""Any provider of the Standard Webhooks scheme that sends our own documented body."""

from payments.providers.standard_webhooks.events import StandardWebhooks

__all__ = ["StandardWebhooks"]
