"""The market of one country from day to day: who wants what in the order of time, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from payments.facts import MovementKind
from payments.simulator.chance import chance
from payments.simulator.clientele import Clientele
from payments.simulator.frauds.identities import identity_of
from payments.simulator.frauds.underworld import Underworld
from payments.simulator.incidents import Calendar
from payments.simulator.journeys import Journey
from payments.simulator.shopping import life_of, wishes_of
from payments.simulator.terms import ProviderPlan
from payments.simulator.walking import walk
from payments.simulator.world import Movement


class Market:
    """The buyers of a country and the providers they pay through there."""

    def __init__(
        self, seed: int, plans: Sequence[ProviderPlan], calendar: Calendar, underworld: Underworld | None = None
    ) -> None:
        self._seed, self._plans, self._calendar, self._underworld = seed, plans, calendar, underworld
        # The further providers have buyers of their own, so that those of the others stay as they are.
        self._name = plans[0].country + ("-F" if plans[0].practice else "")
        self._clientele = Clientele(self._name)

    def open(self, day: date, payments_per_day: int) -> Iterator[tuple[Journey, list[Movement]]]:
        """Every checkout that is started on the next day, with all movements, those of later days too."""
        wishes = [
            wish for plan in self._plans for wish in wishes_of(self._seed, plan, day, payments_per_day, self._calendar)
        ]
        wishes.sort(key=lambda wish: (wish.started_at, wish.reference))
        luck = chance(self._seed, "market", self._name, day)
        for wish in wishes:
            wish.customer = self._clientele.who(wish, luck)
            journey = walk(wish, self._calendar)
            movements = life_of(wish, journey.paid_at) if journey.paid_at else []
            if wish.will_pay:
                is_refunded = any(movement.kind is MovementKind.REFUND for movement in movements)
                self._clientele.learn(journey, luck, is_refunded=is_refunded)
            if self._underworld:
                journey.identity = identity_of(journey)
                self._underworld.see(journey, movements)
            yield journey, movements
        if self._underworld:
            yield from self._underworld.open(day, payments_per_day)
