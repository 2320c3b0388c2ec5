"""OFX bank statements, versions 1 (SGML) and 2 (XML)."""

from payments.banks.ofx.reader import OfxAdapter

__all__ = ["OfxAdapter"]
