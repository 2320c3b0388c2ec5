"""What Adyen's standard webhook tells of a payment: one item for each authorisation, capture, refund and dispute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from payments.facts import MovementKind
from payments.simulator.events.tellings import Telling
from payments.simulator.journeys import Journey, Try, ceiled
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Movement

CODES: Final = {
    MovementKind.CAPTURE: "CAPTURE",
    MovementKind.REFUND: "REFUND",
    MovementKind.CHARGEBACK: "CHARGEBACK",
    MovementKind.CHARGEBACK_REVERSAL: "CHARGEBACK_REVERSED",
    MovementKind.REFUND_FAILURE: "REFUNDED_REVERSED",
}
_REASONS: Final = {
    MovementKind.REFUND: "",
    MovementKind.CHARGEBACK: "10.4 Other Fraud-Card Absent Environment",
    MovementKind.CHARGEBACK_REVERSAL: "Defended",
    MovementKind.REFUND_FAILURE: "Account closed",
}


def authorisations(journey: Journey, *, is_told: bool) -> Iterator[Telling]:
    """The tries of a payment that came to an answer; the one that succeeded only where `is_told`."""
    for each in journey.tries:
        refusal, at = each.refusal, each.finished_at
        if refusal is not None and not refusal.is_silent and at is not None:
            said = {"refusalReasonRaw": refusal.raw} if refusal.raw else {}
            yield _authorisation(journey, each, {"operations": [], "reason": refusal.word}, said)
        elif refusal is None and is_told:
            operations = ["CANCEL", "CAPTURE", "REFUND"] if journey.card else ["REFUND"]
            yield _authorisation(journey, each, {"operations": operations, "reason": ""}, {})


def _authorisation(journey: Journey, tried: Try, outcome: dict[str, Any], said: dict[str, str]) -> Telling:
    wish, card = journey.wish, journey.card
    extra: dict[str, Any] = {"paymentMethod": wish.brand, "shopperReference": wish.customer, **said}
    if card is not None:
        extra |= {"cardSummary": card.last4, "cardBin": card.bin}
        extra |= {"installments.value": str(card.installment_months)} if card.installment_months else {}
        is_offered = tried.three_d_secure != "not_supported"
        extra["threeDOffered"] = "true" if is_offered else "false"
        extra |= {"threeDAuthenticated": str(tried.three_d_secure == "authenticated").lower()} if is_offered else {}
    # Adyen tells whole seconds, and of nothing before it has happened.
    return _item(
        wish.plan,
        ceiled(tried.finished_at or tried.responded_at),
        {
            "additionalData": extra,
            "amount": {"currency": wish.currency, "value": journey.amount},
            "eventCode": "AUTHORISATION",
            "merchantReference": wish.reference,
            **outcome,
            "paymentMethod": wish.brand,
            "pspReference": tried.reference,
            "success": "false" if outcome["reason"] else "true",
        },
    )


def modification(plan: ProviderPlan, movement: Movement) -> Telling | None:
    """What is told of a movement; nothing for the capture that its authorisation has told."""
    if movement.provider_key == movement.payment_reference:
        return None
    return _item(
        plan,
        movement.occurred_at,
        {
            "additionalData": {},
            "amount": {"currency": movement.currency, "value": abs(movement.amount)},
            "eventCode": CODES[movement.kind],
            "merchantReference": movement.merchant_reference,
            "originalReference": movement.payment_reference,
            "paymentMethod": movement.brand,
            "pspReference": movement.provider_key,
            "reason": movement.reason or _REASONS.get(movement.kind, ""),
            "success": "true",
        },
    )


def _item(plan: ProviderPlan, at: datetime, fields: dict[str, Any]) -> Telling:
    item = {"eventDate": at.astimezone(ZoneInfo(plan.zone)).isoformat(), "merchantAccountCode": plan.account_name}
    envelope = {"live": "false", "notificationItems": [{"NotificationRequestItem": {**fields, **item}}]}
    return Telling(at, plan.code, "webhook", envelope)
