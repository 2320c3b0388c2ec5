"""Stripe's payment intents and checkout sessions as neutral events: attempts that run, wait, fail or are given up."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from payments.facts import AttemptResult, EventKind, NeutralEvent
from payments.providers.declines import decline_of
from payments.providers.event_fields import LONGEST_KEY, LONGEST_METHOD, EventFields
from payments.providers.stripe.charges import charge_events
from payments.providers.stripe.objects import Telling, amount_of, id_of, known, own_id, shop_facts

_VOUCHERS: Final = {
    "konbini_display_details": "konbini",
    "boleto_display_details": "boleto",
    "oxxo_display_details": "oxxo",
    "multibanco_display_details": "multibanco",
    "display_bank_transfer_instructions": "customer_balance",
}
"""What the buyer pays somewhere else. Other actions (3-D Secure) end within minutes and are the shop's to time."""
_EXPIRED: Final = "payment_intent_payment_attempt_expired"
_TO_BE_TRIED: Final = frozenset({"requires_payment_method", "requires_confirmation"})
_GOES_ON: Final = frozenset({"requires_action", "processing"})
"""After a charge that failed, another try is on its way."""
_NO_CHARGE: Final = EventFields({})


def intent_events(intent: EventFields, telling: Telling) -> tuple[NeutralEvent, ...]:
    """Where an intent stands, by its status. Raises Untranslatable."""
    status = intent.text("status", is_required=True)
    if status == "succeeded":
        return _succeeded(intent, telling)
    if status == "requires_capture":
        return (_authorized(intent, telling),)
    if status == "processing":
        return (telling.event(EventKind.ATTEMPT_STARTED, ":processing", **facts_of(intent), **amount_of(intent)),)
    if status == "requires_action":
        return _waiting(intent, telling)
    if status == "canceled":
        return _canceled(intent, telling)
    if status in _TO_BE_TRIED:
        return _failed(intent, telling)
    raise intent.wrong("status", "is none that we know")


def facts_of(intent: EventFields) -> dict[str, Any]:
    """What every event of an intent says. Raises Untranslatable."""
    intent_id = own_id(intent)
    return {
        **shop_facts(intent),
        "attempt_reference": intent_id,
        "references": known(intent_id, latest_charge(intent)),
    }


def latest_charge(intent: EventFields) -> str:
    """Its id; '' before the first try. Versions before 2022-11-15 list the charges instead. Raises Untranslatable."""
    named = id_of(intent, "latest_charge")
    if named:
        return named
    charges = intent.maybe("charges")
    listed = charges.rows("data") if charges else ()
    return own_id(listed[0]) if listed else ""


def expanded_charge(intent: EventFields) -> EventFields | None:
    """The latest charge as an object, where the answer holds it. Raises Untranslatable."""
    if isinstance(intent.record.get("latest_charge"), dict):
        return intent.inner("latest_charge")
    charges = intent.maybe("charges")
    listed = charges.rows("data") if charges else ()
    return listed[0] if listed else None


def _succeeded(intent: EventFields, telling: Telling) -> tuple[NeutralEvent, ...]:
    charge = latest_charge(intent)
    if not charge:
        return ()
    amount = amount_of(intent, "amount_received" if intent.has("amount_received") else "amount")
    return (telling.event(EventKind.CAPTURED, ":captured", **facts_of(intent), **amount, provider_key=charge),)


def _authorized(intent: EventFields, telling: Telling) -> NeutralEvent:
    amount = amount_of(intent, "amount_capturable" if intent.has("amount_capturable") else "amount")
    return telling.event(EventKind.AUTHORIZED, ":authorized", **facts_of(intent), **amount)


def _waiting(intent: EventFields, telling: Telling) -> tuple[NeutralEvent, ...]:
    action = intent.maybe("next_action") or _NO_CHARGE
    method = _VOUCHERS.get(action.text("type"))
    if method is None:
        return ()
    details = action.maybe(action.text("type")) or _NO_CHARGE
    return (
        telling.event(
            EventKind.ATTEMPT_WAITING,
            ":waiting",
            **facts_of(intent),
            **amount_of(intent),
            method=method,
            expires_at=_voucher_lapses_at(details),
        ),
    )


