"""What is told as the facts it comes to, without any door: for filling a ledger fast."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from payments.facts import (
    AttemptResult,
    CheckoutFact,
    CustomerFact,
    EventKind,
    Instrument,
    NeutralEvent,
    OrderLineFact,
    StepFact,
)
from payments.providers.deliveries import ProviderTerms
from payments.providers.event_fields import EventFields
from payments.providers.events import EVENT_ADAPTERS
from payments.providers.toss.payments import payment_events
from payments.simulator.replay.reading import Told
from payments.simulator.replay.toss_api import TossBooks

_INSTANTS = ("occurred_at", "expires_at", "requested_at")


def facts_of(
    told: Iterable[Told], terms: Mapping[str, ProviderTerms], books: TossBooks
) -> tuple[list[NeutralEvent], list[CheckoutFact]]:
    """Events and checkouts of some lines, in their order; `books` know the approvals of payments cancelled since."""
    events: list[NeutralEvent] = []
    checkouts: list[CheckoutFact] = []
    for each in told:
        match each.to:
            case "checkout":
                checkouts.append(_checkout(each.body))
            case "event":
                events.append(_event(each.body))
            case _ if "eventType" in each.body:
                payment = EventFields.of(json.dumps(each.body["data"]).encode())
                approval = books.approvals.get(each.body["data"]["paymentKey"], "")
                events += payment_events(payment, terms[each.provider], approval)
            case _:
                for item in each.body["notificationItems"]:
                    body = json.dumps(item["NotificationRequestItem"]).encode()
                    events += EVENT_ADAPTERS["adyen"].translate(body, terms[each.provider])
    return events, checkouts


def _event(body: Mapping[str, Any]) -> NeutralEvent:
    facts: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name in _INSTANTS else value for name, value in body.items()
    }
    name, kind = facts.pop("id"), EventKind(facts.pop("kind"))
    if "result" in facts:
        facts["result"] = AttemptResult(facts["result"])
    if "instrument" in facts:
        facts["instrument"] = Instrument(**facts["instrument"])
    return NeutralEvent(source="shop", source_event_id=name, kind=kind, **facts)


def _checkout(body: Mapping[str, Any]) -> CheckoutFact:
    customer = body["customer"]
    told = ("merchant_reference", "amount", "currency", "country", "device", "channel", "campaign", "shipping_address")
    return CheckoutFact(
        **{name: body[name] for name in told},
        started_at=datetime.fromisoformat(body["started_at"]),
        promised_ship_at=datetime.fromisoformat(body["promised_ship_at"]),
        customer=CustomerFact(customer["id"], customer["email"], segments=tuple(customer["segments"])),
        lines=tuple(OrderLineFact(**line) for line in body["lines"]),
        steps=tuple(
            StepFact(step["step"], datetime.fromisoformat(step["occurred_at"]), step.get("method", ""))
            for step in body["steps"]
        ),
    )
