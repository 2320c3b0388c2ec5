"""What Adyen's standard webhook tells of a payment: one item for each authorisation, capture, refund and dispute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from payments.facts import MovementKind
from payments.simulator.events.sales import Sale, Telling
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Movement

CODES: Final = {
    MovementKind.CAPTURE: "CAPTURE",
    MovementKind.REFUND: "REFUND",
    MovementKind.CHARGEBACK: "CHARGEBACK",
    MovementKind.CHARGEBACK_REVERSAL: "CHARGEBACK_REVERSED",
    MovementKind.REFUND_FAILURE: "REFUNDED_REVERSED",
}
_NO_CARD: Final = "ideal"
_REFUSALS: Final = (
    "Not enough balance",
    "Not enough balance",
    "Refused",
    "Refused",
    "Expired Card",
    "CVC Declined",
    "Issuer Suspected Fraud",
    "3D Not Authenticated",
    "Acquirer Error",
)
_REASONS: Final = {
    MovementKind.REFUND: "",
    MovementKind.CHARGEBACK: "10.4 Other Fraud-Card Absent Environment",
    MovementKind.CHARGEBACK_REVERSAL: "Defended",
    MovementKind.REFUND_FAILURE: "Account closed",
}


def authorisations(sale: Sale, *, is_authorised: bool, is_captured: bool) -> Iterator[Telling]:
    """The tries of a payment; with `is_authorised` the one that succeeded too, with `is_captured` captured by it."""
    for number, at in enumerate(sale.failed_at, 1):
        reason = sale.luck(f"refusal {number}").choice(_REFUSALS)
        yield _authorisation(sale, at, sale.own_reference(number), {"operations": [], "reason": reason})
    if is_authorised:
        operations = ["REFUND"] if is_captured else ["CANCEL", "CAPTURE", "REFUND"]
        yield _authorisation(sale, sale.requested_at, sale.payment_reference, {"operations": operations, "reason": ""})


def _authorisation(sale: Sale, at: datetime, reference: str, outcome: dict[str, Any]) -> Telling:
    luck = sale.luck("card")
    extra: dict[str, Any] = {"paymentMethod": sale.brand, "shopperReference": sale.customer_id}
    if sale.method != _NO_CARD:
        extra |= {"cardSummary": f"{luck.randrange(10_000):04d}", "cardBin": str(luck.randrange(411_111, 555_000))}
        extra |= luck.choice(({"threeDOffered": "true", "threeDAuthenticated": "true"}, {"threeDOffered": "false"}))
    return _item(
        sale.plan,
        at,
        {
            "additionalData": extra,
            "amount": {"currency": sale.currency, "value": sale.amount},
            "eventCode": "AUTHORISATION",
            "merchantReference": sale.reference,
            **outcome,
            "paymentMethod": sale.brand,
            "pspReference": reference,
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
            "reason": _REASONS.get(movement.kind, ""),
            "success": "true",
        },
    )


def _item(plan: ProviderPlan, at: datetime, fields: dict[str, Any]) -> Telling:
    item = {"eventDate": at.astimezone(ZoneInfo(plan.zone)).isoformat(), "merchantAccountCode": plan.account_name}
    envelope = {"live": "false", "notificationItems": [{"NotificationRequestItem": {**fields, **item}}]}
    return Telling(at, plan.code, "webhook", envelope)
