"""Mollie's files: settlements, which give only totals, and balance transactions, which name payments."""

from payments.providers.mollie.reader import MollieAdapter

__all__ = ["MollieAdapter"]
