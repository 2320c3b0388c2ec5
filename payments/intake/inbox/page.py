"""Questions of the inbox pages: a delivery as text, what it told of which payments, and what the door refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet, Sum
from django.utils import timezone

from payments.intake.models import DeliveryRefusal, DeliveryState, InboxDelivery
from payments.intake.services.door import TWIN
from payments.ledger.models import Payment, PaymentEvent

SHOWN_BYTES: Final = 64 * 1024
REFUSAL_HOURS: Final = 24
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Refused:
    """How many deliveries one name had refused for one reason, in one hour."""

    hour_at: datetime
    provider_code: str
    reason: str
    count: int


def refusals() -> tuple[tuple[Refused, ...], int]:
    """The refusals of the last 24 hours, the newest hour first, at most fifty; and how many there were in all."""
    since = timezone.now() - timedelta(hours=REFUSAL_HOURS)
    recent = DeliveryRefusal.objects.filter(hour_at__gte=since)
    rows = recent.order_by("-hour_at", "-count", "pk").values_list("hour_at", "provider_code", "reason", "count")
    return tuple(Refused(*row) for row in rows[:_MOST]), recent.aggregate(total=Sum("count"))["total"] or 0


def set_aside() -> QuerySet[InboxDelivery]:
    """Deliveries that nobody could understand after five tries, of any age."""
    return InboxDelivery.objects.filter(state=DeliveryState.SET_ASIDE)


def body_text(delivery: InboxDelivery) -> tuple[str, bool]:
    """The body as it came, indented where it is JSON; and whether only its beginning is given."""
    content = bytes(delivery.body)
    text = content.decode("utf-8", errors="replace")
    with suppress(ValueError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text[:SHOWN_BYTES], len(text) > SHOWN_BYTES


def payments_told_of(delivery: InboxDelivery) -> tuple[Payment, ...]:
    """The payments that events of a delivery belong to; none where its events are named otherwise than it is.

    An event that tells two things is two events: the second is named `<id>:captured`.
    """
    name = delivery.event_id.rpartition(TWIN)[0] or delivery.event_id
    told = PaymentEvent.objects.filter(
        source=f"provider:{delivery.provider.code}",
        source_event_id__in=[name, f"{name}:captured", delivery.event_id],
    )
    return tuple(Payment.objects.filter(pk__in=told.values("payment_id")).order_by("pk")[:_MOST])


def deliveries_of(events: Sequence[PaymentEvent], provider_ids: dict[str, int]) -> tuple[InboxDelivery, ...]:
    """The deliveries that told these events, the first one first; found by the provider's id of the event."""
    names = {name for event in events for name in _names(event.source_event_id)}
    codes = {event.source.removeprefix("provider:") for event in events if event.source.startswith("provider:")}
    found = InboxDelivery.objects.select_related("provider").filter(
        provider_id__in=[provider_ids[code] for code in codes if code in provider_ids], event_id__in=names
    )
    return tuple(found.order_by("received_at", "pk")[:_MOST])


def _names(event_id: str) -> list[str]:
    """The id and every beginning of it before a colon: adapters name what is one of several things in this way."""
    parts = event_id.split(":")
    return [":".join(parts[: count + 1]) for count in range(len(parts))]
