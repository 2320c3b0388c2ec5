"""BAI2 balance reports, the bank statements of North America."""

from payments.banks.bai2.reader import Bai2Adapter

__all__ = ["Bai2Adapter"]
