"""Adyen's webhooks: which event codes are read, and what each one tells.

Where the facts come from:

- `provider_key`: `pspReference` of the capture, refund or dispute, which the settlement details report has as
  Modification Reference; of a payment captured automatically, for which no capture is told, that of the authorisation.
- `merchant_reference`: `merchantReference` of authorisations and disputes. That of a modification may be the request's
  own, so modifications find their payment by `originalReference`.
- `attempt_reference`: `pspReference` of the authorisation, which modifications repeat as `originalReference`.
- Adyen gives events no id: one is `eventCode`, `pspReference` and `success`, which its repetitions share.
- amounts: Adyen's minor units, which are not ISO 4217's for CLP, CVE, IDR and ISK.
- **When the money moves.** A merchant account that captures automatically is told of the authorisation and of nothing
  else, so the money moves with AUTHORISATION. Where the account captures apart (`ProviderTerms.captures_apart`), it
  moves with CAPTURE, except for methods whose authorisation lists `operations` without CAPTURE.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from payments.facts import NeutralEvent
from payments.providers.adyen.event_codes import READINGS
from payments.providers.adyen.signature import check_item
from payments.providers.deliveries import BadSignature, Item, ProviderTerms, RawDelivery, Unreadable, Untranslatable
from payments.providers.event_fields import EventFields, read_object

_LONGEST_BATCH: Final = 200
_LONGEST_ID: Final = 160
_LONGEST_TYPE: Final = 80


class AdyenEvents:
    """The scheme of Adyen's standard webhook, JSON."""

    code = "adyen"
    reference_fields = frozenset(
        {"pspReference", "originalReference", "hmacSignature", "authCode", "paymentPspReference", "alias",
         "acquirerReference", "recurring.recurringDetailReference", "disputePspReference", "networkTxReference",
         "retry.rescueReference"}
    )  # fmt: skip
    acknowledgement = ("text/plain", "[accepted]")

    def open(self, delivery: RawDelivery, secrets: Sequence[str], now: datetime) -> tuple[Item, ...]:
        """The items of a batch, each signed; one bad item refuses them all. Raises BadSignature and Unreadable."""
        del now  # nothing in the signature says when
        try:
            items = EventFields(read_object(delivery.body)).rows("notificationItems")
            if not 0 < len(items) <= _LONGEST_BATCH:
                raise Unreadable("no items, or too many")
            return tuple(_opened(each.inner("NotificationRequestItem"), secrets) for each in items)
        except (ValueError, Untranslatable) as error:
            raise Unreadable(str(error)) from None

    def translate(self, item: bytes, provider: ProviderTerms) -> tuple[NeutralEvent, ...]:
        """What an item tells. Raises Untranslatable."""
        fields = EventFields.of(item)
        reading = READINGS.get(fields.text("eventCode"))
        return reading(fields, provider, event_id(fields)) if reading else ()

    def reference_to_read(self, item: bytes) -> str:
        """Nothing: a signed item says everything itself."""
        del item
        return ""


def event_id(item: EventFields) -> str:
    """What all deliveries of one item share. Raises Untranslatable."""
    code, success = item.text("eventCode", is_required=True), item.text("success", is_required=True)
    return f"{code}:{item.reference('pspReference', is_required=True)}:{success}"


def _opened(item: EventFields, secrets: Sequence[str]) -> Item:
    check_item(item, secrets)
    name, code = event_id(item), item.text("eventCode")
    if len(name) > _LONGEST_ID or len(code) > _LONGEST_TYPE or not name.isprintable():
        raise Unreadable("an item whose id is too long")
    return Item(name, code, _compact(item.record), is_verified=True)


def _compact(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=_number).encode()


def _number(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise BadSignature("an item that is no JSON")
