"""Random lives of payments, told through the one way into the ledger."""

from __future__ import annotations

import random
from datetime import timedelta

from payments.facts import AttemptResult, CheckoutFact, EventKind, NeutralEvent
from tests.payments.ledger.telling import NOON, make_provider

PROVIDERS = ("stripe", "toss")
RESULTS = (
    AttemptResult.DECLINED_SOFT, AttemptResult.DECLINED_HARD, AttemptResult.TECHNICAL_TIMEOUT,
    AttemptResult.AUTHENTICATION_ABANDONED, AttemptResult.UNKNOWN,
)  # fmt: skip


def providers() -> None:
    """Two of them."""
    for code in PROVIDERS:
        make_provider(code, event_adapter=code)


def life(number: int, dice: random.Random) -> list[NeutralEvent]:
    """What happens to one payment: up to three attempts within four days, each answered, lost, or still under way."""
    told: list[NeutralEvent] = []
    at = NOON + timedelta(minutes=dice.randrange(4 * 24 * 60))
    for turn in range(dice.randint(1, 3)):
        provider, name = dice.choice(PROVIDERS), f"pi_{number}_{turn}"
        amount = dice.choice((10_000, 10_000, 20_000))

        def event(kind: EventKind, seconds: float, **values: object) -> NeutralEvent:
            return NeutralEvent(
                source=f"provider:{provider}", source_event_id=f"{name}:{kind}", kind=kind, currency="KRW",  # noqa: B023
                occurred_at=at + timedelta(seconds=seconds), merchant_reference=f"A-{number}", provider=provider,  # noqa: B023
                attempt_reference=name, amount=amount, **values,  # type: ignore[arg-type]  # noqa: B023
            )  # fmt: skip

        told.append(event(EventKind.ATTEMPT_STARTED, 0))
        seconds = dice.choice((0.2, 1.5, 3, 8, 12.345))
        fate = dice.random()
        if fate < 0.4:
            told.append(event(EventKind.CAPTURED, seconds, provider_key=f"ch_{name}"))
            break
        if fate < 0.8:
            told.append(event(EventKind.FAILED, seconds, result=dice.choice(RESULTS)))
        elif fate < 0.9:
            told.append(event(EventKind.ATTEMPT_WAITING, seconds, expires_at=at + timedelta(days=1)))
            told.append(event(EventKind.EXPIRED, 86_400))
        at += timedelta(minutes=dice.choice((1, 5, 90, 1500)))
    return told


def checkout(number: int, dice: random.Random) -> CheckoutFact:
    """The checkout of a payment, as the shop tells it."""
    return CheckoutFact(
        merchant_reference=f"A-{number}", amount=10_000, currency="KRW", started_at=NOON,
        country=dice.choice(("KR", "JP", "")), device=dice.choice(("mobile", "desktop")),
    )  # fmt: skip
