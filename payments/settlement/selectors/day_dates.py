"""What the rows of a list of lines add up to: by name, and by another business date of the same lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Aggregate, Count, QuerySet, Sum

from payments.settlement.models import LineTotal, StatementLine
from payments.settlement.selectors.day_totals import PAID_OUT, CurrencyTotals, KindSum, totals_of

BY: Final = {"sold": "sold_on", "paid": "paid_on"}
_FIGURES: Final = ("fee", "fee_vat", "rounding", "net")


@dataclass(frozen=True, slots=True)
class DateSum:
    """The lines of one date and settlement currency, without payouts; minor units."""

    on: date | None
    currency: str
    line_count: int
    gross: int
    fee: int
    fee_vat: int
    net: int


def sums_by_date(lines: QuerySet[StatementLine], by: str) -> tuple[DateSum, ...]:
    """Group the lines of one day by a date of `BY`; reads that day's lines, so it is asked for by itself only."""
    rows = (
        lines.exclude(kind__in=PAID_OUT)
        .order_by()
        .values_list(BY[by], "net_currency")
        .annotate(Count("id"), Sum("gross_settled"), Sum("fee"), Sum("fee_vat"), Sum("net"))
        .order_by(BY[by], "net_currency")
    )
    return tuple(DateSum(row[0], row[1], row[2], *(int(figure) for figure in row[3:])) for row in rows)


def sums_of_totals(totals: QuerySet[LineTotal]) -> tuple[CurrencyTotals, ...]:
    """What the rows of a list are together, per currency, named and signed as the summary of a day.

    One query over a few rows, however many lines they stand for; whoever came from a figure finds it again.
    """
    return _named(totals, "currency", (Sum("line_count"), *map(Sum, ("gross", *_FIGURES))))


def sums_of_lines(lines: QuerySet[StatementLine]) -> tuple[CurrencyTotals, ...]:
    """The same by the lines themselves, for rows that totals do not tell apart; one query that reads them all."""
    return _named(lines, "net_currency", (Count("id"), *map(Sum, ("gross_settled", *_FIGURES))))


def _named(rows: QuerySet[Any], currency: str, figures: tuple[Aggregate, ...]) -> tuple[CurrencyTotals, ...]:
    grouped = rows.order_by().values_list("kind", currency).annotate(*figures).order_by(currency, "kind")
    sums = [KindSum(row[0], row[1], *(int(figure) for figure in row[2:])) for row in grouped]
    paid: dict[str, int] = {}
    for each in sums:
        if each.kind in PAID_OUT:
            paid[each.currency] = paid.get(each.currency, 0) - each.net
    return totals_of(sums, paid)
