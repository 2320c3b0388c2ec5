"""The running balance of each currency: rows lead from one balance to the next, in whatever order they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from payments.facts import Check, Problem
from payments.money import format_minor
from payments.wording import translatable

GAP: Final = translatable(
    "No row leads to the balance of %(before)s %(currency)s from which this one starts: rows are missing, or an amount "
    "was changed. Download the activity with all transactions that move the balance."
)
LEADS: Final = translatable("Opening balance and rows lead to the closing balance")

_MOST_GAPS: Final = 1_000
"""Where more balances hang in the air, the column is no running balance: nothing more is kept of it."""


@dataclass(slots=True)
class Chain:
    """The balances of one currency.

    Every row starts from a balance and ends at one. Each start must be the end of another row, except one, the opening
    balance; so only those that have found no partner yet are kept. Rows of one second may stand in any order. Rows
    that lead on from the one before, as nearly all do, are one run: of it only the ends are kept.
    """

    currency: str
    first: int = 0
    """Balance before the first row of the file."""
    last: int = 0
    """Balance before the last row of the file."""
    total: int = 0
    rows: int = 0
    is_broken: bool = False
    open: dict[int, int] = field(default_factory=dict)
    """How many more rows start from a balance than end there."""
    lines: dict[int, int] = field(default_factory=dict)
    """Where a row stands that starts from the balance."""
    run: tuple[int, int] | None = None
    """Of the run that the last row belongs to: the balance it starts from, and the line there."""
    end: int = 0
    """The balance at which that run ends."""

    def add(self, line: int, net: int, balance: int) -> None:
        """Note a row that moves the balance by `net` to `balance`."""
        before = self.last = balance - net
        if not self.rows:
            self.first = before
        self.total += net
        self.rows += 1
        if self.is_broken or not net:
            return
        if self.run is None:
            self.run, self.end = (before, line), balance
        elif before == self.end:
            self.end = balance
        elif balance == self.run[0]:
            self.run = before, line
        else:
            self._close(*self.run, self.end)
            self.run, self.end = (before, line), balance

    def _close(self, before: int, line: int, balance: int) -> None:
        """Note where a run starts and ends, each only as far as it has no partner."""
        if before == balance:
            return
        starts, ends = self.open.get(before, 0) + 1, self.open.get(balance, 0) - 1
        if starts:
            self.open[before], self.lines[before] = starts, line
        else:
            # A row had ended there, so no line is noted.
            del self.open[before]
        if ends:
            self.open[balance] = ends
        else:
            del self.open[balance]
            self.lines.pop(balance, None)
        if len(self.open) > _MOST_GAPS:
            self.is_broken = True

    def _finish(self) -> None:
        if self.run is not None:
            self._close(*self.run, self.end)
            self.run = None

    def problems(self, field: str, *, is_newest_first: bool) -> Iterator[Problem]:
        """A problem for every row that starts from a balance at which no other ended, but for the opening one."""
        if not self.rows:
            return
        self._finish()
        opening = self.last if is_newest_first else self.first
        starts = [balance for balance, count in self.open.items() if count > 0]
        if len(starts) == 1:
            return
        for balance in starts:
            if balance != opening:
                values = {"before": format_minor(balance, self.currency), "currency": self.currency}
                yield Problem(GAP, values, self.lines.get(balance), field)

    def check(self) -> Check:
        """Opening balance plus rows against the closing balance."""
        self._finish()
        starts = [balance for balance, count in self.open.items() if count > 0]
        ends = [balance for balance, count in self.open.items() if count < 0]
        opening, closing = (starts[0], ends[0]) if len(starts) == len(ends) == 1 else (0, self.total)
        return Check(LEADS, closing, opening + self.total, self.currency)
