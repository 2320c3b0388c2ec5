"""What a total of a statement was compared with: counts and sums of both sides, and the first of our movements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.functional import Promise

from payments.ledger.models import Movement
from payments.settlement.labels import LINE_KINDS
from payments.settlement.models import ComparedLine, ComparedMovement, StatementLine

SHOWN_MOVEMENTS: Final = 50


@dataclass(frozen=True, slots=True)
class ComparedTotal:
    """Both sides of one comparison; sums in minor units of `currency`."""

    kind: Promise
    method: str
    """'' where the statement names none."""
    currency: str
    sold_from: date
    sold_on: date
    stated_count: int
    stated_sum: int
    ledger_count: int
    ledger_sum: int
    is_equal: bool
    compared_at: datetime
    lines: tuple[StatementLine, ...]
    """Several where the provider has several names for one method of ours."""
    movements: tuple[Movement, ...]
    """At most `SHOWN_MOVEMENTS`, in the order in which they happened."""

    @property
    def difference(self) -> int:
        """What the statement has more than our ledger, in minor units."""
        return self.stated_sum - self.ledger_sum

    @property
    def hidden_count(self) -> int:
        """Movements that are not shown."""
        return self.ledger_count - len(self.movements)


def compared_total(line: StatementLine | None) -> ComparedTotal | None:
    """The comparison of a line; None where it is no total, or was not compared yet. No query for other lines, else
    three."""
    if line is None or line.transaction_count is None:
        return None
    own = ComparedLine.objects.filter(line=line).select_related("comparison").first()
    if own is None:
        return None
    found = own.comparison
    lines = ComparedLine.objects.filter(comparison=found).select_related("line").order_by("line_id")
    movements = ComparedMovement.objects.filter(comparison=found).select_related("movement")
    return ComparedTotal(
        kind=LINE_KINDS[found.kind],
        method=found.method,
        currency=found.currency,
        sold_from=found.sold_from,
        sold_on=found.sold_on,
        stated_count=found.stated_count,
        stated_sum=found.stated_sum,
        ledger_count=found.ledger_count,
        ledger_sum=found.ledger_sum,
        is_equal=found.is_equal,
        compared_at=found.compared_at,
        lines=tuple(each.line for each in lines),
        movements=tuple(
            each.movement
            for each in movements.order_by("movement__occurred_at", "movement__movement_key")[:SHOWN_MOVEMENTS]
        ),
    )
