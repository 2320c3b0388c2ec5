"""What buyers do: pay, have a part shipped later, press twice, send goods back, dispute, pay again next month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from payments.facts import MovementKind
from payments.money import exponent
from payments.simulator.chance import chance, letters, pick_by_weight
from payments.simulator.incidents import Calendar, Kind
from payments.simulator.journeys import Wish
from payments.simulator.rates import exchange_rate
from payments.simulator.references import DIGITS, payment_reference, prefix_of, provider_key
from payments.simulator.seasons import buyer_count, moment_on
from payments.simulator.terms import Offering, ProviderPlan
from payments.simulator.world import Movement

_REFUND_SHARES: Final = {
    "virtual-account": 0.02,
    "carrier-billing": 0.03,
    "convenience-store": 0.015,
    "ideal": 0.05,
}
_USUAL_REFUND_SHARE: Final = 0.065
_DISPUTE_SHARE: Final = 0.008
_FURTHER_DISPUTE_SHARE: Final = 0.02
"""The further providers are small, and show each thing they can do."""
_LEAVING_SHARE: Final = 0.43
"""Checkouts of people who do not pay, for each of somebody who does."""
_BOTS_A_DAY: Final = 5.0
"""Checkouts that a bad campaign brings in a day, for each payment."""
_LEFT_WEIGHTS: Final[Mapping[str, float]] = {"card": 1.2, "toss-pay": 0.7, "naver-pay": 0.8, "paypay": 0.8}
"""How much likelier a method is among those who leave."""
_SUBSCRIPTION_DAYS: Final = 28
_SUBSCRIPTION_LIFE: Final = 5


@dataclass(slots=True)
class Order:
    """One order being paid: what its movements have in common."""

    wish: Wish
    generator: Random
    captured_at: datetime
    count: int = 0

    @property
    def plan(self) -> ProviderPlan:
        """Of the provider."""
        return self.wish.plan

    @property
    def amount(self) -> int:
        """Minor units."""
        return self.wish.amount

    def movement(self, kind: MovementKind, amount: int, occurred_at: datetime) -> Movement:
        """The next movement of the order, with fresh keys."""
        self.count += 1
        key = provider_key(self.plan, self.generator, self.wish.reference, self.count, kind)
        return Movement(
            provider=self.plan.code,
            movement_key=f"MV-{self.wish.reference}-{self.count}",
            provider_key=key or (self.wish.payment_reference if self.plan.practice else ""),
            payment_reference=self.wish.payment_reference,
            merchant_reference=self.wish.reference,
            kind=kind,
            amount=amount,
            currency=self.wish.currency,
            occurred_at=occurred_at,
            occurred_on=occurred_at.astimezone(ZoneInfo(self.plan.zone)).date(),
            method=self.wish.method,
            brand=self.wish.brand,
            captured_at=self.captured_at,
            captured_amount=self.amount,
        )

    def later(self, days: int) -> datetime:
        """A moment some days after the capture, in the provider's opening hours."""
        day = self.captured_at.astimezone(ZoneInfo(self.plan.zone)).date() + timedelta(days=days)
        moment = moment_on(day, self.plan.zone, self.generator)
        return max(moment, self.captured_at + timedelta(minutes=5 + self.count))


def wishes_of(seed: int, plan: ProviderPlan, day: date, payments_per_day: int, calendar: Calendar) -> Iterator[Wish]:
    """What people want to buy through a provider on a day: those who mean to pay, those who do not, and no people."""
    luck = chance(seed, "shop", plan.code, day)
    count = buyer_count(plan, day, payments_per_day, luck)
    for number in range(1, count + 1):
        yield wish_of(seed, plan, day, f"{number:05d}")
    for number in range(1, int(count * _LEAVING_SHARE + luck.random()) + 1):
        yield wish_of(seed, plan, day, f"A{number:04d}", will_pay=False)
    yield from _bots(seed, plan, day, count, calendar)


def _bots(seed: int, plan: ProviderPlan, day: date, count: int, calendar: Calendar) -> Iterator[Wish]:
    zone = ZoneInfo(plan.zone)
    midnight, next_midnight = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    for incident in calendar.between(Kind.BAD_TRAFFIC, plan.country, midnight, next_midnight):
        begin, end = max(midnight, incident.start), min(next_midnight, incident.end)
        seconds = (end - begin).total_seconds()
        for number in range(1, int(count * _BOTS_A_DAY * seconds / 86_400) + 1):
            wish = wish_of(seed, plan, day, f"B{number:04d}", will_pay=False)
            offset = chance(seed, "bot", wish.reference).randrange(int(seconds * 1_000))
            wish.started_at = (begin + timedelta(milliseconds=offset)).astimezone(UTC)
            wish.campaign = incident.campaign
            yield wish


