"""Who tells us what of each movement, day by day: `events/<provider>/<day>.jsonl`.

One JSON object a line, in the order of time: `at` (UTC), `to` (`webhook`, `checkout` or `event`), `body`. A webhook is
as the provider writes it, unsigned; a checkout and an event are as the merchant API takes them. A day tells nothing of
what comes after it.

Not everything is told, as in life: of what our ledger never learned (`Fault.UNLEDGERED`) nobody tells, and where our
ledger did not learn the provider's key, the webhook was lost. Toss is read back and shows whole payments, and what is
captured with its authorisation is told of by that alone: where such a beginning was lost, nothing of the payment comes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date
from zoneinfo import ZoneInfo

from payments.facts import MovementKind
from payments.simulator.events import adyen, shop
from payments.simulator.events.sales import VOUCHERS, Sale, Telling, sale_of, unpaid_sales
from payments.simulator.events.toss import TossPayments
from payments.simulator.simulation import World
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import DeliveredFile, Movement

_RANKS = {"checkout": 0, "event": 1, "webhook": 2}


def event_files(world: World) -> Iterator[DeliveredFile]:
    """What is told until the last day, one file for each provider and day."""
    for plan in world.merchant.providers:
        by_day: dict[date, list[Telling]] = defaultdict(list)
        zone = ZoneInfo(plan.zone)
        for telling in Teller(world, plan).tell():
            by_day[telling.at.astimezone(zone).date()].append(telling)
        for day, tellings in sorted(by_day.items()):
            tellings.sort(key=lambda telling: (telling.at, _RANKS[telling.kind]))
            content = "".join(_line(telling) for telling in tellings).encode()
            yield DeliveredFile(f"events/{plan.code}/{day}.jsonl", content, day)


def _line(telling: Telling) -> str:
    told = {"at": telling.at.astimezone(UTC).isoformat(), "to": telling.kind, "body": telling.body}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


def told_movements(world: World, plan: ProviderPlan) -> Iterator[Movement]:
    """The movements of a provider that somebody tells of, with whatever keys: what a ledger made of events holds."""
    return Teller(world, plan).told()


class Teller:
    """Everybody who tells of the payments at one provider."""

    def __init__(self, world: World, plan: ProviderPlan) -> None:
        self._seed = world.request.seed
        self._plan = plan
        self._movements = [movement for movement in world.movements if movement.provider == plan.code]
        self._lost: set[str] = set()
        """Payments whose beginning nobody told of."""

    def told(self) -> Iterator[Movement]:
        """The movements that are told of."""
        return (movement for movement in self._movements if self._is_told(movement))

    def tell(self) -> Iterator[Telling]:
        """Everything that is told, day after day."""
        toss = TossPayments(self._plan)
        sales: dict[str, Sale] = {}
        known: set[str] = set()
        days: dict[date, list[Movement]] = defaultdict(list)
        for movement in self._movements:
            days[movement.occurred_on].append(movement)
            is_told = self._is_told(movement)
            sale = sales.get(movement.payment_reference)
            if movement.kind is MovementKind.CAPTURE and sale is None:
                sale = sales[movement.payment_reference] = sale_of(self._seed, self._plan, movement)
                if movement.merchant_reference not in known:
                    known.add(movement.merchant_reference)
                    yield shop.checkout(sale, is_paid=movement.is_exported)
                yield from self._opening(toss, sale, movement, is_told=is_told)
            yield from self._moved(toss, sale, movement, is_told=is_told)
        for movements in days.values():
            for sale in unpaid_sales(self._seed, self._plan, movements):
                yield shop.checkout(sale, is_paid=False)
                yield from self._unpaid(toss, sale)

    def _is_told(self, movement: Movement) -> bool:
        if not self._plan.event_adapter:
            return movement.is_exported
        is_told = movement.is_exported and movement.is_key_in_ledger
        is_beginning = self._plan.event_adapter == "toss" or movement.provider_key == movement.payment_reference
        if movement.kind is MovementKind.CAPTURE and is_beginning and not is_told:
            self._lost.add(movement.payment_reference)
        return is_told and movement.payment_reference not in self._lost

    def _opening(self, toss: TossPayments, sale: Sale, capture: Movement, *, is_told: bool) -> Iterator[Telling]:
        if self._plan.code in shop.TELLS_EVENTS and capture.is_exported:
            yield from shop.tries(sale)
        if self._plan.event_adapter == "adyen":
            is_captured = capture.provider_key == capture.payment_reference
            is_authorised = sale.payment_reference not in self._lost
            yield from adyen.authorisations(sale, is_authorised=is_authorised, is_captured=is_captured)
        elif self._plan.event_adapter == "toss" and is_told:
            yield from toss.open(sale)

    def _moved(self, toss: TossPayments, sale: Sale | None, movement: Movement, *, is_told: bool) -> Iterator[Telling]:
        told: list[Telling | None] = []
        if self._plan.code in shop.TELLS_EVENTS and movement.is_exported:
            told.append(shop.movement(self._plan, movement, sale))
        if is_told and self._plan.event_adapter == "adyen":
            told.append(adyen.modification(self._plan, movement))
        elif is_told and self._plan.event_adapter == "toss":
            is_approval = movement.kind is MovementKind.CAPTURE and sale is not None
            told.append(toss.approve(sale, movement) if is_approval and sale else toss.cancel(movement))
        yield from (telling for telling in told if telling is not None)

    def _unpaid(self, toss: TossPayments, sale: Sale) -> Iterator[Telling]:
        if not sale.failed_at and not (sale.method in VOUCHERS and sale.expires_at):
            return
        if self._plan.code in shop.TELLS_EVENTS:
            yield from shop.tries(sale)
        if self._plan.event_adapter == "adyen":
            yield from adyen.authorisations(sale, is_authorised=False, is_captured=False)
        elif self._plan.event_adapter == "toss":
            yield from toss.open(sale)
