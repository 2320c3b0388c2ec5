"""A small town of customers: random orders over four months, told as providers and the shop tell them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction

from payments.facts import AttemptResult, CheckoutFact, CustomerFact, EventKind, Instrument, NeutralEvent, StepFact
from payments.ledger.services.record import record
from payments.methods.models import Offering, PaymentMethod
from tests.payments.ledger.telling import NOON, make_provider

Told = NeutralEvent | CheckoutFact
NOW = NOON + timedelta(days=130, hours=5)
"""Whoever tells, and whoever asks, does so at this instant: a Sunday evening in Seoul."""
DAYS = (0, 1, 2, 30, 31, 61, 90, 93, 120, 123, 130)
"""Few, so that hours are shared; the fourth from behind is a month and a half after the one before, and on day 123 the
clocks of New York are set back."""
METHODS = {"card": "card", "naver_pay": "wallet", "vbank": "virtual_account"}
CURRENCIES = ("KRW", "KRW", "KRW", "JPY", "USD")
REFUSED = (
    AttemptResult.DECLINED_SOFT, AttemptResult.DECLINED_HARD, AttemptResult.TECHNICAL_TIMEOUT,
    AttemptResult.AUTHENTICATION_ABANDONED, AttemptResult.BLOCKED_OURS,
)  # fmt: skip
CODES = ("insufficient_funds", "expired_card", "")


def build() -> None:
    """Two providers, and the methods that both offer; of the last one a provider has a name of its own."""
    for code in ("stripe", "toss"):
        provider = make_provider(code, event_adapter=code, currencies=["KRW", "JPY", "USD"])
        for method, family in METHODS.items():
            ours, _ = PaymentMethod.objects.get_or_create(
                code=method, defaults={"family": family, "name_ko": method, "name_ja": method, "name_en": method}
            )
            names = [method, "가상계좌"] if (code, method) == ("toss", "vbank") else [method]
            Offering.objects.create(provider=provider, method=ours, provider_names=names)


@dataclass
class Order:
    """One try to buy something."""

    number: int
    at: datetime
    customer: str
    dice: random.Random
    currency: str = "KRW"
    amount: int = 10_000
    events: list[NeutralEvent] = field(default_factory=list)
    attempt: dict[str, object] = field(default_factory=dict)
    begun_at: datetime = NOON

    def tell(self, kind: EventKind, seconds: float, **values: object) -> None:
        """Something happens so many seconds after the attempt began."""
        name = self.attempt["attempt_reference"]
        given = {"amount": self.amount} | self.attempt | values
        self.events.append(
            NeutralEvent(
                source=f"provider:{self.attempt['provider']}", source_event_id=f"{name}:{kind}:{seconds}", kind=kind,
                occurred_at=self.begun_at + timedelta(seconds=seconds), merchant_reference=f"T-{self.number}",
                currency=self.currency, **given,  # type: ignore[arg-type]
            )
        )  # fmt: skip


def orders(numbers: range, dice: random.Random) -> list[Told]:
    """Everything there is to tell of some orders by now; three of four are of a dozen customers."""
    told: list[Told] = []
    for number in numbers:
        at = NOON + timedelta(days=dice.choice(DAYS), seconds=dice.choice((0, 1800, 3599, 9_000, 16_700)))
        who = f"customer-{dice.randrange(12)}" if dice.random() < 0.75 else ""
        order = Order(number, at, who, dice, currency=dice.choice(CURRENCIES))
        depth = dice.choice((0, 1, 2, 3, 3, 3, 3, 3))
        is_told = depth < 3 or dice.random() < 0.85
        method = _attempts(order) if depth == 3 else dice.choice(tuple(METHODS))
        told += order.events + (_checkouts(order, depth, method) if is_told else [])
    return [each for each in told if (each.occurred_at if isinstance(each, NeutralEvent) else each.started_at) <= NOW]


def _checkouts(order: Order, depth: int, method: str) -> list[Told]:
    """What the shop tells, once or in two parts; it chose a method, and sometimes another one before."""
    dice = order.dice
    steps = [StepFact("started", order.at)]
    if depth and dice.random() < 0.3:
        steps.append(StepFact("method_selected", order.at + timedelta(seconds=20), dice.choice(tuple(METHODS))))
    if depth:
        steps.append(StepFact("method_selected", order.at + timedelta(seconds=40), method))
    if depth > 1 and dice.random() < 0.8:
        steps.append(StepFact("submitted", order.at + timedelta(seconds=50), method))
    whole = CheckoutFact(
        merchant_reference=f"T-{order.number}", amount=order.amount, currency=order.currency, started_at=order.at,
        customer=CustomerFact(order.customer) if order.customer else None, country=dice.choice(("KR", "JP", "")),
        device=dice.choice(("mobile", "desktop")), channel=dice.choice(("web", "app")),
        campaign=dice.choice(("", "", "autumn")), steps=tuple(steps),
    )  # fmt: skip
    if dice.random() < 0.7:
        return [whole]
    return [replace(whole, customer=None, steps=whole.steps[:1]), replace(whole, country="", campaign="")]


def _attempts(order: Order) -> str:
    """Up to three attempts; the name of the last one's method."""
    dice, method = order.dice, ""
    order.begun_at = order.at + timedelta(seconds=dice.choice((55, 60, 600)))
    for turn in range(dice.choice((1, 1, 2, 3))):
        method, name = dice.choice(tuple(METHODS)), f"pi_{order.number}_{turn}"
        provider = dice.choice(("stripe", "toss"))
        shown = "가상계좌" if (provider, method) == ("toss", "vbank") else method
        order.attempt = {"provider": provider, "attempt_reference": name, "method": shown}
        order.amount = dice.choice((10_000, 10_000, 25_000))
        if dice.random() < 0.9:
            card = Instrument(dice.choice(("visa", "")), bin=dice.choice(("400000", ""))) if method == "card" else None
            order.tell(EventKind.ATTEMPT_STARTED, 0, instrument=card,
                       three_d_secure=dice.choice(("authenticated", "")))  # fmt: skip
        (_voucher if method == "vbank" else _try)(order)
        order.begun_at += timedelta(seconds=dice.choice((30, 300, 3_000, 25_000, 90_000, 300_000)))
    return method


