"""MT940 and MT942 bank statements."""

from payments.banks.mt940.reader import Mt940Adapter

__all__ = ["Mt940Adapter"]
