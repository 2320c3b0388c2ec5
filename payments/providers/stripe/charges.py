"""Stripe's charges and refunds as neutral events: the money, and the tries that failed.

A charge that failed is an attempt of its own (`ch_…`), as one payment intent may see several fail before one succeeds;
everything else belongs to the attempt of the intent (`pi_…`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from payments.facts import EventKind, Instrument, NeutralEvent
from payments.providers.declines import decline_of
from payments.providers.event_fields import LONGEST_METHOD, EventFields, instrument
from payments.providers.stripe.objects import Telling, amount_of, id_of, known, own_id, shop_facts

_THREE_D_SECURE: Final = {
    "authenticated": "authenticated",
    "attempt_acknowledged": "attempted",
    "not_supported": "not_supported",
    "failed": "failed",
    "processing_error": "failed",
}
_NOT_DEDUCTED: Final = frozenset({"failed", "canceled"})
_LONGEST_SUFFIX: Final = 40


def charge_events(
    charge: EventFields, telling: Telling, *, acted_at: datetime | None = None
) -> tuple[NeutralEvent, ...]:
    """Where a charge stands: failed, running, authorized, or captured. Raises Untranslatable.

    `acted_at` is when Stripe answered an act of ours.
    """
    status = charge.text("status", is_required=True)
    if status == "failed":
        return (charge_failed(charge, telling),)
    facts = _facts(charge)
    made = telling.of(telling.event_id, charge.unix("created"))
    if status == "pending":
        return (made.event(EventKind.ATTEMPT_STARTED, ":pending", **facts, **amount_of(charge)),)
    if status != "succeeded":
        raise charge.wrong("status", "is none that we know")
    held = {**facts, **amount_of(charge)}
    if charge.record.get("captured") is not True:
        return (made.event(EventKind.AUTHORIZED, ":held", **held, expires_at=_lapses_at(charge)),)
    # Read back again after the capture it no longer says until when it was held: the same fact, so another name.
    suffix, taken_at = _when_taken(charge, acted_at)
    taken = {**facts, **_taken(charge), "provider_key": own_id(charge), "occurred_at": taken_at}
    return made.event(EventKind.AUTHORIZED, ":authorized", **held), made.event(EventKind.CAPTURED, suffix, **taken)


def _when_taken(charge: EventFields, acted_at: datetime | None) -> tuple[str, datetime]:
    """What a capture is called beside its charge, and its instant.

    A charge says when it was made, which is days before a capture by hand: the entry in the balance is made when the
    money is taken. Each way to know the instant has a name of its own, so that no telling contradicts another.
    """
    if isinstance(charge.record.get("balance_transaction"), dict):
        entry = charge.inner("balance_transaction")
        return f":captured:{own_id(entry)}"[:_LONGEST_SUFFIX], entry.unix("created")
    if acted_at is not None:
        return f":captured:{int(acted_at.timestamp())}", acted_at
    return ":captured", charge.unix("created")


def captured(charge: EventFields, telling: Telling) -> NeutralEvent:
    """The money of a charge: `provider_key` is the charge. Raises Untranslatable."""
    return telling.event(EventKind.CAPTURED, **_facts(charge), **_taken(charge), provider_key=own_id(charge))


def _taken(charge: EventFields) -> dict[str, Any]:
    return amount_of(charge, "amount_captured" if charge.has("amount_captured") else "amount")


def captured_later(charge: EventFields, telling: Telling) -> tuple[NeutralEvent, ...]:
    """A capture told at the moment it happened. Raises Untranslatable."""
    if not charge.has("amount_captured"):
        # API versions before 2020-08-27 show what was not captured as refunded, and nothing else can be refunded yet.
        taken = charge.integer("amount") - charge.integer("amount_refunded", is_required=False)
        charge = EventFields({**charge.record, "amount_captured": taken})
    return (captured(charge, telling),)


def charge_failed(charge: EventFields, telling: Telling) -> NeutralEvent:
    """A charge that failed, with the issuer's word for it. Raises Untranslatable."""
    outcome = charge.maybe("outcome") or EventFields({})
    is_blocked = outcome.text("type") == "blocked"
    words = (outcome.words("reason"), charge.words("failure_code"))
    decline = decline_of("stripe", *((words[0], "blocked") if is_blocked else words))
    facts = {**_facts(charge), "attempt_reference": own_id(charge)}
    return telling.event(
        EventKind.FAILED,
        **facts,
        **amount_of(charge),
        **decline.facts(*words),
        reason=charge.words("failure_message"),
    )


