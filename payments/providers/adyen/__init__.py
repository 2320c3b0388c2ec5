"""Adyen: the settlement details report."""

from payments.providers.adyen.reader import AdyenAdapter

__all__ = ["AdyenAdapter"]
