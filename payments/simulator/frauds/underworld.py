"""The stories of one market from day to day. A day is made of the days up to it alone, as everything here is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from payments.facts import MovementKind
from payments.simulator.chance import chance
from payments.simulator.frauds.identities import (
    SHOPS,
    Identity,
    countries_of,
    digest,
    home_ip,
    identity_of,
    shop_of,
)
from payments.simulator.frauds.truths import FraudTruth, Story
from payments.simulator.incidents import Calendar
from payments.simulator.instruments import card_of
from payments.simulator.journeys import PATIENCE, End, Journey, Try, Wish, ceiled
from payments.simulator.refusals import declined_by_issuer
from payments.simulator.shopping import Order, wish_of
from payments.simulator.terms import ProviderPlan
from payments.simulator.walking import walk
from payments.simulator.world import Movement

Opened = tuple[Journey, list[Movement]]

SERVICE_REASON: Final = "13.1 Merchandise/Services Not Received"
_A_DAY: Final = {Story.STOLEN_CARD: 0.0014, Story.TAKEOVER: 0.0010, Story.TERMINAL: 0.0016}
"""Payments at one provider for each of the merchant's."""
_LETTERS: Final = {Story.STOLEN_CARD: "S", Story.TAKEOVER: "K", Story.TERMINAL: "M"}
"""With which the numbers of their orders begin; those of card testing and reselling with T and R."""
_LARGE: Final = 400
"""Payments a day from which on a merchant has all stories as often as told here; a smaller one has fewer."""
_BURST_EVERY: Final = 9
"""Days between two bursts of card testing."""
_BURST_SIZE: Final = (22, 45)
_WORKING_CARDS: Final = 0.12
_TERMINAL_EVERY, _TERMINAL_DAYS = 45, 30
"""How often a shop is tapped, and for how long, in days."""
_KNOWN_FOR: Final = timedelta(days=10)
"""So old is the last purchase of whose account is taken over, so that there is something to compare with."""
_RESELLS_FROM: Final = 10
_MIN_DELAY, _MAX_DELAY = 3, 24
"""Days until the owner of a card disputes."""


@dataclass(frozen=True, slots=True)
class Case:
    """One payment of a story."""

    story: Story
    wish: Wish
    identity: Identity
    card_owner: str
    """Whose card it is, as the generator of cards knows them."""


