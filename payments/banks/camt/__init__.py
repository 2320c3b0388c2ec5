"""ISO 20022 bank statements: camt.052, camt.053 and camt.054."""

from payments.banks.camt.reader import CamtAdapter

__all__ = ["CamtAdapter"]
