"""The settlement day of one provider: the same figures for the page, the command and the API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Q, Sum

from payments.methods.models import Provider
from payments.money import Money
from payments.settlement.labels import DayStatus
from payments.settlement.models import DayState, LineTotal, SettlementDay, Statement
from payments.settlement.selectors import day_layers
from payments.settlement.selectors.day_payouts import DayPayout, day_payouts
from payments.settlement.selectors.day_totals import PAID_OUT, CurrencyTotals, KindSum, totals_of
from payments.settlement.selectors.freshness import Freshness, freshness_of


class Verdict(StrEnum):
    """What the top of the page says of a day."""

    UNEXPLAINED = "unexplained"
    MISSING = "missing"
    READING = "reading"
    WAITING = "waiting"
    """No difference so far; something is not due yet."""
    CLEAN = "clean"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class StatementVersion:
    """One version of a statement the day stands on, or stood on."""

    id: int
    statement_key: str
    part: int
    """Of a statement in several files, from 1; 0: the whole."""
    version: int
    is_current: bool
    line_count: int
    file_name: str
    import_id: int
    posted_at: datetime
    reconciled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who submitted and signed a day."""

    submitted_by: str
    submitted_at: datetime | None
    signed_by: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Day:
    """Everything about one settlement day."""

    provider_id: int
    provider_code: str
    provider_name: str
    zone: str
    booked_on: date
    status: DayStatus
    totals: tuple[CurrencyTotals, ...]
    transaction: day_layers.TransactionLayer
    settlement: day_layers.SettlementLayer
    deposit: day_layers.DepositLayer
    unexplained: day_layers.Unexplained
    """Of all layers together."""
    statements: tuple[StatementVersion, ...]
    signature: Signature
    freshness: Freshness

    @property
    def has_statement(self) -> bool:
        """Whether a provider's statement books anything on the day."""
        return any(statement.is_current for statement in self.statements)

    @property
    def is_waiting(self) -> bool:
        """Whether something is not due yet, so that *no difference* is only said of what is known."""
        return bool(self.transaction.awaited.count or self.transaction.waiting or self.deposit.awaited)

    @property
    def verdict(self) -> Verdict:
        """The one thing to know in two seconds."""
        if self.status == DayStatus.MISSING:
            return Verdict.MISSING
        if self.unexplained.count:
            return Verdict.UNEXPLAINED
        if self.status == DayStatus.READING:
            return Verdict.READING
        if self.status == DayStatus.NOTHING:
            return Verdict.NOTHING
        return Verdict.WAITING if self.is_waiting or self.status == DayStatus.AWAITED else Verdict.CLEAN


def settlement_day(provider: Provider, day: date) -> Day:
    """Answer for one provider and booking date; a day of which nothing is known has no statement and zero figures.

    The number of queries does not depend on the number of lines, payouts or breaks.
    """
    freshness = freshness_of(provider)
    statements = _statements(provider, day)
    facts = day_layers.DayFacts(
        provider=provider,
        day=day,
        as_of=freshness.as_of,
        statement_ids=[statement.id for statement in statements if statement.is_current],
        sums=(),
        breaks=day_layers.break_sums(provider, day),
    )
    by_payout = _sums_by_payout(facts)
    sums = merged(each for _, each in by_payout)
    facts = day_layers.DayFacts(provider, day, freshness.as_of, facts.statement_ids, sums, facts.breaks)
    nets = _nets_by_payout(by_payout)
    payouts = day_payouts(provider, day, freshness.as_of, nets)
    transaction = day_layers.transaction_layer(facts)
    stored = SettlementDay.objects.filter(provider=provider, booked_on=day).select_related("submitted_by", "signed_by")
    row = stored.first()
    return Day(
        provider_id=provider.pk,
        provider_code=provider.code,
        provider_name=provider.name,
        zone=provider.zone,
        booked_on=day,
        status=_status(row, facts, statements, transaction),
        totals=totals_of(sums, _paid_on_day(payouts, day)),
        transaction=transaction,
        settlement=day_layers.settlement_layer(facts, payouts, _unassigned(nets)),
        deposit=day_layers.deposit_layer(facts, payouts),
        unexplained=day_layers.unexplained_of("", facts.breaks),
        statements=statements,
        signature=_signature(row),
        freshness=freshness,
    )


def neighbours(provider: Provider, day: date) -> tuple[date | None, date | None]:
    """The days before and after that have a statement."""
    days = SettlementDay.objects.filter(provider=provider).values_list("booked_on", flat=True)
    before = days.filter(booked_on__lt=day).order_by("-booked_on").first()
    return before, days.filter(booked_on__gt=day).order_by("booked_on").first()


