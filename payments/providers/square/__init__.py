"""Square: payouts and payout entries as the Payouts API answers them."""

from payments.providers.square.reader import SquareAdapter

__all__ = ["SquareAdapter"]