class Underworld:
    """The stories at the card providers of one country."""

    def __init__(self, seed: int, plans: Sequence[ProviderPlan], start: date, calendar: Calendar) -> None:
        self._seed, self._start, self._calendar = seed, start, calendar
        # Only there do disputes come back by the provider's own word.
        self._plans = [plan for plan in plans if plan.adapter == "adyen"]
        self._known: list[Journey] = []
        self.truths: list[FraudTruth] = []

    def see(self, journey: Journey, movements: list[Movement]) -> None:
        """Take in an honest purchase: its buyer can be robbed later, and its dispute is one of service."""
        if journey.wish.plan not in self._plans or journey.card is None or journey.paid_at is None:
            return
        self._known.append(journey)
        for movement in movements:
            if movement.kind is MovementKind.CHARGEBACK:
                movement.reason = SERVICE_REASON
                self._note(Story.FRIENDLY, journey.wish, movement)

    def open(self, day: date, payments_per_day: int) -> Iterator[Opened]:
        """Every checkout of a story that begins on a day, with its movements."""
        for plan in self._plans:
            cases = [*self._robberies(plan, day, payments_per_day), *self._resale(plan, day, payments_per_day)]
            for case in cases:
                yield self._lived(case, self._walked(case))
            for case, has_worked in self._tests(plan, day, payments_per_day):
                yield self._lived(case, _tested(case, has_worked=has_worked))

    def _robberies(self, plan: ProviderPlan, day: date, payments_per_day: int) -> Iterator[Case]:
        made = {Story.STOLEN_CARD: self._stolen, Story.TAKEOVER: self._taken_over, Story.TERMINAL: self._copied}
        for story, make in made.items():
            luck = chance(self._seed, "story", story, plan.code, day)
            count = int(payments_per_day * _A_DAY[story] + luck.random())
            for number in range(1, count + 1):
                wish = self._wish(plan, day, f"{_LETTERS[story]}{number:04d}")
                case = make(wish, luck, day)
                if case is not None:
                    yield case

    def _wish(self, plan: ProviderPlan, day: date, number: str) -> Wish:
        """To pay by card, in the currency of the provider."""
        wish = wish_of(self._seed, plan, day, number)
        offering = next(each for each in plan.offerings if each.method == "card")
        luck = chance(self._seed, "story wish", wish.reference)
        brand = luck.choice(offering.provider_names)
        usual = int(offering.median_major * luck.lognormvariate(0.0, 0.3)) * (100 if plan.currency == "EUR" else 1)
        return replace(wish, method="card", brand=brand, currency=plan.currency, amount=usual, will_pay=True)

    def _stolen(self, wish: Wish, luck: Random, day: date) -> Case:
        wish.customer = f"{wish.plan.country}-X-{int(digest(self._seed, 'x', wish.reference), 16) % 10**8 + 10**6}"
        wish.amount = wish.amount * luck.randint(40, 95) // 10
        owner = f"owner of {wish.reference}"
        return Case(Story.STOLEN_CARD, wish, self._stranger(wish, owner, luck), owner)

    def _taken_over(self, wish: Wish, luck: Random, day: date) -> Case | None:
        """The customer's own card, which the account keeps; everything around it is new."""
        victims = [each for each in self._known if each.paid_at and day - each.paid_at.date() >= _KNOWN_FOR]
        victims = [each for each in victims if each.wish.plan.code == wish.plan.code]
        if not victims:
            return None
        victim = luck.choice(victims[-2_000:])
        honest = identity_of(victim)
        wish.customer, wish.brand = victim.wish.customer, victim.wish.brand
        wish.amount = max(wish.amount, victim.amount) * luck.randint(25, 60) // 10
        fraud = self._stranger(wish, wish.reference, luck)
        taken = replace(
            fraud,
            email=honest.email,
            fingerprint=honest.fingerprint,
            card_country=honest.card_country,
            shop=honest.shop,
        )
        return Case(Story.TAKEOVER, wish, taken, wish.customer)

    def _copied(self, wish: Wish, luck: Random, day: date) -> Case | None:
        place = (day - self._start).days
        if place % _TERMINAL_EVERY >= _TERMINAL_DAYS:
            return None
        country = wish.plan.country
        tapped = chance(self._seed, "tapped", country, place // _TERMINAL_EVERY).randrange(SHOPS)
        wish.customer = f"{country}-X-{int(digest(self._seed, 'x', wish.reference), 16) % 10**8 + 10**6}"
        wish.amount = wish.amount * luck.randint(10, 22) // 10
        owner = f"owner of {wish.reference}"
        at_home = self._stranger(wish, owner, luck)
        home = countries_of(country)[0]
        copied = replace(at_home, shop=shop_of(country, tapped), card_country=home, ip_country=home, country=home)
        return Case(Story.TERMINAL, wish, copied, owner)

    def _stranger(self, wish: Wish, owner: str, luck: Random) -> Identity:
        """Somebody with everything new; from elsewhere, mostly."""
        home = luck.choice(countries_of(wish.plan.country))
        return Identity(
            email=f"{digest(self._seed, 'mail', wish.reference)}@mail.example",
            address=f"{luck.randrange(1, 300)} Harbour Road, locker {luck.randrange(10_000)}",
            country=home,
            device=f"desktop-{digest(self._seed, 'stranger', wish.reference)}",
            ip=home_ip(self._seed, f"stranger {wish.reference}"),
            ip_country="US" if luck.random() < 0.6 else home,
            card_country="CA" if luck.random() < 0.5 else home,
            fingerprint=digest(self._seed, "instrument", owner, wish.brand, length=32),
            shop=shop_of(wish.plan.country, luck.randrange(SHOPS)),
        )

    def _tests(self, plan: ProviderPlan, day: date, payments_per_day: int) -> Iterator[tuple[Case, bool]]:
        luck = chance(self._seed, "burst", plan.code, day)
        if chance(self._seed, "burst at all", plan.code, day).random() >= payments_per_day / _LARGE:
            return
        if (day - self._start).days % _BURST_EVERY != chance(self._seed, "bursts", plan.code).randrange(_BURST_EVERY):
            return
        begins = self._wish(plan, day, "T0000").started_at
        machine = None
        for number in range(1, luck.randint(*_BURST_SIZE) + 1):
            wish = self._wish(plan, day, f"T{number:04d}")
            wish.started_at = begins + timedelta(seconds=number * luck.randint(25, 40))
            wish.amount = max(50, wish.amount // luck.randint(12, 20))
            wish.customer = f"{plan.country}-X-{10**6 + day.toordinal() * 10 + number % 3}"
            owner = f"owner of {wish.reference}"
            stranger = self._stranger(wish, owner, luck)
            machine = machine or stranger
            tester = replace(machine, fingerprint=stranger.fingerprint, card_country=stranger.card_country)
            yield Case(Story.CARD_TESTING, wish, tester, owner), luck.random() < _WORKING_CARDS

    def _resale(self, plan: ProviderPlan, day: date, payments_per_day: int) -> Iterator[Case]:
        """One good customer with four cards, who buys for others."""
        if (day - self._start).days < _RESELLS_FROM:
            return
        luck = chance(self._seed, "reseller", plan.code, day)
        customer = f"{plan.country}-X-{10**6 - list(self._plans).index(plan) - 1}"
        count = luck.randint(0, 2 + payments_per_day // _LARGE) * min(1.0, payments_per_day / _LARGE)
        for number in range(1, int(count + luck.random()) + 1):
            wish = self._wish(plan, day, f"R{number:04d}")
            wish.customer, wish.amount = customer, wish.amount * luck.randint(25, 60) // 10
            owner = f"{customer} {luck.randrange(4)}"
            who = chance(self._seed, "reseller", plan.code)
            fingerprint = digest(self._seed, "instrument", owner, wish.brand, length=32)
            home = countries_of(plan.country)[0]
            same = replace(self._stranger(replace(wish, reference=customer), owner, who), fingerprint=fingerprint)
            yield Case(Story.RESELLER, wish, replace(same, ip_country=home, card_country=home), owner)

    def _walked(self, case: Case) -> Journey:
        return walk(case.wish, self._calendar)

    def _lived(self, case: Case, journey: Journey) -> Opened:
        """What becomes of the money, and the truth."""
        journey.identity = case.identity
        journey.card = card_of(self._seed, case.wish.plan.country, case.card_owner, case.wish.brand)
        if journey.paid_at is None:
            return journey, []
        order = Order(case.wish, chance(self._seed, "story life", case.wish.reference), journey.paid_at)
        movements = [order.movement(MovementKind.CAPTURE, case.wish.amount, journey.paid_at)]
        if case.story is Story.RESELLER:
            self._note(case.story, case.wish, None)
            return journey, movements
        days = order.generator.randint(_MIN_DELAY, 10 if case.story is Story.TERMINAL else _MAX_DELAY)
        dispute = order.movement(MovementKind.CHARGEBACK, -case.wish.amount, order.later(days))
        self._note(case.story, case.wish, dispute)
        return journey, [*movements, dispute]

    def _note(self, story: Story, wish: Wish, dispute: Movement | None) -> None:
        is_fraud = story not in (Story.FRIENDLY, Story.RESELLER)
        observed = (str(dispute.occurred_on), "chargeback") if dispute else ("", "")
        self.truths.append(FraudTruth(wish.reference, str(story), is_fraud, *observed))


def _tested(case: Case, *, has_worked: bool) -> Journey:
    """One stolen card tried once by a machine that waits for nobody."""
    wish = case.wish
    luck = chance(wish.seed, "tested", wish.reference)
    asked_at = wish.started_at + timedelta(milliseconds=luck.randint(1_500, 4_000))
    answered_at = asked_at + timedelta(milliseconds=luck.randint(400, 1_500))
    steps = [(wish.started_at, "started", ""), (asked_at, "method_selected", "card"), (asked_at, "submitted", "card")]
    journey = Journey(wish, End.PAID if has_worked else End.REFUSED, "desktop", wish.amount, None, steps)
    reference, refusal = wish.payment_reference, None if has_worked else declined_by_issuer()
    journey.tries.append(Try(reference, asked_at, answered_at, answered_at, False, refusal, "not_supported"))
    if has_worked:
        journey.paid_at = ceiled(answered_at) + timedelta(seconds=luck.randint(1, 20))
        steps.append((journey.paid_at, "paid", "card"))
    else:
        steps.append((ceiled(answered_at + PATIENCE), "abandoned", ""))
    return journey
