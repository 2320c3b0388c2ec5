"""Stripe's webhooks: which event types are read, and what each one tells.

Where the facts come from:

- `provider_key`: the charge (`ch_…`, `py_…`), the refund (`re_…`, `pyr_…`), the dispute (`dp_…`, `du_…`), which are the
  `source_id` of the balance reports. Several captures of one charge
  have one key there, and show as a conflict of amounts here.
- `merchant_reference`: `metadata.merchant_reference`, else `metadata.order_id`; of checkout sessions also
  `client_reference_id`. Charges inherit the metadata of their payment intent.
- `attempt_reference`: the payment intent (`pi_…`); of a charge that failed, the charge.
- amounts: Stripe's minor units, which are not ISO 4217's for ISK, UGX and MGA.
- a warning of the issuer (`issfr_…`) names charge and intent alone; told when it was made, however often it is updated.
- a refund happened when it was made, as Stripe takes its money then; a refund still pending is a request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from payments.facts import EventKind, NeutralEvent
from payments.providers.deliveries import Item, ProviderTerms, RawDelivery, Unreadable
from payments.providers.event_fields import LONGEST_KEY, EventFields, read_object
from payments.providers.stripe.charges import (
    captured_later,
    charge_events,
    charge_expired,
    charge_failed,
    listed_refunds,
    refund_events,
)
from payments.providers.stripe.intents import intent_events, session_events
from payments.providers.stripe.objects import Telling, amount_of, id_of, known, own_id, refuse_unless, shop_facts
from payments.providers.stripe.signature import check_signature

_LONGEST_FRAUD_TYPE: Final = 39
_Reading = Callable[[EventFields, Telling], tuple[NeutralEvent, ...]]


def _dispute(kind: EventKind, *, has_money: bool) -> _Reading:
    def read(dispute: EventFields, telling: Telling) -> tuple[NeutralEvent, ...]:
        dispute_id = own_id(dispute)
        facts = {
            **shop_facts(dispute),
            **amount_of(dispute),
            "object_key": dispute_id,
            "provider_key": dispute_id if has_money else "",
            "reason": dispute.words("reason", LONGEST_KEY),
            "references": known(dispute_id, id_of(dispute, "charge"), id_of(dispute, "payment_intent")),
        }
        if kind is EventKind.DISPUTE_CLOSED:
            # An inquiry that ends (`warning_closed`) took nothing.
            facts["outcome"] = "lost" if dispute.text("status") == "lost" else "won"
        return (telling.event(kind, **facts),)

    return read


def _warned(warning: EventFields, telling: Telling) -> tuple[NeutralEvent, ...]:
    """The warning itself tells, so that its updates are the same telling; another type of fraud is another one."""
    warning_id, fraud_type = own_id(warning), warning.words("fraud_type", _LONGEST_FRAUD_TYPE)
    facts = {
        "object_key": warning_id,
        "reason": fraud_type,
        "references": known(id_of(warning, "charge"), id_of(warning, "payment_intent")),
    }
    made = telling.of(warning_id, warning.unix("created"))
    return (made.event(EventKind.FRAUD_WARNED, f":{fraud_type}" if fraud_type else "", **facts),)


def _failed(charge: EventFields, telling: Telling) -> tuple[NeutralEvent, ...]:
    return (charge_failed(charge, telling),)


def _expired(charge: EventFields, telling: Telling) -> tuple[NeutralEvent, ...]:
    return (charge_expired(charge, telling),)


_READINGS: Final[Mapping[str, tuple[str, _Reading]]] = {
    "payment_intent.processing": ("payment_intent", intent_events),
    "payment_intent.requires_action": ("payment_intent", intent_events),
    "payment_intent.amount_capturable_updated": ("payment_intent", intent_events),
    "payment_intent.succeeded": ("payment_intent", intent_events),
    "payment_intent.payment_failed": ("payment_intent", intent_events),
    "payment_intent.canceled": ("payment_intent", intent_events),
    "charge.pending": ("charge", charge_events),
    "charge.succeeded": ("charge", charge_events),
    "charge.captured": ("charge", captured_later),
    "charge.failed": ("charge", _failed),
    "charge.expired": ("charge", _expired),
    "charge.refunded": ("charge", listed_refunds),
    "charge.refund.updated": ("refund", refund_events),
    "refund.created": ("refund", refund_events),
    "refund.updated": ("refund", refund_events),
    "refund.failed": ("refund", refund_events),
    "charge.dispute.created": ("dispute", _dispute(EventKind.DISPUTE_OPENED, has_money=False)),
    "charge.dispute.funds_withdrawn": ("dispute", _dispute(EventKind.CHARGED_BACK, has_money=True)),
    "charge.dispute.funds_reinstated": ("dispute", _dispute(EventKind.CHARGEBACK_REVERSED, has_money=True)),
    "charge.dispute.closed": ("dispute", _dispute(EventKind.DISPUTE_CLOSED, has_money=False)),
    "radar.early_fraud_warning.created": ("radar.early_fraud_warning", _warned),
    "radar.early_fraud_warning.updated": ("radar.early_fraud_warning", _warned),
    "checkout.session.completed": ("checkout.session", session_events),
}
EVENT_TYPES: Final = frozenset(_READINGS)
"""What an endpoint has to be subscribed to; every other type is stored and acknowledged."""


class StripeEvents:
    """The scheme of Stripe."""

    code = "stripe"
    reference_fields = frozenset(
        {"fingerprint", "network_transaction_id", "client_secret"}  # all others begin with letters
    )
    acknowledgement = ("application/json", "{}")

    def open(self, delivery: RawDelivery, secrets: Sequence[str], now: datetime) -> tuple[Item, ...]:
        """One signed event. Raises BadSignature, Stale, Unreadable."""
        check_signature(delivery, secrets, now)
        try:
            event = read_object(delivery.body)
        except ValueError as error:
            raise Unreadable(str(error)) from None
        event_id, event_type = event.get("id"), event.get("type")
        if not isinstance(event_id, str) or not 0 < len(event_id) <= LONGEST_KEY or not event_id.isprintable():
            raise Unreadable("an event without an id")
        if not isinstance(event_type, str) or not 0 < len(event_type) <= LONGEST_KEY or not event_type.isprintable():
            raise Unreadable("an event without a type")
        return (Item(event_id, event_type, delivery.body, is_verified=True),)

    def translate(self, item: bytes, provider: ProviderTerms) -> tuple[NeutralEvent, ...]:
        """What an event tells. Raises Untranslatable."""
        event = EventFields.of(item)
        reading = _READINGS.get(event.text("type"))
        if reading is None:
            return ()
        name, read = reading
        subject = event.inner("data").inner("object")
        refuse_unless(subject, name)
        return read(subject, Telling(provider, own_id(event), event.unix("created")))

    def reference_to_read(self, item: bytes) -> str:
        """Nothing: a signed event says everything itself."""
        del item
        return ""
