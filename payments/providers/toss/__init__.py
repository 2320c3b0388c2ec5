"""Toss Payments: settlements as its API answers them."""

from payments.providers.toss.reader import TossAdapter

__all__ = ["TossAdapter"]
