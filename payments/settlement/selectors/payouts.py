"""One payout: named sums of its lines, the unexplained residual, and what the bank shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum

from payments.settlement.labels import DepositState
from payments.settlement.models import (
    Break,
    BreakState,
    DepositBankLine,
    DepositPayout,
    LineTotal,
    Payout,
    Statement,
    StatementPayout,
)
from payments.settlement.selectors.day_payouts import Arrival, arrivals_of, deposit_state
from payments.settlement.selectors.day_totals import PAID_OUT, CurrencyTotals, KindSum, totals_of
from payments.settlement.selectors.freshness import freshness_of
from payments.settlement.versions import Parts, parts_of


@dataclass(frozen=True, slots=True)
class ArrivedLine:
    """One bank line of the payout's deposit; minor units."""

    id: int
    booked_on: date
    value_on: date | None
    amount: int
    currency: str
    counterparty: str
    remittance: str
    statement_key: str


@dataclass(frozen=True, slots=True)
class PartsMissing:
    """A statement of a payout that lacks parts."""

    statement_id: int
    statement_key: str
    parts: Parts

    @property
    def missing(self) -> str:
        """The numbers that are known to be missing."""
        return ", ".join(map(str, self.parts.missing))


@dataclass(frozen=True, slots=True)
class PayoutDetail:
    """One payout with both its sides."""

    row: Payout
    provider_code: str
    provider_name: str
    kinds: tuple[KindSum, ...]
    """The lines it pays, by kind; their nets add up to `row.line_net`."""
    totals: CurrencyTotals | None
    days: tuple[tuple[date, int], ...]
    """The settlement days its lines are booked on, with the net of each."""
    state: DepositState
    arrival: Arrival | None
    bank_lines: tuple[ArrivedLine, ...]
    siblings: tuple[Payout, ...]
    """Other payouts that arrived in the same deposit."""
    breaks: tuple[Break, ...]
    waiting_for: tuple[PartsMissing, ...]
    """The statements whose parts it waits for; () when it is complete."""


def payout_detail(pk: int) -> PayoutDetail:
    """One payout; the number of queries does not depend on its lines. Raises Payout.DoesNotExist."""
    row = Payout.objects.select_related("provider").get(pk=pk)
    arrival = arrivals_of([row.pk]).get(row.pk)
    sums, days = _sums(row)
    totals = totals_of(sums, {row.currency: row.amount})
    state = deposit_state(
        row, arrival, freshness_of(row.provider).as_of, has_account=row.provider.bank_account_id is not None
    )
    return PayoutDetail(
        row=row,
        provider_code=row.provider.code,
        provider_name=row.provider.name,
        kinds=tuple(each for each in sums if each.kind not in PAID_OUT),
        totals=totals[0] if totals else None,
        days=days,
        state=state,
        arrival=arrival,
        bank_lines=_bank_lines(arrival),
        siblings=_siblings(row, arrival),
        waiting_for=() if row.is_complete else _waiting_for(row),
        breaks=tuple(Break.objects.filter(payout=row).exclude(state=BreakState.RESOLVED).order_by("due_at", "pk")[:50]),
    )


def _waiting_for(row: Payout) -> tuple[PartsMissing, ...]:
    """Two queries, of an incomplete payout only."""
    keys = LineTotal.objects.filter(
        payout_key=row.payout_key, statement__provider_id=row.provider_id, statement__is_current=True
    ).values("statement__statement_key")
    stated = StatementPayout.objects.filter(
        payout_key=row.payout_key, statement__provider_id=row.provider_id, statement__is_current=True
    ).values("statement__statement_key")
    rows = Statement.objects.filter(
        Q(statement_key__in=keys) | Q(statement_key__in=stated),
        provider_id=row.provider_id,
        is_current=True,
        part__gt=0,
    ).order_by("statement_key", "part")
    by_key: dict[str, list[Statement]] = {}
    for each in rows:
        by_key.setdefault(each.statement_key, []).append(each)
    found = ((each[0], parts_of([one.as_version for one in each])) for each in by_key.values())
    return tuple(
        PartsMissing(first.pk, first.statement_key, parts)
        for first, parts in found
        if parts is not None and not parts.is_complete
    )


def _sums(row: Payout) -> tuple[tuple[KindSum, ...], tuple[tuple[date, int], ...]]:
    found = (
        LineTotal.objects.filter(
            payout_key=row.payout_key,
            currency=row.currency,
            statement__provider_id=row.provider_id,
            statement__is_current=True,
        )
        .values_list("booked_on", "kind")
        .annotate(Sum("line_count"), Sum("gross"), Sum("fee"), Sum("fee_vat"), Sum("rounding"), Sum("net"))
        .order_by("booked_on", "kind")
    )
    by_kind: dict[int, list[int]] = {}
    by_day: dict[date, int] = {}
    for day, kind, *figures in found:
        sums = by_kind.setdefault(kind, [0] * 6)
        for place, figure in enumerate(figures):
            sums[place] += int(figure)
        if kind not in PAID_OUT:
            by_day[day] = by_day.get(day, 0) + int(figures[-1])
    kinds = tuple(KindSum(kind, row.currency, *by_kind[kind]) for kind in sorted(by_kind))
    return kinds, tuple(sorted(by_day.items()))


def _bank_lines(arrival: Arrival | None) -> tuple[ArrivedLine, ...]:
    if arrival is None:
        return ()
    links = (
        DepositBankLine.objects.filter(deposit_id=arrival.deposit_id)
        .select_related("bank_line__bank_statement")
        .order_by("bank_line__booked_on", "bank_line_id")
    )
    return tuple(
        ArrivedLine(
            id=link.bank_line_id,
            booked_on=link.bank_line.booked_on,
            value_on=link.bank_line.value_on,
            amount=link.bank_line.amount,
            currency=link.bank_line.currency,
            counterparty=link.bank_line.counterparty,
            remittance=link.bank_line.remittance,
            statement_key=link.bank_line.bank_statement.statement_key,
        )
        for link in links
    )


def _siblings(row: Payout, arrival: Arrival | None) -> tuple[Payout, ...]:
    if arrival is None:
        return ()
    links = DepositPayout.objects.filter(deposit_id=arrival.deposit_id).exclude(payout=row).select_related("payout")
    return tuple(link.payout for link in links.order_by("payout__payout_key"))
