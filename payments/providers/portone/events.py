"""PortOne's webhooks of V2: signed by the Standard Webhooks scheme, but they name a payment and say nothing of it.

So every event of a payment is read back (`GET /payments/{paymentId}`); `payments.py` says where the facts come from.
Both versions of the body are read: `{"type", "timestamp", "data": {"paymentId", …}}` of 2024-04-25 and
`{"payment_id", "tx_id", "status"}` of 2024-01-01.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from payments.facts import NeutralEvent
from payments.providers.deliveries import Item, ProviderTerms, RawDelivery, Unreadable, Untranslatable
from payments.providers.event_fields import LONGEST_KEY, EventFields, read_object
from payments.providers.standard_webhooks.signature import checked_id

_PAYMENTS: Final = "Transaction."
_BEFORE_MONEY: Final = frozenset({"Transaction.Confirm"})
"""PortOne asks whether it may charge: no event, and answered by the shop, not by us."""


class PortOneEvents:
    """The scheme of PortOne."""

    code = "portone"
    reference_fields = frozenset({"transactionId", "cancellationId", "storeId", "tx_id"})
    acknowledgement = ("application/json", "{}")

    def open(self, delivery: RawDelivery, secrets: Sequence[str], now: datetime) -> tuple[Item, ...]:
        """One signed event. Raises BadSignature, Stale, Unreadable."""
        webhook_id = checked_id(delivery, secrets, now)
        try:
            event = EventFields(read_object(delivery.body))
            event_type = event.text("type") or event.text("status", is_required=True)
        except (ValueError, Untranslatable) as error:
            raise Unreadable(str(error)) from None
        if len(event_type) > LONGEST_KEY or not event_type.isprintable():
            raise Unreadable("an event without a type")
        is_payment = not event.has("type") or (event_type.startswith(_PAYMENTS) and event_type not in _BEFORE_MONEY)
        hint = ""
        if is_payment:
            with suppress(Untranslatable):
                hint = self.reference_to_read(delivery.body)
        return (Item(webhook_id, event_type, delivery.body, is_verified=True, needs_read_back=is_payment, hint=hint),)

    def translate(self, item: bytes, provider: ProviderTerms) -> tuple[NeutralEvent, ...]:
        """Nothing: what the event says of a payment is an id. Raises Untranslatable."""
        del provider
        EventFields.of(item)
        return ()

    def reference_to_read(self, item: bytes) -> str:
        """The payment's id. Raises Untranslatable."""
        event = EventFields.of(item)
        if not event.has("type"):
            return event.shop_reference("payment_id", is_required=True)
        kind = event.text("type")
        if not kind.startswith(_PAYMENTS) or kind in _BEFORE_MONEY:
            return ""
        return event.inner("data").shop_reference("paymentId", is_required=True)
