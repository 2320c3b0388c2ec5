"""PortOne (V2): its webhooks, and the payments read back for them."""

from payments.providers.portone.events import PortOneEvents

__all__ = ["PortOneEvents"]
