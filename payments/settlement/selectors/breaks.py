"""Breaks: what the queue adds up to, and one break with both its sides and its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from payments.ledger.models import Movement
from payments.settlement.models import BankLine, Break, BreakEvent, Layer, Payout, StatementLine
from payments.settlement.selectors.compared_totals import ComparedTotal, compared_total
from payments.settlement.selectors.pairs import Comparison, Pair, Word, compared, suggestions_for, word_behind


@dataclass(frozen=True, slots=True)
class CurrencyRisk:
    """What is at risk in one currency, in minor units, in how many breaks, and how many of them are overdue."""

    currency: str
    at_risk: int
    count: int
    overdue_count: int


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a break."""

    verb: str
    happened_at: datetime
    by: str
    """Empty for the machine."""
    comment: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BreakDetail:
    """One break; the rows it points to are whole objects, read beforehand."""

    row: Break
    party_name: str
    line: StatementLine | None
    movement: Movement | None
    payout: Payout | None
    bank_line: BankLine | None
    fields: tuple[Comparison, ...]
    """Our movement beside the provider's line, as far as both are known."""
    total: ComparedTotal | None
    """Where a total was compared with all movements of ours that belong in it."""
    suggestions: tuple[Pair, ...]
    word: Word | None
    """What a person had confirmed of it."""
    events: tuple[Event, ...]

    @property
    def has_pair(self) -> bool:
        """Whether a movement or a line of the first layer is concerned."""
        return self.line is not None or self.movement is not None


def risk_by_currency(breaks: QuerySet[Break]) -> tuple[CurrencyRisk, ...]:
    """Money at risk per currency over a list of breaks, never summed across; one query."""
    rows = (
        breaks.order_by()
        .values_list("currency")
        .annotate(
            risk=Sum("amount_at_risk"),
            count=Count("id"),
            overdue=Count("id", filter=Q(due_at__lt=timezone.now())),
        )
        .order_by("currency")
    )
    return tuple(CurrencyRisk(currency, int(risk), count, overdue) for currency, risk, count, overdue in rows)


def break_detail(pk: int) -> BreakDetail:
    """One break with everything its page shows; four queries, about a total seven. Raises Break.DoesNotExist."""
    row = Break.objects.select_related(
        "provider", "account", "owner", "line__statement", "line__match__movement", "movement", "payout",
        "bank_line__bank_statement",
    ).get(pk=pk)  # fmt: skip
    party = row.provider or row.account
    events = BreakEvent.objects.filter(on_break=row).select_related("by").order_by("-happened_at", "-id")
    return BreakDetail(
        row=row,
        party_name=party.name if party else "",
        line=row.line,
        movement=row.movement,
        payout=row.payout,
        bank_line=row.bank_line,
        fields=compared(row.movement, row.line),
        total=compared_total(row.line) if row.layer == Layer.TRANSACTION else None,
        suggestions=suggestions_for(row.line) if row.line else (),
        word=word_behind(row),
        events=tuple(
            Event(
                verb=event.verb,
                happened_at=event.happened_at,
                by=str(event.by) if event.by_id else "",
                comment=event.comment,
                detail=event.detail,
            )
            for event in events[:200]
        ),
    )