def wish_of(seed: int, plan: ProviderPlan, day: date, number: str, *, will_pay: bool = True) -> Wish:
    """What one order is about, by its number on a day; `number` begins with a letter where it is no ordinary one."""
    reference = f"{prefix_of(plan)}-{day:%y%m%d}-{number}"
    luck = chance(seed, "order", reference)
    offering = pick_by_weight(luck, [(each, _weight(each, will_pay=will_pay)) for each in plan.offerings])
    is_foreign = (offering.method == "card" or plan.practice) and plan.buyer_currencies
    currency = pick_by_weight(luck, plan.buyer_currencies) if is_foreign else plan.currency
    rate = float(exchange_rate(seed, currency, plan.currency, day))
    return Wish(
        seed=seed,
        plan=plan,
        reference=reference,
        payment_reference=payment_reference(plan, luck, reference),
        method=offering.method,
        brand=luck.choice(offering.provider_names),
        amount=_price(luck, offering.median_major / rate, currency),
        currency=currency,
        started_at=moment_on(day, plan.zone, luck) + timedelta(milliseconds=luck.randrange(1_000)),
        will_pay=will_pay,
    )


def _weight(offering: Offering, *, will_pay: bool) -> float:
    return offering.weight * (1 if will_pay else _LEFT_WEIGHTS.get(offering.method, 1))