def _voucher_lapses_at(details: EventFields) -> datetime | None:
    for name in ("expires_at", "expires_after"):
        if details.has(name):
            return details.unix(name)
    return None


def _canceled(intent: EventFields, telling: Telling) -> tuple[NeutralEvent, ...]:
    if not latest_charge(intent):
        return ()  # nobody tried
    reason = intent.words("cancellation_reason")
    at = intent.maybe_unix("canceled_at") or telling.told_at
    kind = EventKind.EXPIRED if reason == "automatic" else EventKind.VOIDED
    told = telling.of(telling.event_id, at)
    return (told.event(kind, ":canceled", **facts_of(intent), **amount_of(intent), reason=reason),)


def _failed(intent: EventFields, telling: Telling) -> tuple[NeutralEvent, ...]:
    error = intent.maybe("last_payment_error")
    if error is None:
        return ()
    code = error.words("code")
    facts = {**facts_of(intent), **amount_of(intent)}
    if code == _EXPIRED:
        return (telling.event(EventKind.EXPIRED, ":expired", **facts),)
    method = error.maybe("payment_method") or _NO_CHARGE
    words = (error.words("decline_code"), code)
    decline = decline_of("stripe", *words)
    return (
        telling.event(
            EventKind.FAILED,
            ":failed",
            **{**facts, "attempt_reference": _failed_try(intent, error, telling)},
            method=method.words("type", LONGEST_METHOD),
            **decline.facts(*words),
            reason=error.words("message"),
            three_d_secure="failed" if decline.result is AttemptResult.AUTHENTICATION_FAILED else "",
        ),
    )


def _failed_try(intent: EventFields, error: EventFields, telling: Telling) -> str:
    """The failed try is not the intent, which may still succeed: its charge, or the event where none was made."""
    return id_of(error, "charge") or latest_charge(intent) or f"{own_id(intent)}:{telling.event_id}"[:LONGEST_KEY]


def session_events(session: EventFields, telling: Telling) -> tuple[NeutralEvent, ...]:
    """A session that the buyer completed: it ties the intent to the shop's reference. Raises Untranslatable."""
    intent = id_of(session, "payment_intent")
    if not intent or session.text("mode") not in ("", "payment"):
        return ()
    facts = shop_facts(session)
    facts["merchant_reference"] = facts.get("merchant_reference") or session.shop_reference("client_reference_id")
    amount = amount_of(session, "amount_total") if session.has("amount_total") else {}
    facts |= {"attempt_reference": intent, "references": known(intent, own_id(session))}
    # Told when the buyer was done: the session itself was made when the page opened, which is no request to anybody.
    return (telling.event(EventKind.ATTEMPT_STARTED, **facts, **amount),)


def read_back(intent: EventFields, telling: Telling, *, acted_at: datetime | None = None) -> tuple[NeutralEvent, ...]:
    """An intent asked for with its latest charge expanded: the charge knows more of the try. Raises Untranslatable.

    `acted_at` is when Stripe answered an act of ours.
    """
    status, charge = intent.text("status"), expanded_charge(intent)
    own = telling.of(_name_of(intent), intent.unix("created"))
    if status == "canceled" or charge is None:
        return intent_events(intent, own)
    whole = EventFields({**charge.record, "metadata": {**_metadata(intent), **_metadata(charge)}})
    told = charge_events(whole, telling.of(own_id(charge), charge.unix("created")), acted_at=acted_at)
    return told + intent_events(intent, own) if status in _GOES_ON else told


def _name_of(intent: EventFields) -> str:
    """Of what an intent tells when it is read: its failures, of which there may be several, each by its own name."""
    error = intent.maybe("last_payment_error")
    if error is None or intent.text("status") not in _TO_BE_TRIED:
        return own_id(intent)
    return f"{own_id(intent)}:{id_of(error, 'payment_method') or error.words('code', LONGEST_METHOD)}"


def _metadata(fields: EventFields) -> dict[str, Any]:
    metadata = fields.maybe("metadata")
    return dict(metadata.record) if metadata else {}
