"""The deliveries of a drill: charges, refunds and disputes of Stripe in a random order, some of them told again."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

SECRET: Final = "whsec_of_the_bench_00000"
REPEATED: Final = 0.2
"""The share of deliveries that tell what another one tells."""
NEAR: Final = 200
"""How far from its place in time a delivery may arrive."""
_REFUNDED_EACH: Final = 4
_DISPUTED_EACH: Final = 20
_BEGINNING: Final = 1_782_900_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event of the provider, unsigned: the signature says when it is sent."""

    event_id: str
    body: bytes

    def signature(self) -> str:
        """Stripe's header, for now."""
        second = int(time.time())
        digest = hmac.new(SECRET.encode(), f"{second}.".encode() + self.body, hashlib.sha256).hexdigest()
        return f"t={second},v1={digest}"


def captured(number: int) -> int:
    """What payment `number` took, in won."""
    return 1000 + number


def refunded(number: int) -> int:
    """What of it was given back, in won."""
    return captured(number) // 2 if number % _REFUNDED_EACH == 0 else 0


def payments_in(count: int) -> int:
    """How many payments `count` deliveries tell of."""
    payments = 0
    told = count - int(count * REPEATED)
    while told > 0:
        told -= sum(1 for _ in _told(payments))
        payments += told >= 0
    return payments


def deliveries(count: int, seed: int) -> list[Delivery]:
    """About `count` deliveries, the same ones for the same seed."""
    chance = random.Random(seed)
    once = [each for number in range(payments_in(count)) for each in _told(number)]
    told = [(place + chance.uniform(0, NEAR), each) for place, each in enumerate(once)]
    for _ in range(count - len(once)):
        place = chance.randrange(len(once))
        told.append((place + chance.uniform(0, 3 * NEAR), once[place]))
    return [each for _, each in sorted(told, key=lambda pair: pair[0])]


def _told(number: int) -> Iterator[Delivery]:
    """Everything that the provider tells of one payment; all but the charge name it by the charge alone."""
    own = f"{number:016}"
    of_it = {"charge": f"ch_{own}", "payment_intent": f"pi_{own}", "currency": "krw", "metadata": {}}
    yield _event("charge.succeeded", number, {
        "id": f"ch_{own}", "object": "charge", "amount": captured(number), "amount_captured": captured(number),
        "amount_refunded": 0, "currency": "krw", "created": _BEGINNING + number, "captured": True, "paid": True,
        "status": "succeeded", "payment_intent": f"pi_{own}", "balance_transaction": f"txn_{own}", "refunded": False,
        "metadata": {"merchant_reference": f"order-{number}"}, "disputed": False,
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
    })  # fmt: skip
    if refunded(number):
        yield _event("refund.created", number, {
            **of_it, "id": f"re_{own}", "object": "refund", "amount": refunded(number), "status": "succeeded",
            "reason": "requested_by_customer", "created": _BEGINNING + number + 3600,
        })  # fmt: skip
    if number % _DISPUTED_EACH == 1:
        yield _event("charge.dispute.created", number, {
            **of_it, "id": f"du_{own}", "object": "dispute", "amount": captured(number), "reason": "fraudulent",
            "status": "needs_response", "created": _BEGINNING + number + 7200,
        })  # fmt: skip


def _event(kind: str, number: int, facts: dict[str, Any]) -> Delivery:
    event = {
        "id": f"evt_{kind}_{number:016}", "object": "event", "created": facts["created"], "type": kind,
        "livemode": True, "data": {"object": facts},
    }  # fmt: skip
    return Delivery(event["id"], json.dumps(event).encode())
