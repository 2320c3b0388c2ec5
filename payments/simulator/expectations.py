"""The answers: which pairs and breaks the delivered files hold as of the last day, told by somebody who was there.

Nothing of `settlement` is used. Every pair found by reference is checked against what really happened, so a simulation
that would mislead a correct matcher fails here and not in front of the judge.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from payments.facts import MOVEMENT_LINE_KINDS, LineKind
from payments.simulator.agreements import judge_fees, judge_threshold
from payments.simulator.arrivals import Credited, Received, credited_payouts, gaps
from payments.simulator.events.days import told_movements
from payments.simulator.simulation import World
from payments.simulator.terms import ProviderPlan
from payments.simulator.totals import match_totals
from payments.simulator.truth import BreakTruth, Ledger, PairTruth, Truth
from payments.simulator.world import Fault, Line, Movement

_AMBIGUOUS_FAULTS = (Fault.AMBIGUOUS, Fault.LISTED_TWICE)


class MisleadingSimulation(AssertionError):
    """The files would lead a correct matcher to a wrong pair: a fault of the simulator."""


@dataclass(frozen=True, slots=True)
class StatedLine:
    """A current line and the statement it stands in."""

    line: Line
    statement_key: str


@dataclass(slots=True)
class PayoutView:
    """One payout as all current statements tell it."""

    paid_on: date
    booked_on: date
    currency: str
    amount: int = 0
    line_net: int = 0
    is_stated: bool = False


@dataclass(slots=True)
class ProviderView:
    """What is known of one provider as of the last day, and what follows from it."""

    plan: ProviderPlan
    as_of: date
    movements: list[Movement] = field(default_factory=list)
    lines: list[StatedLine] = field(default_factory=list)
    payouts: dict[str, PayoutView] = field(default_factory=dict)
    booked: set[date] = field(default_factory=set)
    """Booking dates of the statements that are here."""
    matches: list[PairTruth] = field(default_factory=list)
    ambiguous: list[PairTruth] = field(default_factory=list)
    breaks: list[BreakTruth] = field(default_factory=list)

    def note(self, kind: str, currency: str, amount_at_risk: int, **references: str) -> None:
        """Add a break of this provider."""
        self.breaks.append(BreakTruth(kind, self.plan.code, False, currency, abs(amount_at_risk), **references))

    def note_line(self, kind: str, stated: StatedLine, amount_at_risk: int, movement: Movement | None = None) -> None:
        """Add a break about one line."""
        line = stated.line
        self.note(
            kind,
            line.net_currency if kind in ("fee", "unknown_kind") else line.currency,
            amount_at_risk,
            movement_key=movement.movement_key if movement else "",
            line_identity=line.identity,
            statement_key=stated.statement_key,
            merchant_reference=line.merchant_reference,
            booked_on=str(line.booked_on),
        )

    def pair(self, movement: Movement, stated: StatedLine) -> PairTruth:
        """A movement and a line as truth.json names them."""
        return PairTruth(
            self.plan.code, movement.movement_key, movement.kind, stated.line.identity, stated.statement_key,
            movement.event_key,
        )  # fmt: skip


def truth_of(world: World, ledger: Ledger = Ledger.EXPORTS) -> Truth:
    """Return the answers to a simulation, as of its last day, for one way to fill the ledger.

    Raises MisleadingSimulation.
    """
    request = world.request
    truth = Truth(request.seed, request.start, request.days, request.as_of, incidents=world.incidents)
    truth = replace(truth, frauds=world.frauds if request.has_frauds else None)
    credited = credited_payouts(world)
    for plan in world.merchant.providers:
        view = _view(world, plan, ledger)
        if plan.practice and plan.practice.has_totals:
            match_totals(view)
        else:
            _match(view)
            judge_fees(view)
        judge_threshold(view)
        _judge_payouts(view, credited)
        truth.matches.extend(view.matches)
        truth.ambiguous.extend(view.ambiguous)
        truth.breaks.extend(view.breaks)
    truth.breaks.extend(gaps(world))
    return truth


def _ledger_of(world: World, plan: ProviderPlan, ledger: Ledger) -> list[Movement]:
    """The movements of a provider that our ledger knows."""
    known: dict[str, Movement] = {}
    if ledger is not Ledger.EVENTS:
        for export in world.exports:
            if export.provider == plan.code and export.delivered_on <= world.request.as_of:
                known |= {movement.movement_key: movement for movement in export.movements}
    if ledger is not Ledger.EXPORTS:
        known |= {movement.movement_key: movement for movement in told_movements(world, plan)}
    return list(known.values())


def _view(world: World, plan: ProviderPlan, ledger: Ledger) -> ProviderView:
    view = ProviderView(plan, world.request.as_of, _ledger_of(world, plan, ledger))
    for document in world.documents:
        version = document.current(view.as_of) if document.provider == plan.code else None
        if version is None:
            continue
        view.booked.add(document.booked_on)
        view.lines += [StatedLine(line, document.statement_key) for line in version.lines]
        for payout in version.payouts:
            known = view.payouts.setdefault(
                payout.payout_key, PayoutView(payout.paid_on, document.booked_on, payout.currency)
            )
            known.amount += payout.amount
            known.is_stated = payout.is_stated
    for stated in view.lines:
        if stated.line.kind is not LineKind.PAYOUT and stated.line.payout_key in view.payouts:
            view.payouts[stated.line.payout_key].line_net += stated.line.net
    return view


def _match(view: ProviderView) -> None:
    by_key = {(one.exported_key, one.kind.value): one for one in view.movements if one.exported_key}
    matched: set[str] = set()
    rest: list[StatedLine] = []
    for stated in view.lines:
        line = stated.line
        if line.kind is LineKind.UNKNOWN:
            view.note_line("unknown_kind", stated, line.net)
        if line.kind not in MOVEMENT_LINE_KINDS:
            continue
        movement = by_key.get((line.provider_key, line.kind.value)) if line.provider_key else None
        if movement is None:
            rest.append(stated)
        elif movement.movement_key in matched:
            view.note_line("duplicate", stated, line.net, movement)
        else:
            matched.add(movement.movement_key)
            _confirm(view, movement, stated)
    _match_by_reference(view, [one for one in view.movements if one.movement_key not in matched], rest)


def _confirm(view: ProviderView, movement: Movement, stated: StatedLine) -> None:
    line = stated.line
    if line.movement is not movement:
        raise MisleadingSimulation(f"{view.plan.code}: {line.identity} is not {movement.movement_key}")
    view.matches.append(view.pair(movement, stated))
    if line.currency != movement.currency:
        view.note_line("currency", stated, movement.amount, movement)
    elif line.gross != movement.amount:
        view.note_line("amount", stated, line.gross - movement.amount, movement)


Group = tuple[str, int, int, str]


def _match_by_reference(view: ProviderView, movements: list[Movement], lines: list[StatedLine]) -> None:
    grouped: dict[Group, list[Movement]] = {}
    for movement in movements:
        key = (movement.merchant_reference, movement.kind.value, movement.amount, movement.currency)
        grouped.setdefault(key, []).append(movement)
    candidates: list[tuple[StatedLine, list[Movement]]] = []
    claims: dict[str, int] = {}
    for stated in lines:
        line = stated.line
        group = grouped.get((line.merchant_reference, line.kind.value, line.gross, line.currency), [])
        fitting = [movement for movement in group if _could_be(view.plan, movement, line)]
        candidates.append((stated, fitting))
        for movement in fitting:
            claims[movement.movement_key] = claims.get(movement.movement_key, 0) + 1
    for stated, fitting in candidates:
        _decide(view, stated, fitting, claims)
    for movement in movements:
        if movement.movement_key not in claims and view.as_of > view.plan.paid_on(movement.occurred_on):
            view.note(
                "missing_on_statement",
                movement.currency,
                movement.amount,
                movement_key=movement.movement_key,
                merchant_reference=movement.merchant_reference,
                event_key=movement.event_key,
            )


def _could_be(plan: ProviderPlan, movement: Movement, line: Line) -> bool:
    window = timedelta(days=plan.match_window_days)
    is_in_time = movement.occurred_on <= line.occurred_on <= movement.occurred_on + window
    return is_in_time and not (line.provider_key and movement.exported_key)


def _decide(view: ProviderView, stated: StatedLine, fitting: list[Movement], claims: dict[str, int]) -> None:
    line = stated.line
    if len(fitting) == 1 and claims[fitting[0].movement_key] == 1:
        if fitting[0].fault not in _AMBIGUOUS_FAULTS:
            _confirm(view, fitting[0], stated)
            return
        raise MisleadingSimulation(f"{fitting[0].movement_key} was meant to be ambiguous")
    if fitting:
        view.note_line("ambiguous", stated, line.gross)
        view.ambiguous.extend(view.pair(movement, stated) for movement in fitting)
    elif view.as_of > view.plan.ledger_due_on(line.booked_on):
        view.note_line("missing_in_ledger", stated, line.gross)


def _judge_payouts(view: ProviderView, credited: Credited) -> None:
    for payout_key, payout in view.payouts.items():
        references = {"payout_key": payout_key, "booked_on": str(payout.booked_on)}
        # What is withdrawn from a balance names no lines: there is nothing to hold it against.
        is_told = not (view.plan.practice and view.plan.practice.is_wallet)
        if is_told and payout.amount != payout.line_net:
            view.note("residual", payout.currency, payout.amount - payout.line_net, **references)
        is_due = view.as_of > view.plan.deposit_due_on(payout.paid_on)
        received = credited.get((view.plan.code, payout_key))
        if received is None:
            if is_due and payout.amount:
                view.note("missing_deposit", payout.currency, payout.amount, **references)
        elif _is_unequal(view, received, payout, is_due=is_due):
            view.note("amount", payout.currency, received.amount - payout.amount, **references)
    _judge_carried(view)


def _is_unequal(view: ProviderView, received: Received, payout: PayoutView, *, is_due: bool) -> bool:
    """Whether a payout arrived with another amount; what came in one entry with others is judged once all are known."""
    known = [key for _, key in received.together if key in view.payouts]
    if len(known) > 1 or received.amount == payout.amount:
        return False
    # Until the bank is due, a part may be only the part that is here already; of more than all there is no waiting.
    return is_due or (len(received.together) > 1 and abs(received.amount) > abs(payout.amount))


def _judge_carried(view: ProviderView) -> None:
    """A batch that pays nothing carries all of its sum over."""
    sums: dict[str, int] = {}
    for stated in view.lines:
        if stated.line.payout_key not in view.payouts:
            sums[stated.statement_key] = sums.get(stated.statement_key, 0) + stated.line.net
    for stated in view.lines:
        if stated.line.kind is LineKind.CARRY_OUT and sums.get(stated.statement_key):
            line, total = stated.line, sums[stated.statement_key]
            view.note("residual", line.net_currency, total, payout_key=line.payout_key, booked_on=str(line.booked_on))