def charge_expired(charge: EventFields, telling: Telling) -> NeutralEvent:
    """An authorization that nobody captured in time. Raises Untranslatable."""
    return telling.event(EventKind.EXPIRED, **_facts(charge), **amount_of(charge))


def _facts(charge: EventFields) -> dict[str, Any]:
    details = charge.maybe("payment_method_details") or EventFields({})
    card = details.maybe("card")
    charge_id, intent = own_id(charge), id_of(charge, "payment_intent")
    secured = card.maybe("three_d_secure") if card else None
    return {
        **shop_facts(charge),
        "attempt_reference": intent or charge_id,
        "method": details.words("type", LONGEST_METHOD),
        "instrument": _instrument(card) if card else None,
        "three_d_secure": _THREE_D_SECURE.get(secured.text("result"), "") if secured else "",
        "references": known(charge_id, intent),
    }


def _instrument(card: EventFields) -> Instrument | None:
    installments = card.maybe("installments")
    plan = installments.maybe("plan") if installments else None
    return instrument(
        card.text("brand"),
        card.text("last4"),
        card.text("iin")[:8],
        card.text("fingerprint"),
        plan.integer("count", is_required=False) if plan else 0,
    )


def _lapses_at(charge: EventFields) -> Any:
    details = charge.maybe("payment_method_details")
    card = details.maybe("card") if details else None
    return card.maybe_unix("capture_before") if card else None


def refund_events(refund: EventFields, telling: Telling) -> tuple[NeutralEvent, ...]:
    """Where a refund stands: `provider_key` is the refund. Raises Untranslatable.

    Stripe takes the money of a refund when it is made, so that is when it happened, however late its success is told;
    what fails after that comes back on a line of its own.
    """
    refund_id, status = own_id(refund), refund.text("status") or "succeeded"
    charge, intent = id_of(refund, "charge"), id_of(refund, "payment_intent")
    facts = {
        **shop_facts(refund),
        **amount_of(refund),
        "reason": refund.words("reason"),
        "references": known(refund_id, charge, intent),
    }
    made = telling.of(telling.event_id, refund.unix("created"))
    if status == "succeeded":
        return (made.event(EventKind.REFUNDED, ":succeeded", **facts, provider_key=refund_id),)
    if status in ("pending", "requires_action"):
        return (made.event(EventKind.REFUND_REQUESTED, ":requested", **facts, object_key=refund_id),)
    if status not in _NOT_DEDUCTED:
        raise refund.wrong("status", "is none that we know")
    if not refund.has("failure_balance_transaction"):
        return (telling.event(EventKind.REFUND_FAILED, ":failed", **facts, provider_key=refund_id),)
    taken = made.event(EventKind.REFUNDED, ":succeeded", **facts, provider_key=refund_id)
    why = refund.words("failure_reason") or facts["reason"]
    back = {**facts, "reason": why, "provider_key": refund_id, "object_key": refund_id}
    return taken, telling.event(EventKind.REFUND_RETURNED, ":returned", **back)


def listed_refunds(charge: EventFields, telling: Telling) -> tuple[NeutralEvent, ...]:
    """The refunds that API versions before 2022-11-15 list in a charge; () for newer ones, which tell by `refund.*`."""
    refunds = charge.maybe("refunds")
    told: tuple[NeutralEvent, ...] = ()
    for refund in refunds.rows("data") if refunds else ():
        # The oldest refunds state no charge of their own.
        whole = EventFields(
            {"charge": own_id(charge), "payment_intent": charge.record.get("payment_intent"), **refund.record}
        )
        told += refund_events(whole, telling.of(f"{telling.event_id}:{own_id(refund)}", telling.told_at))
    return told
