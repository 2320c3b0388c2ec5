"""The days of the merchant one after the other: what is bought, what goes wrong, what providers and banks write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from payments.simulator.banking import BankBooks
from payments.simulator.catalogue import Merchant
from payments.simulator.chance import chance
from payments.simulator.formats import merchant_of
from payments.simulator.frauds.truths import FraudTruth
from payments.simulator.frauds.underworld import Underworld
from payments.simulator.incidents import Calendar, Incident, incidents_from
from payments.simulator.journeys import LONGEST_WAY, Journey
from payments.simulator.markets import Market
from payments.simulator.mess import Mess
from payments.simulator.mess.deliveries import disturb, disturb_bank
from payments.simulator.planting import ExtraLine, Field, plant
from payments.simulator.settling.books import books_of
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import BankDocument, Document, Export, Movement, StatedPayout

_LATE_EXPORT_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be simulated. Raises ValueError for no days or a negative number of payments."""

    seed: int
    start: date
    days: int
    payments_per_day: int
    has_frauds: bool = False
    """With stories of fraud, and with what can be known of everybody who pays."""
    formats: tuple[str, ...] = ()
    """Layouts of the files that are wanted; () for the five providers and three banks of every merchant."""

    mess: frozenset[Mess] = frozenset()
    """What befalls files beside what always does."""

    def __post_init__(self) -> None:
        if self.days < 1 or self.payments_per_day < 0:
            raise ValueError("a simulation has at least one day and no negative number of payments")

    @property
    def as_of(self) -> date:
        """The last day."""
        return self.start + timedelta(days=self.days - 1)

    def each_day(self) -> Iterator[date]:
        """Every day from the first to the last."""
        return (self.start + timedelta(days=offset) for offset in range(self.days))


@dataclass(slots=True)
class World:
    """Everything that happened, in the order of days."""

    request: Request
    merchant: Merchant
    movements: list[Movement] = field(default_factory=list)
    """Everything that happened to money, whoever knows of it."""
    journeys: list[Journey] = field(default_factory=list)
    """Every checkout, paid or not."""
    incidents: list[Incident] = field(default_factory=list)
    """What went wrong for hours or days, in the order of time."""
    frauds: list[FraudTruth] = field(default_factory=list)
    """The truth about payments that are fraud or look so."""
    exports: list[Export] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    bank_documents: list[BankDocument] = field(default_factory=list)


class Simulation:
    """The merchant from day to day. Day D is made of days up to D alone, so that it can always go on."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.world = World(request, merchant_of(request.start, request.formats))
        self._plans = {plan.code: plan for plan in self.world.merchant.providers}
        self._coming: dict[tuple[str, date], list[Movement]] = {}
        self._payouts: dict[tuple[str, date], dict[str, StatedPayout]] = {}
        seed = request.seed
        self.world.incidents += incidents_from(seed, request.start, request.as_of)
        # Whoever comes back days later may meet an incident that begins after the last day.
        calendar = Calendar(incidents_from(seed, request.start, request.as_of + LONGEST_WAY))
        self._underworlds: list[Underworld] = []
        by_market: dict[tuple[str, bool], list[ProviderPlan]] = {}
        for plan in self._plans.values():
            by_market.setdefault((plan.country, plan.practice is not None), []).append(plan)
        self._markets = [self._market(plans, calendar) for plans in by_market.values()]
        self._books = {plan.code: books_of(seed, plan) for plan in self._plans.values()}
        self._banks = [
            BankBooks(
                seed,
                account,
                {plan.code: plan for plan in self._plans.values() if plan.bank_account == account.code},
                has_doubles=Mess.DUPLICATED in request.mess,
            )
            for account in self.world.merchant.accounts
        ]

    def run(self) -> World:
        """Live through all days and return what happened."""
        for day in self.request.each_day():
            self._live(day)
        self.world.frauds += (truth for underworld in self._underworlds for truth in underworld.truths)
        return self.world

    def _market(self, plans: list[ProviderPlan], calendar: Calendar) -> Market:
        request = self.request
        if not request.has_frauds or plans[0].practice:
            return Market(request.seed, plans, calendar)
        self._underworlds.append(Underworld(request.seed, plans, request.start, calendar))
        return Market(request.seed, plans, calendar, self._underworlds[-1])

    def _live(self, day: date) -> None:
        for market in self._markets:
            for journey, movements in market.open(day, self.request.payments_per_day):
                self.world.journeys.append(journey)
                for movement in movements:
                    self._coming.setdefault((movement.provider, movement.occurred_on), []).append(movement)
        today = {code: self._movements_of(code, day) for code in self._plans}
        extras = plant(Field(self.request.seed, day, self._plans, today), self.request.payments_per_day)
        for code, movements in today.items():
            self.world.movements += movements
            self._export(code, day, movements)
        for document in self._settle(day, today, extras):
            disturb(self.request.seed, self._plans[document.provider], document, self.request.mess)
            self.world.documents.append(document)
            self._expect(document)
        self._bank(day)

    def _movements_of(self, code: str, day: date) -> list[Movement]:
        movements = self._coming.pop((code, day), [])
        return sorted(movements, key=lambda movement: (movement.occurred_at, movement.movement_key))

    def _export(self, code: str, day: date, movements: list[Movement]) -> None:
        exported = [movement for movement in movements if movement.is_exported]
        if exported:
            generator = chance(self.request.seed, "export", code, day)
            is_late, delay = generator.random() < _LATE_EXPORT_SHARE, generator.randint(1, 4)
            delivered_on = day + timedelta(days=delay) if is_late else day
            self.world.exports.append(Export(code, day, delivered_on, exported))

    def _settle(self, day: date, today: dict[str, list[Movement]], extras: list[ExtraLine]) -> Iterator[Document]:
        for code, books in self._books.items():
            books.take_in(today[code])
        for extra in extras:
            self._books[extra.provider].note_unknown(extra.day, extra.number)
        documents = [books.close(day) for books in self._books.values()]
        return (document for document in documents if document is not None)

    def _expect(self, document: Document) -> None:
        """Note what the bank will see of a statement; several statements may add to one payout."""
        for payout in document.final.payouts:
            expected = self._payouts.setdefault((document.provider, payout.paid_on), {})
            known = expected.get(payout.payout_key)
            if known is None:
                expected[payout.payout_key] = StatedPayout(
                    payout.payout_key, payout.currency, payout.amount, payout.paid_on, payout.is_stated
                )
            else:
                known.amount += payout.amount

    def _bank(self, day: date) -> None:
        for books in self._banks:
            for code, plan in books.plans.items():
                for payout in self._payouts.pop((code, day), {}).values():
                    books.receive(plan, payout)
            document = books.close_day(day)
            if document is not None:
                disturb_bank(self.request.seed, document, self.request.mess)
                self.world.bank_documents.append(document)
