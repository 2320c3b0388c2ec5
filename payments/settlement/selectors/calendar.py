"""The settlement calendar: a month of days × providers, from totals and open items alone."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum

from payments.calendars import UnknownCalendar, is_business_day
from payments.methods.models import Provider
from payments.money import Money
from payments.settlement.labels import DayStatus
from payments.settlement.models import (
    Break,
    BreakState,
    DayState,
    LineTotal,
    Match,
    OpenMovement,
    SettlementDay,
)
from payments.settlement.selectors.day_layers import BreakSum, Risk, risks_of
from payments.settlement.selectors.day_totals import PAID_OUT
from payments.settlement.selectors.days import status_of
from payments.settlement.selectors.freshness import Freshness, freshness_by_provider

Key = tuple[int, date]
"""Provider and booking date."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of one provider; amounts per currency, never summed across."""

    provider_code: str
    provider_name: str
    day: date
    status: DayStatus
    nets: tuple[Money, ...]
    risks: tuple[Risk, ...]
    break_count: int
    shows_code: bool
    """Whether the amounts need their currency beside them: not where the whole column has one and names it."""
    is_bank_open: bool
    """Whether banks of the provider's country move money on the day."""

    @property
    def is_worth_opening(self) -> bool:
        """Whether anything is known of the day."""
        return self.status != DayStatus.NOTHING


@dataclass(frozen=True, slots=True)
class Row:
    """One day of all providers."""

    day: date
    is_weekend: bool
    is_today: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One provider over the whole month."""

    provider_code: str
    provider_name: str
    nets: tuple[Money, ...]
    risks: tuple[Risk, ...]
    freshness: Freshness

    @property
    def currency(self) -> str:
        """The only currency of the month; '' when there are several, or none."""
        return self.nets[0].currency if len(self.nets) == 1 else ""


@dataclass(frozen=True, slots=True)
class Month:
    """The grid."""

    first: date
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]

    @property
    def last(self) -> date:
        """The last day of the month."""
        return last_day(self.first)

    @property
    def previous(self) -> date:
        """The first day of the month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def next(self) -> date:
        """The first day of the month after."""
        return self.last + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Facts:
    nets: Mapping[Key, dict[str, int]]
    unreconciled: frozenset[Key]
    breaks: Mapping[Key, list[BreakSum]]
    states: Mapping[Key, str]
    awaited: Mapping[Key, int]


def last_day(first: date) -> date:
    """The last day of the month that begins on `first`."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def month(first: date, today: date) -> Month:
    """The month that begins on `first`: every enabled provider, and disabled ones that have something in it.

    Six queries, whatever the number of providers, days and lines. `today` is only marked.
    """
    freshness = freshness_by_provider()
    facts = _facts(first, last_day(first), freshness)
    active = {provider_id for provider_id, _ in (*facts.nets, *facts.breaks)}
    providers = [each for each in Provider.objects.order_by("name", "code") if each.is_enabled or each.pk in active]
    days = [first + timedelta(days=offset) for offset in range(last_day(first).day)]
    columns = {each: _column(each, facts, freshness[each.pk]) for each in providers}
    return Month(
        first=first,
        rows=tuple(
            Row(
                day,
                day.weekday() >= 5,
                day == today,
                tuple(_cell(each, day, facts, column.currency) for each, column in columns.items()),
            )
            for day in days
        ),
        columns=tuple(columns.values()),
    )


def _facts(first: date, last: date, freshness: Mapping[int, Freshness]) -> _Facts:
    nets: dict[Key, dict[str, int]] = {}
    unreconciled = set()
    for provider_id, day, currency, net, unreconciled_count in _nets(first, last):
        of_day = nets.setdefault((provider_id, day), {})
        of_day[currency] = of_day.get(currency, 0) + int(net or 0)
        if unreconciled_count:
            unreconciled.add((provider_id, day))
    breaks: dict[Key, list[BreakSum]] = {}
    for provider_id, day, currency, count, risk in _breaks(first, last):
        breaks.setdefault((provider_id, day), []).append(BreakSum("", "", currency, count, int(risk)))
    states = SettlementDay.objects.filter(booked_on__range=(first, last)).values_list(
        "provider_id", "booked_on", "state"
    )
    return _Facts(
        nets=nets,
        unreconciled=frozenset(unreconciled),
        breaks=breaks,
        states={(provider_id, day): state for provider_id, day, state in states},
        awaited=_awaited(first, last, freshness),
    )


def _nets(first: date, last: date) -> Iterable[tuple[Any, ...]]:
    unreconciled = Count("id", filter=Q(statement__reconciled_at__isnull=True))
    return (
        LineTotal.objects.filter(booked_on__range=(first, last), statement__is_current=True)
        .values_list("statement__provider_id", "booked_on", "currency")
        .annotate(sum=Sum("net", filter=~Q(kind__in=PAID_OUT)), unreconciled=unreconciled)
        .order_by("currency")
    )


def _breaks(first: date, last: date) -> Iterable[tuple[Any, ...]]:
    return (
        Break.objects.filter(provider__isnull=False, booked_on__range=(first, last))
        .exclude(state=BreakState.RESOLVED)
        .values_list("provider_id", "booked_on", "currency")
        .annotate(Count("id"), Sum("amount_at_risk"))
        .order_by("currency")
    )


def _awaited(first: date, last: date, freshness: Mapping[int, Freshness]) -> dict[Key, int]:
    """Movements that no statement has to name yet, by day; the run of each provider says what *yet* means."""
    if not freshness:
        return {}
    not_due = reduce(or_, (Q(provider_id=pk, due_on__gte=each.as_of) for pk, each in freshness.items()))
    rows = (
        OpenMovement.objects.filter(not_due, dated_on__range=(first, last))
        .exclude(Exists(Match.objects.filter(movement_id=OuterRef("movement_id"))))
        .values_list("provider_id", "dated_on")
        .annotate(Count("movement_id"))
    )
    return {(provider_id, day): count for provider_id, day, count in rows}


def _cell(provider: Provider, day: date, facts: _Facts, column_currency: str) -> Cell:
    key = (provider.pk, day)
    breaks = facts.breaks.get(key, [])
    nets = facts.nets.get(key, {})
    break_count = sum(each.count for each in breaks)
    return Cell(
        provider_code=provider.code,
        provider_name=provider.name,
        day=day,
        status=status_of(
            facts.states.get(key, DayState.OPEN),
            is_reconciled=key not in facts.unreconciled,
            has_statement=key in facts.nets,
            break_count=break_count,
            awaited_count=facts.awaited.get(key, 0),
        ),
        nets=_money(nets),
        risks=risks_of(breaks),
        break_count=break_count,
        shows_code=not column_currency,
        is_bank_open=_is_bank_open(day, provider.country),
    )


def _column(provider: Provider, facts: _Facts, freshness: Freshness) -> Column:
    nets: dict[str, int] = {}
    for (provider_id, _), of_day in facts.nets.items():
        if provider_id == provider.pk:
            for currency, net in of_day.items():
                nets[currency] = nets.get(currency, 0) + net
    breaks = [each for (provider_id, _), found in facts.breaks.items() if provider_id == provider.pk for each in found]
    return Column(provider.code, provider.name, _money(nets), risks_of(breaks), freshness)


def _money(nets: Mapping[str, int]) -> tuple[Money, ...]:
    return tuple(Money(nets[currency], currency) for currency in sorted(nets))


def _is_bank_open(day: date, country: str) -> bool:
    """Where no calendar is known, no day is marked."""
    try:
        return is_business_day(day, country)
    except UnknownCalendar:
        return True