def _price(generator: Random, median_major: float, currency: str) -> int:
    """A price in minor units, ending as shop prices of the currency end."""
    major = generator.lognormvariate(0.0, 0.62) * median_major
    if exponent(currency):
        hundredth: int = 10 ** (exponent(currency) - 2)
        return (max(5, int(major)) * 100 + generator.choice((0, 50, 90, 95, 99))) * hundredth
    step = 100 if currency == "KRW" else 10
    floor = 1_000 if currency == "KRW" else 1_500
    return max(floor, int(major) // step * step + generator.choice((0, 0, 0, step // 2)))


def life_of(wish: Wish, captured_at: datetime) -> list[Movement]:
    """Everything that happens to the money of one order, in the order of time."""
    order = Order(wish, chance(wish.seed, "life", wish.reference), captured_at)
    luck = order.generator.random()
    if order.plan.code == "sbps" and order.wish.method == "paypay" and luck < 0.03:
        return _subscription(order)
    if order.wish.method == "ideal":
        return _captured_at_once(order)
    if order.plan.has_keys and luck < 0.004:
        return _pressed_twice(order)
    practice = order.plan.practice
    has_parts = practice.has_parts if practice else order.plan.code in ("adyen-eu", "adyen-jp", "sbps")
    if has_parts and luck < 0.035 and order.amount >= 3_000:
        return _shipped_in_parts(order)
    return _captured_at_once(order)


def _captured_at_once(order: Order) -> list[Movement]:
    capture = order.movement(MovementKind.CAPTURE, order.amount, order.captured_at)
    if order.wish.method == "ideal" and not order.plan.practice:
        capture.provider_key = capture.payment_reference  # captured with its authorisation, and named by it
    if order.plan.code == "naver":
        capture.settles_after = order.generator.randint(3, 6)
        capture.is_advanced = order.generator.random() < 0.65
    elif order.plan.has_keys and not order.plan.practice:
        capture.is_key_in_ledger = order.generator.random() >= 0.015
    return [capture, *_regrets(order)]


def _subscription(order: Order) -> list[Movement]:
    """The same order number and price every four weeks: only the dates tell the payments apart."""
    captures = []
    for month in range(_SUBSCRIPTION_LIFE):
        capture = order.movement(
            MovementKind.CAPTURE, order.amount, order.captured_at + timedelta(days=_SUBSCRIPTION_DAYS * month)
        )
        capture.is_twin = True
        captures.append(capture)
    return captures


def _pressed_twice(order: Order) -> list[Movement]:
    """A retry after a time-out: both captures went through, the second is refunded in full the next day."""
    first = order.movement(MovementKind.CAPTURE, order.amount, order.captured_at)
    retried_at = order.captured_at + timedelta(seconds=40)
    second = order.movement(MovementKind.CAPTURE, order.amount, retried_at)
    refund = order.movement(MovementKind.REFUND, -order.amount, order.later(1))
    again = chance(0, "pressed again", order.plan.code, order.wish.payment_reference)
    second.payment_reference = refund.payment_reference = payment_reference(order.plan, again, order.wish.reference)
    if first.provider_key == first.payment_reference:
        second.provider_key = second.payment_reference
    for movement in (first, second, refund):
        movement.is_twin = True
        movement.settles_after = 4 if order.plan.code == "naver" else 0
    return [first, second, refund]


def _shipped_in_parts(order: Order) -> list[Movement]:
    """Two partial captures of one order; never two equal halves, which nothing could tell apart."""
    first_part = order.amount * order.generator.randint(55, 80) // 100
    first = order.movement(MovementKind.CAPTURE, first_part, order.captured_at)
    shipped_at = order.later(order.generator.randint(1, 4))
    return [first, order.movement(MovementKind.CAPTURE, order.amount - first_part, shipped_at)]


def _regrets(order: Order) -> list[Movement]:
    """Refunds of an order, or a dispute and its end."""
    luck = order.generator.random()
    refund_share = _REFUND_SHARES.get(order.wish.method, _USUAL_REFUND_SHARE)
    if luck < refund_share:
        return _refunds(order)
    practice = order.plan.practice
    if practice and practice.has_disputes and luck > 1 - _FURTHER_DISPUTE_SHARE:
        return _dispute(order)
    if order.wish.method == "card" and order.plan.adapter == "adyen" and luck > 1 - _DISPUTE_SHARE:
        return _dispute(order)
    return []


def _refunds(order: Order) -> list[Movement]:
    days = min(30, int(order.generator.expovariate(1 / 5)))
    mode = order.generator.random()
    # Naver refunds whole order items, under the key of the item.
    if mode < 0.6 or order.plan.code == "naver":
        refund = order.movement(MovementKind.REFUND, -order.amount, order.later(days))
        if order.plan.code == "naver":
            refund.provider_key = refund.provider_key[:-2] + "11"
        return _with_failure(order, refund)
    part = order.amount * order.generator.randint(20, 45) // 100
    refunds = [order.movement(MovementKind.REFUND, -part, order.later(days))]
    if mode > 0.9:
        rest = part // 2 + 1
        refunds.append(order.movement(MovementKind.REFUND, -rest, order.later(days + order.generator.randint(1, 9))))
    return refunds


def _with_failure(order: Order, refund: Movement) -> list[Movement]:
    """A refund that sometimes cannot be delivered, because the card is closed, and comes back."""
    practice = order.plan.practice
    can_fail = practice.has_failed_refunds if practice else order.plan.adapter == "adyen"
    if not can_fail or order.generator.random() >= 0.08:
        return [refund]
    returned_at = refund.occurred_at + timedelta(days=order.generator.randint(2, 5))
    return [refund, order.movement(MovementKind.REFUND_FAILURE, -refund.amount, returned_at)]


def _dispute(order: Order) -> list[Movement]:
    days = order.generator.randint(12, 40)
    chargeback = order.movement(MovementKind.CHARGEBACK, -order.amount, order.later(days))
    if order.generator.random() >= 0.45:
        return [chargeback]
    won_at = chargeback.occurred_at + timedelta(days=order.generator.randint(9, 20))
    return [chargeback, order.movement(MovementKind.CHARGEBACK_REVERSAL, order.amount, won_at)]


def twin_of(movement: Movement, zone: str, seed: int) -> Movement:
    """The same payment once more on the same day: equal in everything but its keys and the second it happened."""
    generator = chance(seed, "twin", movement.movement_key)
    distance = timedelta(seconds=generator.randint(2, 9))
    local = movement.occurred_at.astimezone(ZoneInfo(zone))
    is_same_day = (local + distance).date() == movement.occurred_on
    return replace(
        movement,
        movement_key=movement.movement_key + "b",
        provider_key=movement.provider_key and movement.provider_key[:-6] + letters(generator, DIGITS, 6),
        occurred_at=movement.occurred_at + distance if is_same_day else movement.occurred_at - distance,
    )
