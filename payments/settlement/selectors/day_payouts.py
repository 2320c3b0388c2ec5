"""The payouts a day's lines go into, each with what the bank says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from payments.methods.models import Provider
from payments.settlement.labels import DepositState
from payments.settlement.models import DepositBankLine, DepositPayout, DepositRule, Payout


@dataclass(frozen=True, slots=True)
class Arrival:
    """The deposit of a payout: what was expected of all payouts in it, what arrived, and when; minor units."""

    deposit_id: int
    rule: str
    expected: int
    received: int
    arrived_on: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class DayPayout:
    """One payout as one day sees it; minor units."""

    id: int
    payout_key: str
    currency: str
    amount: int
    line_net: int
    residual: int
    """Unexplained: the payout less the lines that can be named."""
    day_net: int
    """How much of `line_net` is of this day."""
    booked_on: date
    paid_on: date | None
    deposit_due_on: date | None
    is_complete: bool
    """False while a part of a statement that pays lines of it is missing."""
    deposit_state: DepositState
    arrival: Arrival | None


def day_payouts(
    provider: Provider, day: date, as_of: date, nets: Mapping[tuple[str, str], int]
) -> tuple[DayPayout, ...]:
    """The payouts that pay lines of the day or are booked on it; two queries.

    `nets` gives the day's net by payout key and currency.
    """
    keys = {key for key, _ in nets if key}
    payouts = list(
        Payout.objects.filter(provider=provider)
        .filter(Q(payout_key__in=keys) | Q(booked_on=day))
        .order_by("paid_on", "payout_key", "currency")
    )
    arrivals = arrivals_of(payout.pk for payout in payouts)
    return tuple(
        DayPayout(
            id=payout.pk,
            payout_key=payout.payout_key,
            currency=payout.currency,
            amount=payout.amount,
            line_net=payout.line_net,
            residual=payout.residual,
            day_net=nets.get((payout.payout_key, payout.currency), 0),
            booked_on=payout.booked_on,
            paid_on=payout.paid_on,
            deposit_due_on=payout.deposit_due_on,
            is_complete=payout.is_complete,
            deposit_state=deposit_state(
                payout, arrivals.get(payout.pk), as_of, has_account=provider.bank_account_id is not None
            ),
            arrival=arrivals.get(payout.pk),
        )
        for payout in payouts
    )


def deposit_state(payout: Payout, arrival: Arrival | None, as_of: date, *, has_account: bool) -> DepositState:
    """Whether the money of a payout reached the bank, judged by a business date."""
    if not payout.is_complete and (arrival is None or arrival.received != arrival.expected):
        return DepositState.INCOMPLETE
    if arrival is not None:
        is_accepted = arrival.received == arrival.expected or arrival.rule == DepositRule.HAND
        return DepositState.RECEIVED if is_accepted else DepositState.DIFFERS
    if payout.amount == 0 or not has_account:
        return DepositState.NOTHING
    is_overdue = payout.deposit_due_on is not None and payout.deposit_due_on < as_of
    return DepositState.MISSING if is_overdue else DepositState.AWAITED


def arrivals_of(payout_ids: Iterable[int]) -> dict[int, Arrival]:
    """The deposits of some payouts, by payout; two queries, one when there is none."""
    links = list(DepositPayout.objects.filter(payout_id__in=list(payout_ids)).select_related("deposit"))
    if not links:
        return {}
    dates: dict[int, set[date]] = {}
    for deposit_id, booked_on in DepositBankLine.objects.filter(
        deposit_id__in={link.deposit_id for link in links}
    ).values_list("deposit_id", "bank_line__booked_on"):
        dates.setdefault(deposit_id, set()).add(booked_on)
    return {
        link.payout_id: Arrival(
            deposit_id=link.deposit_id,
            rule=link.deposit.rule,
            expected=link.deposit.expected,
            received=link.deposit.received,
            arrived_on=tuple(sorted(dates.get(link.deposit_id, ()))),
        )
        for link in links
    }