def status_of(
    state: str, *, is_reconciled: bool, has_statement: bool, break_count: int, awaited_count: int
) -> DayStatus:
    """The status of a day: stored where a person has acted, else what must be explained, else what is awaited."""
    if state in (DayState.SUBMITTED, DayState.SIGNED_OFF):
        return DayStatus(state)
    if not has_statement:
        return DayStatus.MISSING if break_count else DayStatus.AWAITED if awaited_count else DayStatus.NOTHING
    if not is_reconciled:
        return DayStatus.READING
    return DayStatus.OPEN if break_count else DayStatus.READY


def merged(sums: Iterable[KindSum]) -> tuple[KindSum, ...]:
    """Add the sums of equal kind and currency up, in the order of kinds."""
    found: dict[tuple[int, str], list[int]] = {}
    for each in sums:
        figures = found.setdefault((each.kind, each.currency), [0] * 6)
        added = (each.line_count, each.gross, each.fee, each.fee_vat, each.rounding, each.net)
        for place, figure in enumerate(added):
            figures[place] += figure
    return tuple(KindSum(kind, currency, *found[kind, currency]) for kind, currency in sorted(found))


def _status(
    row: SettlementDay | None,
    facts: day_layers.DayFacts,
    statements: tuple[StatementVersion, ...],
    transaction: day_layers.TransactionLayer,
) -> DayStatus:
    return status_of(
        row.state if row else DayState.OPEN,
        is_reconciled=all(statement.reconciled_at for statement in statements if statement.is_current),
        has_statement=bool(facts.statement_ids),
        break_count=sum(each.count for each in facts.breaks),
        awaited_count=transaction.awaited.count,
    )


def _sums_by_payout(facts: day_layers.DayFacts) -> list[tuple[str, KindSum]]:
    rows = (
        LineTotal.objects.filter(statement_id__in=facts.statement_ids, booked_on=facts.day)
        .values_list("payout_key", "kind", "currency")
        .annotate(Sum("line_count"), Sum("gross"), Sum("fee"), Sum("fee_vat"), Sum("rounding"), Sum("net"))
        .order_by("kind", "currency", "payout_key")
    )
    return [(row[0], KindSum(row[1], row[2], *(int(figure) for figure in row[3:]))) for row in rows]


def _nets_by_payout(by_payout: Iterable[tuple[str, KindSum]]) -> dict[tuple[str, str], int]:
    nets: dict[tuple[str, str], int] = {}
    for key, each in by_payout:
        if each.kind not in PAID_OUT:
            nets[key, each.currency] = nets.get((key, each.currency), 0) + each.net
    return nets


def _unassigned(nets: dict[tuple[str, str], int]) -> tuple[Money, ...]:
    return tuple(Money(net, currency) for (key, currency), net in sorted(nets.items()) if not key and net)


def _paid_on_day(payouts: Iterable[DayPayout], day: date) -> dict[str, int]:
    paid: dict[str, int] = {}
    for payout in payouts:
        if payout.booked_on == day:
            paid[payout.currency] = paid.get(payout.currency, 0) + payout.amount
    return paid


def _statements(provider: Provider, day: date) -> tuple[StatementVersion, ...]:
    """The statements with lines of the day, and their other versions, newest version first."""
    booked = LineTotal.objects.filter(booked_on=day, statement__provider=provider).values("statement__statement_key")
    rows = (
        Statement.objects.filter(provider=provider)
        .filter(Q(statement_key__in=booked) | Q(booked_on=day))
        .select_related("file_import")
        .order_by("statement_key", "part", "-version")
    )
    return tuple(
        StatementVersion(
            id=row.pk,
            statement_key=row.statement_key,
            part=row.part,
            version=row.version,
            is_current=row.is_current,
            line_count=row.line_count,
            file_name=row.file_import.file_name,
            import_id=row.file_import_id,
            posted_at=row.posted_at,
            reconciled_at=row.reconciled_at,
        )
        for row in rows
    )


def _signature(row: SettlementDay | None) -> Signature:
    if row is None:
        return Signature("", None, "", None)
    return Signature(
        submitted_by=str(row.submitted_by) if row.submitted_by_id else "",
        submitted_at=row.submitted_at,
        signed_by=str(row.signed_by) if row.signed_by_id else "",
        signed_at=row.signed_at,
    )
