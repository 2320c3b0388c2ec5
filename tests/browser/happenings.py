"""Payments as they happened, beside the files of the simulated merchant: events, deliveries and refusals to look at."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from payments.facts import (
    AttemptResult,
    CheckoutFact,
    CustomerFact,
    EventKind,
    Instrument,
    MovementKind,
    NeutralEvent,
    OrderLineFact,
    StepFact,
)
from payments.intake.models import DeliveryRefusal, InboxDelivery
from payments.ledger.models import Movement
from payments.ledger.services.record import record
from payments.settlement.models import Match

PAYMENTS = 60
RICH = "한가위-선물-001"
"""The order whose page has everything to show."""


def tell_of_payments() -> None:
    """Events of captures that the ledger's export and the statements know too, and of some that nobody settled."""
    matched = Match.objects.filter(movement__kind=MovementKind.CAPTURE).order_by("-movement__occurred_at")
    movements = [match.movement for match in matched.select_related("movement__provider")[:PAYMENTS]]
    with transaction.atomic():
        for place, movement in enumerate(movements):
            reference = RICH if place == 3 else movement.merchant_reference or f"order-{place}"
            record(_life(place, movement, reference), checkouts=[_checkout(movement, reference)])
    _deliver(movements)


def _life(place: int, movement: Movement, reference: str) -> list[NeutralEvent]:
    code, at = movement.provider.code, movement.occurred_at
    common: dict[str, Any] = {"source": f"provider:{code}", "provider": code, "merchant_reference": reference}
    card = Instrument(brand="visa", last4=f"{4000 + place}", bin="411111", installment_months=3)
    paid = NeutralEvent(
        source_event_id=f"evt-{place}", kind=EventKind.CAPTURED, occurred_at=at, attempt_reference=f"pay-{place}",
        provider_key=movement.provider_key, amount=movement.amount, currency=movement.currency, instrument=card, **common,
    )  # fmt: skip
    declined = NeutralEvent(
        source_event_id=f"evt-{place}-declined", kind=EventKind.FAILED, occurred_at=at - timedelta(minutes=2),
        attempt_reference=f"pay-{place}-first", result=AttemptResult.DECLINED_SOFT, decline_code="insufficient_funds",
        provider_decline_code="51", instrument=card, amount=movement.amount, currency=movement.currency, **common,
    )  # fmt: skip
    if place % 7 == 5:
        return [declined]
    more = [declined, paid] if place % 4 == 3 else [paid]
    if reference == RICH:
        more += [
            NeutralEvent(
                source_event_id="evt-refund", kind=EventKind.REFUNDED, occurred_at=at + timedelta(hours=5), amount=100,
                currency=movement.currency, attempt_reference=f"pay-{place}", provider_key="refund-1",
                reason="고객 변심", **common,
            ),
            NeutralEvent(
                source_event_id="evt-late", kind=EventKind.FAILED, occurred_at=at + timedelta(minutes=9),
                attempt_reference=f"pay-{place}", result=AttemptResult.DECLINED_HARD, **common,
            ),
            NeutralEvent(
                source_event_id="evt-dispute", kind=EventKind.DISPUTE_OPENED, occurred_at=at + timedelta(days=1),
                attempt_reference=f"pay-{place}", provider_key="dispute-1", amount=500, currency=movement.currency,
                reason="fraudulent", **common,
            ),
        ]  # fmt: skip
    return more


def _checkout(movement: Movement, reference: str) -> CheckoutFact:
    at = movement.occurred_at - timedelta(minutes=4)
    return CheckoutFact(
        reference, movement.amount, movement.currency, at,
        customer=CustomerFact(f"customer-{movement.pk % 9}", email=f"buyer{movement.pk % 9}@example.com"),
        country="KR", device="mobile", channel="app", campaign="chuseok", promised_ship_at=at + timedelta(days=2),
        lines=(OrderLineFact("SET-1", "명절 선물 세트 / ギフトセット", 2, movement.amount),),
        steps=(StepFact("started", at), StepFact("method_selected", at, "card"), StepFact("submitted", at, "card")),
    )  # fmt: skip


def _deliver(movements: list[Movement]) -> None:
    """What would have told it, one of every state, and what was refused."""
    now = timezone.now()
    body = json.dumps({"id": "evt", "data": {"name": "김하늘", "card": "************4242"}}).encode()
    states = ("done", "done", "ignored", "waiting", "set_aside", "done")
    InboxDelivery.objects.bulk_create(
        InboxDelivery(
            provider=movement.provider, event_id=f"evt-{place}", event_type="payment.captured", body=body,
            headers={"content-type": "application/json"}, is_masked=True, state=states[place % len(states)],
            received_at=now - timedelta(minutes=place), tries=5 if place % 6 == 4 else 1,
            error="the event names no merchant reference and no id that is known" if place % 6 == 4 else "",
        )
        for place, movement in enumerate(movements)
    )  # fmt: skip
    hour = now.replace(minute=0, second=0, microsecond=0)
    DeliveryRefusal.objects.create(provider_code="toss", reason="bad_signature", hour_at=hour, count=12, sample=b"")
    DeliveryRefusal.objects.create(provider_code="nobody", reason="unknown_provider", hour_at=hour, count=3, sample=b"")
