"""What settled a payment: the lines matched with its movements, their payouts, and the bank lines of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from payments.ledger.models import Movement
from payments.settlement.models import (
    BankLine,
    Break,
    ComparedLine,
    ComparedMovement,
    DepositBankLine,
    DepositPayout,
    Match,
    Payout,
    StatementLine,
)

MOST = 500


@dataclass(frozen=True, slots=True)
class SettledLine:
    """One statement line of the payment, with the payout that pays it."""

    line: StatementLine
    """Its provider and statement are read with it."""
    is_equal: bool
    payout: Payout | None
    is_total: bool = False
    """True where the line adds up many movements, of which the payment has at least one."""


@dataclass(frozen=True, slots=True)
class SettledBy:
    """Where the money of a payment is."""

    lines: tuple[SettledLine, ...]
    payouts: tuple[Payout, ...]
    bank_lines: tuple[BankLine, ...]
    breaks: tuple[Break, ...]
    waiting_count: int
    """Movements that no statement line settles yet."""


def settled_by(movements: Sequence[Movement]) -> SettledBy:
    """Follow the movements of a payment to the bank; six questions whatever there is, seven about totals."""
    ids = [movement.pk for movement in movements]
    matches = list(
        Match.objects.filter(movement__in=ids)
        .select_related("line__statement", "line__provider")
        .order_by("line__booked_on", "pk")[:MOST]
    )
    compared = list(ComparedMovement.objects.filter(movement__in=ids).values_list("comparison_id", flat=True))
    totals = _totals_of(compared)
    payouts = _payouts_of([*(each.line for each in matches), *(each.line for each in totals)])
    paid = {(payout.provider_id, payout.payout_key, payout.currency): payout for payout in payouts}
    found = [
        *((each.line, each.is_equal, False) for each in matches),
        *((each.line, each.comparison.is_equal, True) for each in totals),
    ]
    lines = tuple(
        SettledLine(line, is_equal, paid.get((line.provider_id, line.payout_key, line.net_currency)), is_total)
        for line, is_equal, is_total in found
    )
    about = Q(movement__in=ids) | Q(line__in=[line.pk for line, _, _ in found])
    return SettledBy(
        lines=lines,
        payouts=payouts,
        bank_lines=_bank_lines_of(payouts),
        breaks=tuple(Break.objects.filter(about).order_by("due_at", "pk")[:50]),
        waiting_count=len(ids) - len(matches) - len(compared),
    )


def _totals_of(comparisons: Sequence[int]) -> list[ComparedLine]:
    """The lines of comparisons; no question where there are none."""
    if not comparisons:
        return []
    found = ComparedLine.objects.filter(comparison__in=comparisons)
    found = found.select_related("comparison", "line__statement", "line__provider")
    return list(found.order_by("line__booked_on", "pk")[:MOST])


def _payouts_of(lines: Sequence[StatementLine]) -> tuple[Payout, ...]:
    """The payouts that lines name; a key may be used by several providers and currencies."""
    named = {(line.provider_id, line.payout_key, line.net_currency) for line in lines if line.payout_key}
    found = Payout.objects.select_related("provider").filter(
        provider_id__in={provider for provider, _key, _currency in named},
        payout_key__in={key for _provider, key, _currency in named},
    )
    return tuple(
        each for each in found.order_by("paid_on", "pk") if (each.provider_id, each.payout_key, each.currency) in named
    )


def _bank_lines_of(payouts: Sequence[Payout]) -> tuple[BankLine, ...]:
    deposits = DepositPayout.objects.filter(payout__in=[payout.pk for payout in payouts]).values("deposit_id")
    links = DepositBankLine.objects.filter(deposit_id__in=deposits).select_related("bank_line__account")
    return tuple(link.bank_line for link in links.order_by("bank_line__booked_on", "bank_line_id")[:MOST])
