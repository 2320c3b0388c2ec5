"""PayPal: the activity download and the settlement report, told apart by their content."""

from payments.providers.paypal.reader import PayPalAdapter

__all__ = ["PayPalAdapter"]
