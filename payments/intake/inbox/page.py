"""Questions of the inbox pages: a delivery as text, what it told of which payments, and what the door refused."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from payments.acts.services.clients import terms_of
from payments.intake.models import DeliveryRefusal, DeliveryState, InboxDelivery
from payments.intake.services.door import TWIN
from payments.ledger.models import Payment, PaymentEvent, PaymentReference
from payments.ledger.selectors.payment_page import PaymentDetail
from payments.providers.events import EVENT_ADAPTERS, Untranslatable

SHOWN_BYTES: Final = 64 * 1024
REFUSAL_HOURS: Final = 24
_MOST: Final = 50
_BY_ORDER: Final = "order:"
"""Before a hint that is the merchant's reference, and no id of the provider's."""


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
    """The payments that a delivery told of: its events are made once more, and looked up by their names.

    One that was read back says nothing itself: the payment is the one that was asked for.
    """
    source = f"provider:{delivery.provider.code}"
    told = PaymentEvent.objects.filter(source=source, source_event_id__in=_event_names(delivery))
    payments = Q(pk__in=told.values("payment_id"))
    if (asked := _asked_for(delivery)) and delivery.state == DeliveryState.DONE:
        known = PaymentReference.objects.filter(provider=delivery.provider, reference=asked)
        payments |= Q(pk__in=known.values("payment_id"))
        by_order = Payment.objects.filter(merchant_reference=asked.removeprefix(_BY_ORDER), events__source=source)
        payments |= Q(pk__in=by_order.values("pk"))
    return tuple(Payment.objects.filter(payments).order_by("pk")[:_MOST])


def _event_names(delivery: InboxDelivery) -> set[str]:
    names = {delivery.event_id, delivery.event_id.rpartition(TWIN)[0] or delivery.event_id}
    adapter = EVENT_ADAPTERS.get(delivery.provider.event_adapter)
    with suppress(Untranslatable):
        events = adapter.translate(bytes(delivery.body), terms_of(delivery.provider)) if adapter else ()
        names |= {event.source_event_id for event in events}
    return names


def _asked_for(delivery: InboxDelivery) -> str:
    """What a delivery that had to be read back made us ask its provider for; '' for others."""
    adapter = EVENT_ADAPTERS.get(delivery.provider.event_adapter)
    with suppress(Untranslatable):
        if adapter and delivery.needs_read_back:
            return adapter.reference_to_read(bytes(delivery.body))
    return ""


def deliveries_of(detail: PaymentDetail) -> tuple[InboxDelivery, ...]:
    """The deliveries that told the events of a payment, the first one first, in one question by two indexes.

    They are named as the event is, or hint at it or at its payment; a hint that came to nothing told nothing.
    """
    order, sources = detail.row.merchant_reference, {event.source for event in detail.events}
    names = {name for event in detail.events for name in _names(event.source_event_id)}
    hints = names | {order, _BY_ORDER + order, *(each.reference for each in detail.references)}
    hinted = Q(hinted_reference__in=hints, state=DeliveryState.DONE) & ~Q(hinted_reference="")
    found = InboxDelivery.objects.select_related("provider").filter(
        Q(event_id__in=names) | hinted,
        provider_id__in=[each.pk for code, each in detail.providers.items() if f"provider:{code}" in sources],
    )
    return tuple(found.order_by("received_at", "pk")[:_MOST])


def _names(event_id: str) -> list[str]:
    """The id and every beginning of it before a colon: adapters name what is one of several things in this way."""
    parts = event_id.split(":")
    return [":".join(parts[: count + 1]) for count in range(len(parts))]
