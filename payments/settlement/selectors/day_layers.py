"""The three layers of one day side by side: what agrees, what waits, what must be explained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Exists, Max, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from payments.facts import MOVEMENT_LINE_KINDS, LineKind
from payments.methods.models import FeeContract, Provider
from payments.money import Money
from payments.settlement import querysets
from payments.settlement.labels import DepositState
from payments.settlement.models import Break, BreakState, Layer, Match, MatchSuggestion, OpenLine, TotalComparison
from payments.settlement.selectors.day_payouts import DayPayout
from payments.settlement.selectors.day_totals import KindSum

AUDITED: Final = frozenset({LineKind.SALE, LineKind.REFUND})
"""The kinds of line whose fee is recomputed from the contract."""


@dataclass(frozen=True, slots=True)
class BreakSum:
    """The unresolved breaks of one kind, layer and currency."""

    layer: str
    kind: str
    currency: str
    count: int
    at_risk: int


@dataclass(frozen=True, slots=True)
class Risk:
    """How much of one currency is unexplained, in how many breaks."""

    currency: str
    at_risk: int
    count: int

    @property
    def minor(self) -> int:
        """The amount by the name that all sums have."""
        return self.at_risk


@dataclass(frozen=True, slots=True)
class Unexplained:
    """The unresolved breaks of a layer."""

    layer: str
    risks: tuple[Risk, ...]
    kinds: tuple[tuple[str, int], ...]
    """Kind and number of breaks, the most frequent first."""

    @property
    def count(self) -> int:
        """Number of breaks."""
        return sum(risk.count for risk in self.risks)


@dataclass(frozen=True, slots=True)
class AwaitedMovements:
    """Movements of our own ledger of the day that no statement names and none has to name yet."""

    count: int
    amounts: tuple[Money, ...]
    due_on: date | None
    """The last date by which a statement must name them."""


@dataclass(frozen=True, slots=True)
class ComparedTotals:
    """The totals of a day, where its statements name no transactions, and what they were compared with."""

    count: int
    stated: int
    """Transactions that they add up, as the statements count them."""
    in_ledger: int
    """Movements of ours that belong in them."""


@dataclass(frozen=True, slots=True)
class TransactionLayer:
    """Our movements against statement lines; lines = matched + suggested + waiting + unexplained + explained."""

    line_count: int
    matched: int
    suggested: int
    waiting: int
    """Lines our own ledger need not know yet."""
    unmatched: int
    """Lines our ledger should know and does not: breaks, explained or not."""
    awaited: AwaitedMovements
    unexplained: Unexplained
    totals: ComparedTotals

    @property
    def without_match(self) -> int:
        """Lines that nothing of our ledger is matched with or suggested for, due or not."""
        return self.waiting + self.unmatched


@dataclass(frozen=True, slots=True)
class SettlementLayer:
    """Lines against payouts, and fees against the contract."""

    payouts: tuple[DayPayout, ...]
    residuals: tuple[Money, ...]
    """Sums per currency of what the payouts of the day leave unexplained; none when all tie."""
    audited_count: int | None
    """Lines whose fee was recomputed; None where no contract is configured."""
    unassigned: tuple[Money, ...]
    """Net of lines that name no payout."""
    unexplained: Unexplained

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing yet that could agree or differ."""
        return not (self.payouts or self.unassigned or self.audited_count)

    @property
    def tied_count(self) -> int:
        """Payouts that their lines explain fully."""
        return sum(1 for payout in self.payouts if payout.residual == 0 and payout.is_complete)


