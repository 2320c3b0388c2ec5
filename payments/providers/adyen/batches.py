"""What is learned of each settlement batch while its rows stream by: dates, totals, its closing row."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from payments.facts import Check, LineFact, LineKind, PayoutFact, StatementFact
from payments.tabular.instants import Clock
from payments.wording import translatable

SUMS_TO_ZERO: Final = translatable("Lines of the batch, its payout and carry-over sum to zero")
TOLD_ONLY: Final = translatable("Rows that moved no money in this batch, left out")
IS_CLOSED: Final = translatable("The batch is closed by a payout or carry-over")

_MOST_TYPES: Final = 50
"""Journal types that are counted apart; far more than there are, so that no hostile file fills the memory."""
_MORE: Final = "…"

CLOSING: Final = frozenset({LineKind.PAYOUT, LineKind.CARRY_OUT})


@dataclass(slots=True)
class Total:
    """A sum in minor units."""

    net: int = 0
    lines: int = 0

    def add(self, net: int) -> None:
        """Count one line."""
        self.net += net
        self.lines += 1


@dataclass(slots=True)
class Batch:
    """One batch of one merchant account."""

    statement_key: str
    payout_key: str
    clocks: dict[str, Clock] = field(default_factory=dict)
    """The clocks its rows are written by, which remember their dates."""
    sums: dict[str, Total] = field(default_factory=dict)
    """Net of all lines, by settlement currency: zero when a payout or carry-over closes the batch."""
    payouts: dict[str, int] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    """Rows that only tell what happened to a payment, by their journal type."""
    closed_on: date | None = None
    paid_on: date | None = None
    booked_on: date | None = None
    """Latest booking date of a line, where the report has them."""

    def note(self, line: LineFact, day: date) -> None:
        """Note a line with a booking date, or one that may close the batch; `day` is its date at the provider."""
        if line.booked_on and (self.booked_on is None or line.booked_on > self.booked_on):
            self.booked_on = line.booked_on
        if line.kind not in CLOSING:
            return
        self.closed_on = max(self.closed_on or day, day)
        if line.kind == LineKind.PAYOUT:
            self.payouts[line.net_currency] = self.payouts.get(line.net_currency, 0) - line.net
            self.paid_on = max(self.paid_on or day, day)

    def tell(self, type_name: str) -> None:
        """Count a row that moved no money."""
        self.told[type_name if type_name in self.told or len(self.told) < _MOST_TYPES else _MORE] += 1

    def statement(self, sequence: str) -> StatementFact:
        """The batch as a statement: booked when its lines say, else when it was closed, else on its last day."""
        days = sorted(day for clock in self.clocks.values() for day in clock.days)
        first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
        return StatementFact(
            statement_key=self.statement_key,
            sequence=sequence,
            booked_on=self.booked_on or self.closed_on or last,
            period_from=first,
            period_to=last,
        )

    @property
    def has_lines(self) -> bool:
        """Whether any of its rows was good."""
        return bool(self.told) or any(total.lines for total in self.sums.values())

    def payout_facts(self) -> list[PayoutFact]:
        """What Adyen says it paid for the batch, one fact per currency."""
        return [
            PayoutFact(self.statement_key, self.payout_key, currency, amount, self.paid_on, is_stated=True)
            for currency, amount in self.payouts.items()
        ]

    def checks(self) -> list[Check]:
        """The batch against itself."""
        sums = [
            Check(SUMS_TO_ZERO, 0, total.net, currency, is_refusing=False)
            for currency, total in self.sums.items()
            if total.lines
        ]
        closed = Check(IS_CLOSED, 1, int(self.closed_on is not None), is_refusing=False)
        told = [Check(TOLD_ONLY, count, count, subject=type_name) for type_name, count in sorted(self.told.items())]
        return [*sums, closed, *told]


def checks_of(batches: Iterable[Batch]) -> list[Check]:
    """The checks of all batches of a file."""
    return [check for batch in batches for check in batch.checks()]
