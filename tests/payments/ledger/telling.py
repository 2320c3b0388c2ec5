"""Short words for tests that tell stories about payments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from payments.facts import EventKind, NeutralEvent
from payments.ledger.services.record import Recorded, record
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


def tell_all(events: list[NeutralEvent]) -> Recorded:
    """Record in one transaction."""
    with transaction.atomic():
        return record(events)


LIFE = [
    tell(EventKind.ATTEMPT_STARTED, 0, by_shop=True, shop_attempt="try-1", amount=10_000, method="card"),
    tell(EventKind.AUTHORIZED, 1, attempt_reference="pi_1", amount=10_000, references=("ch_1",)),
    tell(EventKind.CAPTURED, 2, attempt_reference="pi_1", provider_key="ch_1", amount=10_000),
    tell(EventKind.CAPTURED, 2, by_shop=True, source_event_id="s-1", shop_attempt="try-1", amount=10_000),
    tell(EventKind.REFUNDED, 60, provider_key="re_1", amount=4_000, merchant_reference="", references=("ch_1",)),
    tell(EventKind.CHARGED_BACK, 90, provider_key="dp_1", amount=6_000, merchant_reference="", references=("ch_1",)),
    tell(EventKind.CHARGEBACK_REVERSED, 99, provider_key="dp_1r", object_key="dp_1", amount=6_000,
         merchant_reference="", references=("ch_1",)),
]  # fmt: skip
