"""Short words for tests that tell stories about payments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from payments.facts import EventKind, NeutralEvent
from payments.methods.models import Provider

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def tell(kind: EventKind, minute: float = 0, **values: Any) -> NeutralEvent:
    """An event `minute` minutes after noon, by default told by the provider `stripe` of the order `A-1`."""
    by_shop = values.pop("by_shop", False)
    amount = values.get("amount")
    defaults: dict[str, Any] = {
        "source": "shop" if by_shop else f"provider:{values.get('provider', 'stripe')}",
        "source_event_id": f"{kind}@{minute}",
        "merchant_reference": "A-1",
        "provider": "stripe",
        "currency": "KRW" if amount is not None else "",
    }
    return NeutralEvent(kind=kind, occurred_at=NOON + timedelta(minutes=minute), **(defaults | values))


def make_provider(code: str = "stripe", event_adapter: str = "stripe", **values: Any) -> Provider:
    """A provider in Seoul that settles in won."""
    defaults: dict[str, Any] = {
        "name": code, "adapter": "mapped", "zone": "Asia/Seoul", "country": "KR", "currencies": ["KRW"],
    }  # fmt: skip
    return Provider.objects.create(code=code, event_adapter=event_adapter, **(defaults | values))
