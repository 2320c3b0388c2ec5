"""全銀: the fixed-width account files of Japanese banks."""

from payments.banks.zengin.reader import ZenginAdapter

__all__ = ["ZenginAdapter"]
