"""Who tells us what of each movement, day by day: `events/<provider>/<day>.jsonl`.

One JSON object a line, in the order of time: `at` (UTC), `to` (`webhook`, `checkout` or `event`), `body`. A webhook is
as the provider writes it, unsigned; a checkout and an event are as the merchant API takes them. A day tells nothing of
what comes after it.

Not everything is told, as in life: of money that our ledger never learned of (`Fault.UNLEDGERED`) nobody tells, and
where our ledger did not learn the provider's key, the webhook was lost. Toss is read back and shows whole payments, and
what is captured with its authorisation is told of by that alone: where such a beginning was lost, the provider tells
nothing of the payment, and the shop only how it was tried.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from payments.facts import MovementKind
from payments.simulator.events import adyen, shop
from payments.simulator.events.tellings import Telling
from payments.simulator.events.toss import TossPayments
from payments.simulator.incidents import Incident, Kind
from payments.simulator.journeys import Journey, Try
from payments.simulator.simulation import World
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import DeliveredFile, Movement

_RANKS: Final = {"checkout": 0, "event": 1, "webhook": 2}
_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_SECOND_ANSWER: Final = timedelta(milliseconds=700)


def event_files(world: World) -> Iterator[DeliveredFile]:
    """What is told until the last day, one file for each provider and day."""
    for plan in world.merchant.providers:
        by_day: dict[date, list[Telling]] = defaultdict(list)
        zone = ZoneInfo(plan.zone)
        gaps = [each for each in world.incidents if each.kind is Kind.WEBHOOK_GAP and each.provider == plan.code]
        for telling in Teller(world, plan).tell():
            by_day[telling.at.astimezone(zone).date()].append(telling)
        for day, tellings in sorted(by_day.items()):
            arrived = [(_arrival(telling, gaps), telling) for telling in tellings]
            arrived.sort(key=lambda each: (each[0], _RANKS[each[1].kind], each[1].at))
            content = "".join(_line(at, telling) for at, telling in arrived).encode()
            yield DeliveredFile(f"events/{plan.code}/{day}.jsonl", content, day)


def _arrival(telling: Telling, gaps: list[Incident]) -> datetime:
    """When it reaches us: a webhook that was kept out comes, with all the others, when the gap ends."""
    is_kept = telling.kind == "webhook"
    return next((gap.end for gap in gaps if is_kept and gap.is_at(telling.at)), telling.at)


def _line(at: datetime, telling: Telling) -> str:
    told = {"at": at.astimezone(UTC).isoformat(), "to": telling.kind, "body": telling.body}
    return _JSON.encode(told) + "\n"


def told_movements(world: World, plan: ProviderPlan) -> Iterator[Movement]:
    """The movements of a provider that somebody tells of, with whatever keys: what a ledger made of events holds."""
    return Teller(world, plan).told()


class Teller:
    """Everybody who tells of the payments at one provider."""

    def __init__(self, world: World, plan: ProviderPlan) -> None:
        self._plan = plan
        self._movements = [movement for movement in world.movements if movement.provider == plan.code]
        self._journeys = {
            journey.wish.payment_reference: journey for journey in world.journeys if journey.wish.plan.code == plan.code
        }
        self._lost: set[str] = set()
        """Payments whose beginning nobody told of."""
        self._told = {movement.movement_key for movement in self._movements if self._is_told(movement)}

    def told(self) -> Iterator[Movement]:
        """The movements that are told of."""
        return (movement for movement in self._movements if movement.movement_key in self._told)

    def tell(self) -> Iterator[Telling]:
        """Everything that is told, in no order."""
        toss = TossPayments(self._plan)
        captures = (each for each in self._movements if each.kind is MovementKind.CAPTURE)
        unknown = {each.payment_reference for each in captures if not each.is_exported}
        for reference, journey in self._journeys.items():
            yield from shop.checkouts(journey, is_paid=reference not in unknown)
            yield from self._opening(toss, journey)
        for movement in self._movements:
            if movement.kind is MovementKind.CAPTURE and movement.payment_reference not in self._journeys:
                journey = self._journeys[movement.payment_reference] = self._pressed_again(movement)
                yield from self._opening(toss, journey)
            yield from self._moved(toss, movement)

    def _is_told(self, movement: Movement) -> bool:
        if not self._plan.event_adapter:
            return movement.is_exported
        is_told = movement.is_exported and movement.is_key_in_ledger
        is_beginning = self._plan.event_adapter == "toss" or movement.provider_key == movement.payment_reference
        if movement.kind is MovementKind.CAPTURE and is_beginning and not is_told:
            self._lost.add(movement.payment_reference)
        return is_told and movement.payment_reference not in self._lost

    def _pressed_again(self, capture: Movement) -> Journey:
        """The second payment of an order, of which there is one checkout."""
        first = next(each for each in self._journeys.values() if each.wish.reference == capture.merchant_reference)
        wish = replace(first.wish, payment_reference=capture.payment_reference)
        at = capture.occurred_at
        tried = Try(capture.payment_reference, at - _SECOND_ANSWER, at, at, is_waiting=False)
        return replace(first, wish=wish, steps=[], tries=[tried], paid_at=at)

    def _opening(self, toss: TossPayments, journey: Journey) -> Iterator[Telling]:
        yield from shop.tries(journey)
        if self._plan.event_adapter == "adyen":
            is_told = journey.wish.payment_reference not in self._lost
            yield from adyen.authorisations(journey, is_told=is_told)
        elif self._plan.event_adapter == "toss":
            yield from toss.open(journey)

    def _moved(self, toss: TossPayments, movement: Movement) -> Iterator[Telling]:
        told: list[Telling | None] = []
        journey = self._journeys.get(movement.payment_reference)
        if (self._plan.practice or self._plan.code in shop.TELLS_MONEY) and movement.is_exported:
            told.append(shop.movement(self._plan, movement, journey))
        is_told = movement.movement_key in self._told
        if is_told and self._plan.event_adapter == "adyen":
            told.append(adyen.modification(self._plan, movement))
        elif is_told and self._plan.event_adapter == "toss":
            is_approval = movement.kind is MovementKind.CAPTURE and journey is not None
            told.append(toss.approve(journey, movement) if is_approval and journey else toss.cancel(movement))
        yield from (telling for telling in told if telling is not None)