def _try(order: Order) -> None:
    dice = order.dice
    end = dice.choice((0.2, 1.5, 6.999, 7, 7.001, 8, 75.5, 3_700, 22_000, 100_000, 500_000))
    if end > 60:
        order.tell(EventKind.ATTEMPT_WAITING, 1.25)
    fate = dice.random()
    if fate < 0.5:
        _paid(order, end)
    elif fate < 0.8:
        order.tell(EventKind.FAILED, end, result=dice.choice(REFUSED), decline_code=dice.choice(CODES),
                   provider_decline_code=dice.choice(("51", "54")))  # fmt: skip
    elif fate < 0.86:
        order.tell(EventKind.FAILED, end, result=AttemptResult.UNKNOWN)
        if dice.random() < 0.5:
            order.tell(EventKind.CAPTURED, end + 3_000, provider_key=f"ch_{order.attempt['attempt_reference']}")
    elif fate < 0.91:
        order.tell(EventKind.VOIDED, end)
    elif fate < 0.96:
        order.tell(EventKind.AUTHORIZED, end)
        order.tell(dice.choice((EventKind.VOIDED, EventKind.EXPIRED, EventKind.AUTHORIZED)), end + 5_000)


def _paid(order: Order, end: float) -> None:
    """Taken; and then given back partly, wholly, or it never happened."""
    dice, key = order.dice, f"ch_{order.attempt['attempt_reference']}"
    if dice.random() < 0.5:
        order.tell(EventKind.AUTHORIZED, end)
    order.tell(EventKind.CAPTURED, end + 0.1, provider_key=key)
    fate = dice.random()
    if fate < 0.3:
        order.tell(EventKind.REFUNDED, end + 40_000, provider_key=f"re_{key}", references=(key,),
                   amount=dice.choice((4_000, order.amount)))  # fmt: skip
    elif fate < 0.4:
        order.tell(EventKind.CAPTURE_FAILED, end + 4_000, provider_key=key)


def _voucher(order: Order) -> None:
    """Issued; then paid within its week, or not, or nobody knows yet."""
    dice = order.dice
    order.tell(EventKind.ATTEMPT_WAITING, 2, expires_at=order.begun_at + timedelta(days=7))
    fate = dice.random()
    if fate < 0.4:
        order.tell(EventKind.CAPTURED, dice.choice((900, 30_000, 250_000)),
                   provider_key=f"ch_{order.attempt['attempt_reference']}")  # fmt: skip
    elif fate < 0.75:
        order.tell(EventKind.EXPIRED, 7 * 86_400)


def batches(told: Sequence[Told], dice: random.Random, many: int) -> list[list[Told]]:
    """In no order, a fifth of it twice, in so many parts."""
    mixed = [*told, *dice.sample(list(told), len(told) // 5)]
    dice.shuffle(mixed)
    return [mixed[place::many] for place in range(many)]


def tell(batch: Sequence[Told]) -> None:
    """Record in one transaction."""
    with transaction.atomic():
        record(
            [each for each in batch if isinstance(each, NeutralEvent)],
            checkouts=[each for each in batch if isinstance(each, CheckoutFact)],
        )
