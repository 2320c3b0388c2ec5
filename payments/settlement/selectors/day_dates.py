"""A day's lines by another business date: when they were sold, or when the provider pays them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, QuerySet, Sum

from payments.settlement.models import StatementLine
from payments.settlement.selectors.day_totals import PAID_OUT

BY: Final = {"sold": "sold_on", "paid": "paid_on"}


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