@dataclass(frozen=True, slots=True)
class DepositLayer:
    """Payouts against the bank."""

    payouts: tuple[DayPayout, ...]
    unexplained: Unexplained

    @property
    def is_empty(self) -> bool:
        """Whether no payout is known whose money could have arrived."""
        return not self.payouts

    def in_state(self, *states: DepositState) -> tuple[DayPayout, ...]:
        """The payouts whose money is in one of the states."""
        return tuple(payout for payout in self.payouts if payout.deposit_state in states)

    @property
    def received(self) -> tuple[DayPayout, ...]:
        """Payouts whose exact amount the bank shows."""
        return self.in_state(DepositState.RECEIVED)

    @property
    def awaited(self) -> tuple[DayPayout, ...]:
        """Payouts the bank need not show yet."""
        return self.in_state(DepositState.AWAITED)

    @property
    def missing(self) -> tuple[DayPayout, ...]:
        """Payouts the bank should show and does not."""
        return self.in_state(DepositState.MISSING)

    @property
    def differing(self) -> tuple[DayPayout, ...]:
        """Payouts of which another amount arrived."""
        return self.in_state(DepositState.DIFFERS)


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What the layers of a day are computed from."""

    provider: Provider
    day: date
    as_of: date
    """The business date by which *missing* is judged."""
    statement_ids: list[int]
    sums: tuple[KindSum, ...]
    breaks: tuple[BreakSum, ...]


def break_sums(provider: Provider, day: date) -> tuple[BreakSum, ...]:
    """The unresolved breaks of a day by layer, kind and currency; one query over the unresolved alone."""
    rows = (
        Break.objects.filter(provider=provider, booked_on=day)
        .exclude(state=BreakState.RESOLVED)
        .values_list("layer", "kind", "currency")
        .annotate(Count("id"), Sum("amount_at_risk"))
        .order_by("layer", "kind", "currency")
    )
    return tuple(BreakSum(layer, kind, currency, count, int(risk)) for layer, kind, currency, count, risk in rows)


def unexplained_of(layer: str, sums: Iterable[BreakSum]) -> Unexplained:
    """What is unexplained in one layer; every layer with ''."""
    mine = [each for each in sums if layer in (each.layer, "")]
    kinds: dict[str, int] = {}
    for each in mine:
        kinds[each.kind] = kinds.get(each.kind, 0) + each.count
    return Unexplained(layer, risks_of(mine), tuple(sorted(kinds.items(), key=lambda item: (-item[1], item[0]))))


def risks_of(sums: Iterable[BreakSum]) -> tuple[Risk, ...]:
    """Money at risk and number of breaks per currency."""
    by_currency: dict[str, list[int]] = {}
    for each in sums:
        risk = by_currency.setdefault(each.currency, [0, 0])
        risk[0] += each.at_risk
        risk[1] += each.count
    return tuple(Risk(currency, *by_currency[currency]) for currency in sorted(by_currency))


def transaction_layer(facts: DayFacts) -> TransactionLayer:
    """The first layer, from the totals and the few open items: lines are never counted."""
    line_count = sum(each.line_count for each in facts.sums if each.kind in MOVEMENT_LINE_KINDS)
    found = _open_lines(facts) if line_count else {"all": 0, "suggested": 0, "waiting": 0}
    return TransactionLayer(
        line_count=line_count,
        matched=line_count - found["all"],
        suggested=found["suggested"],
        waiting=found["waiting"],
        unmatched=found["all"] - found["suggested"] - found["waiting"],
        awaited=awaited_movements(facts.provider, facts.day, facts.as_of),
        unexplained=unexplained_of(Layer.TRANSACTION, facts.breaks),
        totals=_compared_totals(facts) if line_count else ComparedTotals(0, 0, 0),
    )


def _compared_totals(facts: DayFacts) -> ComparedTotals:
    found = TotalComparison.objects.filter(statement_id__in=facts.statement_ids).aggregate(
        count=Count("pk"), stated=Coalesce(Sum("stated_count"), 0), in_ledger=Coalesce(Sum("ledger_count"), 0)
    )
    return ComparedTotals(found["count"], int(found["stated"]), int(found["in_ledger"]))


def _open_lines(facts: DayFacts) -> dict[str, int]:
    """Count the day's lines without a match: all, suggested, and those our own ledger need not know yet."""
    unresolved = Break.objects.filter(line_id=OuterRef("line_id"), layer=Layer.TRANSACTION).exclude(
        state=BreakState.RESOLVED
    )
    return (
        OpenLine.objects.filter(
            provider=facts.provider, line__statement_id__in=facts.statement_ids, line__booked_on=facts.day
        )
        .exclude(Exists(Match.objects.filter(line_id=OuterRef("line_id"))))
        .annotate(
            is_suggested=Exists(MatchSuggestion.objects.filter(line_id=OuterRef("line_id"))),
            is_broken=Exists(unresolved),
        )
        .aggregate(
            all=Count("line_id"),
            suggested=Count("line_id", filter=Q(is_suggested=True)),
            waiting=Count("line_id", filter=Q(is_suggested=False, is_broken=False, due_on__gte=facts.as_of)),
        )
    )


def awaited_movements(provider: Provider, day: date, as_of: date) -> AwaitedMovements:
    """What our ledger knows of the day and no statement names, as long as none is due."""
    rows = list(
        querysets.awaited_movements(provider, day, as_of)
        .values_list("currency")
        .annotate(Count("movement_id"), Sum("amount"), Max("due_on"))
        .order_by("currency")
    )
    return AwaitedMovements(
        count=sum(row[1] for row in rows),
        amounts=tuple(Money(int(row[2]), row[0]) for row in rows),
        due_on=max((row[3] for row in rows), default=None),
    )


def settlement_layer(facts: DayFacts, payouts: tuple[DayPayout, ...], unassigned: tuple[Money, ...]) -> SettlementLayer:
    """The second layer; whether fees can be recomputed is one small query."""
    residuals: dict[str, int] = {}
    for payout in payouts:
        if not payout.is_complete:
            continue  # the lines that explain the rest may be in the part that is missing
        residuals[payout.currency] = residuals.get(payout.currency, 0) + abs(payout.residual)
    has_contract = FeeContract.objects.filter(provider=facts.provider).exists()
    return SettlementLayer(
        payouts=payouts,
        residuals=tuple(Money(minor, currency) for currency, minor in sorted(residuals.items()) if minor),
        audited_count=sum(each.line_count for each in facts.sums if each.kind in AUDITED) if has_contract else None,
        unassigned=unassigned,
        unexplained=unexplained_of(Layer.SETTLEMENT, facts.breaks),
    )


def deposit_layer(facts: DayFacts, payouts: tuple[DayPayout, ...]) -> DepositLayer:
    """The third layer, from what is known of the payouts."""
    return DepositLayer(payouts, unexplained_of(Layer.DEPOSIT, facts.breaks))
