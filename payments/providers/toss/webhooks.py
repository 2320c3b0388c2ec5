"""Toss Payments' webhooks: hints that a payment changed, as nothing signs them. What changed is read back.

`PAYMENT_STATUS_CHANGED` names the payment by `paymentKey`, `DEPOSIT_CALLBACK` by `orderId` alone,
`CANCEL_STATUS_CHANGED` by whichever it has. Anybody may send one of those: it makes us ask Toss about a payment and
nothing else. `payments.py` says where the facts come from. `payout.changed` and `seller.changed` are signed, and tell
nothing about a payment. An event of a payment that came signed all the same would be a hint like the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from payments.facts import NeutralEvent
from payments.providers.deliveries import (
    BadSignature,
    Item,
    ProviderTerms,
    RawDelivery,
    Unreadable,
    Untranslatable,
)
from payments.providers.event_fields import LONGEST_KEY, LONGEST_REFERENCE, EventFields, read_object
from payments.providers.toss.signature import HEADER, check_signature

ORDER: Final = "order:"
"""Before a reference that is the merchant's orderId and not a paymentKey."""
_SIGNED: Final = frozenset({"payout.changed", "seller.changed"})
_OF_PAYMENTS: Final = frozenset({"PAYMENT_STATUS_CHANGED", "DEPOSIT_CALLBACK", "CANCEL_STATUS_CHANGED"})
_DEPOSIT: Final = "DEPOSIT_CALLBACK"


class TossEvents:
    """The scheme of Toss Payments."""

    code = "toss"
    reference_fields = frozenset(
        {"transactionKey", "lastTransactionKey", "secret", "accountNumber", "approveNo", "receiptKey", "eventId"}
    )
    acknowledgement = ("application/json", "{}")

    def open(self, delivery: RawDelivery, secrets: Sequence[str], now: datetime) -> tuple[Item, ...]:
        """One event, verified only if its type is signed. Raises BadSignature, Stale, Unreadable."""
        is_signed = HEADER in delivery.headers
        if is_signed:
            check_signature(delivery, secrets, now)
        try:
            event = EventFields(read_object(delivery.body))
            event_type = _type_of(event)
        except (ValueError, Untranslatable) as error:
            raise Unreadable(str(error)) from None
        if not is_signed and event_type in _SIGNED:
            raise BadSignature("an event that Toss signs came without a signature")
        # Repeated deliveries repeat the body. The id of the transmission is in no signature, so it names nothing.
        event_id = hashlib.sha256(delivery.body).hexdigest()
        must_ask = not is_signed or event_type in _OF_PAYMENTS
        hint, order = _hinted(event, event_type) if must_ask else ("", "")
        item = Item(
            event_id, event_type, delivery.body, is_verified=is_signed, needs_read_back=must_ask, hint=hint, order=order
        )
        return (item,)

    def translate(self, item: bytes, provider: ProviderTerms) -> tuple[NeutralEvent, ...]:
        """Nothing, as nobody vouches for what the item says. Raises Untranslatable."""
        del provider
        EventFields.of(item)
        return ()

    def reference_to_read(self, item: bytes) -> str:
        """The payment the item hints at; '' for types that concern none. Raises Untranslatable."""
        event = EventFields.of(item)
        event_type = _type_of(event)
        if event_type not in _OF_PAYMENTS:
            return ""
        data = _data_of(event)
        return data.shop_reference("paymentKey", longest=LONGEST_REFERENCE) or ORDER + _order_of(data)


def _data_of(event: EventFields) -> EventFields:
    """What is told; the older body of DEPOSIT_CALLBACK has no `data`, and its fields stand at the top."""
    return event.maybe("data") or event


def _order_of(data: EventFields) -> str:
    return data.shop_reference("orderId", is_required=True)


def _hinted(event: EventFields, event_type: str) -> tuple[str, str]:
    """What will be read and the order it names, '' for what is not there: whoever reads it back says what is wrong."""
    hint = order = ""
    if event_type in _OF_PAYMENTS:
        with suppress(Untranslatable):
            order = _order_of(_data_of(event))
        with suppress(Untranslatable):
            hint = _data_of(event).shop_reference("paymentKey", longest=LONGEST_REFERENCE) or (order and ORDER + order)
    return hint, order


def _type_of(event: EventFields) -> str:
    named = event.text("eventType")
    if not named and event.has("orderId") and event.has("secret"):
        return _DEPOSIT
    if not 0 < len(named) <= LONGEST_KEY or not named.isprintable():
        raise event.wrong("eventType", "is missing or too long")
    return named
