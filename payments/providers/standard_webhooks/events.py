"""The generic scheme: Standard Webhooks around a body that says a neutral event in its own words.

    {"id": "evt-1", "type": "capture.succeeded", "timestamp": "2026-07-31T12:00:00Z", "data": {"amount": 1000, …}}

`type` is a value of `EventKind`; `data` has the fields of `NeutralEvent` by their names, amounts as integers of minor
units. `provider_key` is whatever the provider's statements have as the key of the same money. Other texts of `data`
are kept beside the event. `docs/webhooks.md` lists them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, Final, TypeVar

from payments.facts import AttemptResult, EventKind, Instrument, NeutralEvent
from payments.providers.deliveries import Item, ProviderTerms, RawDelivery, Unreadable, Untranslatable
from payments.providers.event_fields import (
    LONGEST_KEY,
    LONGEST_METHOD,
    LONGEST_REFERENCE,
    EventFields,
    instrument,
    read_object,
)
from payments.providers.standard_webhooks.signature import checked_id

_OF_PROVIDERS: Final = ("provider_key", "object_key")
_OF_SHOPS: Final = ("merchant_reference", "shop_attempt", "customer", "device")
_KEYS: Final = (*_OF_PROVIDERS, *_OF_SHOPS)
_WORDS: Final = ("method", "provider_decline_code", "decline_code", "reason", "outcome", "three_d_secure", "ip")
_OTHER: Final = frozenset(
    {"amount", "currency", "result", "instrument", "requested_at", "expires_at", "references", "attempt_reference"}
)
_MONEY: Final = frozenset(
    {EventKind.AUTHORIZED, EventKind.CAPTURED, EventKind.REFUND_REQUESTED, EventKind.REFUNDED,
     EventKind.REFUND_RETURNED, EventKind.CHARGED_BACK, EventKind.CHARGEBACK_REVERSED}
)  # fmt: skip
_MOST_REFERENCES: Final = 20
_LONGEST_DECLINE: Final = 40
_LONGEST_OUTCOME: Final = 20
_Chosen = TypeVar("_Chosen", bound=StrEnum)


class StandardWebhooks:
    """The scheme of Standard Webhooks with our own body."""

    code = "standard_webhooks"
    reference_fields = frozenset({"id", *_OF_PROVIDERS, "attempt_reference", "references", "fingerprint"})
    acknowledgement = ("application/json", "{}")

    def open(self, delivery: RawDelivery, secrets: Sequence[str], now: datetime) -> tuple[Item, ...]:
        """One signed event. Raises BadSignature, Stale, Unreadable."""
        webhook_id = checked_id(delivery, secrets, now)
        try:
            event = read_object(delivery.body)
        except ValueError as error:
            raise Unreadable(str(error)) from None
        event_type = event.get("type")
        if not isinstance(event_type, str) or not 0 < len(event_type) <= LONGEST_KEY or not event_type.isprintable():
            raise Unreadable("an event without a type")
        return (Item(webhook_id, event_type, delivery.body, is_verified=True, hint=_name_of(event)),)

    def translate(self, item: bytes, provider: ProviderTerms) -> tuple[NeutralEvent, ...]:
        """What an event tells. Raises Untranslatable."""
        event = EventFields.of(item)
        name = event.text("type", is_required=True)
        if name not in set(EventKind):
            return ()
        kind = EventKind(name)
        data = event.inner("data")
        facts = {key: data.reference(key, longest=LONGEST_KEY) for key in _OF_PROVIDERS}
        facts |= {key: data.shop_reference(key) for key in _OF_SHOPS}
        facts |= {key: data.words(key, LONGEST_METHOD) for key in _WORDS}
        return (
            NeutralEvent(
                source=provider.source,
                source_event_id=event.reference("id", is_required=True),
                kind=kind,
                occurred_at=event.instant("timestamp", provider.zone),
                provider=provider.code,
                attempt_reference=data.reference("attempt_reference", longest=LONGEST_KEY),
                **{**facts, **_money(data, kind), **_checked(data, kind), **_instants(data, provider)},
                references=_references(data),
                instrument=_instrument(data.maybe("instrument")),
                extra=_extra(data),
            ),
        )

    def reference_to_read(self, item: bytes) -> str:
        """Nothing: a signed event says everything itself."""
        del item
        return ""


def _name_of(event: dict[str, Any]) -> str:
    """As its event will be called, which the id of the delivery need not be; '' for what `translate` will refuse."""
    with suppress(Untranslatable):
        return EventFields(event).reference("id")
    return ""


def _money(data: EventFields, kind: EventKind) -> dict[str, Any]:
    if not data.has("amount"):
        if kind in _MONEY:
            raise data.wrong("amount", "is missing")
        return {}
    return {"amount": data.integer("amount"), "currency": data.currency()}


def _checked(data: EventFields, kind: EventKind) -> dict[str, Any]:
    result = _one_of(data, "result", AttemptResult)
    if kind is EventKind.FAILED and result is None:
        raise data.wrong("result", "is missing")
    outcome = data.text("outcome")
    if kind is EventKind.DISPUTE_CLOSED and outcome not in ("won", "lost"):
        raise data.wrong("outcome", "is neither won nor lost")
    if kind is EventKind.FRAUD_WARNED and not data.has("object_key"):
        raise data.wrong("object_key", "is missing")
    return {
        "result": result,
        "decline_code": data.words("decline_code", _LONGEST_DECLINE),
        "three_d_secure": data.words("three_d_secure", _LONGEST_OUTCOME),
        "ip": _address(data.text("ip")),
    }


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


def _one_of(data: EventFields, key: str, choices: type[_Chosen]) -> _Chosen | None:
    text = data.text(key)
    if not text:
        return None
    try:
        return choices(text)
    except ValueError:
        raise data.wrong(key, "is none that we know") from None


def _instants(data: EventFields, provider: ProviderTerms) -> dict[str, Any]:
    return {name: data.maybe_instant(name, provider.zone) for name in ("requested_at", "expires_at")}


def _references(data: EventFields) -> tuple[str, ...]:
    listed = data.record.get("references") or []
    if not isinstance(listed, list) or len(listed) > _MOST_REFERENCES:
        raise data.wrong("references", "is no short list")
    numbered = EventFields({str(place): each for place, each in enumerate(listed)})
    return tuple(numbered.reference(place, longest=LONGEST_REFERENCE, is_required=True) for place in numbered.record)


def _instrument(fields: EventFields | None) -> Instrument | None:
    if fields is None:
        return None
    months = fields.integer("installment_months", is_required=False)
    return instrument(
        fields.text("brand"), fields.text("last4"), fields.text("bin"), fields.text("fingerprint"), months
    )


def _extra(data: EventFields) -> dict[str, Any]:
    """Short texts and truths that no field of ours takes; a number could be anything, a card's too."""
    unknown = [key for key in data.record if key not in _OTHER and key not in _KEYS and key not in _WORDS]
    kept: dict[str, Any] = {}
    for key in unknown[:_MOST_REFERENCES]:
        value = data.record[key]
        named = EventFields({"name": key}).words("name", LONGEST_METHOD)
        if named and isinstance(value, str):
            kept[named] = data.words(key)
        elif named and isinstance(value, bool):
            kept[named] = value
    return kept
