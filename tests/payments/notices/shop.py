"""Words for tests of notices: an endpoint at a server of this machine, and a message to it."""

from __future__ import annotations

from payments.notices.models import WebhookDelivery
from payments.notices.services import endpoints, messages
from payments.notices.services.endpoints import WithSecret
from payments.notices.services.messages import Told
from tests.payments.providers.events.servers import Asked


def endpoint_at(address: str) -> WithSecret:
    """An endpoint that is told everything."""
    return endpoints.create(f"{address}/told?shop=1", by=None)


def told(name: str = "A-1", kind: str = "payment.changed") -> Told:
    """A message; the same name again is the same message."""
    return Told(kind, (name, "captured"), {"reference": name, "status": "captured", "amount": 1_000})


def send(*names: str) -> list[WebhookDelivery]:
    """Write messages; their deliveries, oldest first."""
    messages.write([told(name) for name in names])
    return list(WebhookDelivery.objects.order_by("pk"))


def taken(_: Asked) -> tuple[int, bytes, dict[str, str]]:
    """A shop that takes everything."""
    return 204, b"", {}
