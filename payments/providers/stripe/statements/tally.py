"""What is learned of each payout, and of each day that belongs to none, while Stripe's rows stream by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from payments.facts import Check, PayoutFact, StatementFact
from payments.tabular.coverage import day_sequence
from payments.wording import translatable

SUMS_TO_ZERO: Final = translatable("Lines of the payout and the payout sum to zero")
WITHOUT_PAYOUT: Final = translatable("Lines that belong to no automatic payout")


@dataclass(slots=True)
class Statement:
    """The rows of one automatic payout, or of one day where rows belong to none."""

    key: str
    payout_key: str
    """'' for the rows of a day."""
    first: date
    last: date
    paid_on: date | None = None
    sums: dict[str, int] = field(default_factory=dict)
    """Net of all rows, by settlement currency: zero once the payout is among them."""
    stated: dict[str, int] = field(default_factory=dict)
    """What the row of the payout itself says, by currency."""
    manual: dict[tuple[str, str], tuple[int, date]] = field(default_factory=dict)
    """Payouts made by hand on the day: amount and date by payout and currency."""


@dataclass(slots=True)
class Tally:
    """All statements of a file."""

    version: str
    """From the file's name."""
    statements: dict[str, Statement] = field(default_factory=dict)
    last_instant: datetime | None = None
    lines_without_payout: int = 0

    def of_payout(self, payout: str, day: date) -> Statement:
        """The statement of an automatic payout."""
        found = self.statements.get(payout)
        if found is None:
            found = self.statements[payout] = Statement(payout, payout, day, day)
        return found

    def of_day(self, day: date) -> Statement:
        """The statement of the rows of a day that belong to no automatic payout."""
        key = f"balance/{day}"
        found = self.statements.get(key)
        if found is None:
            found = self.statements[key] = Statement(key, "", day, day)
        return found

    def facts(self) -> Iterator[StatementFact]:
        """One statement per payout and per day without one.

        A version of a payout in which the payout's own row stands is the last word on it: other reports hold only
        those of its rows that fall into their period.
        """
        days = [statement.first for statement in self.statements.values() if not statement.payout_key]
        for statement in self.statements.values():
            if statement.payout_key:
                sequence = f"{int(bool(statement.stated))}.{self.version or '000000'}"
            else:
                sequence = day_sequence(
                    statement.first, last_day=max(days), version=self.version, last_instant=self.last_instant
                )
            booked_on = statement.paid_on or statement.last
            yield StatementFact(statement.key, sequence, booked_on, statement.first, statement.last)

    def payouts(self) -> Iterator[PayoutFact]:
        """What Stripe says it paid; where the payout's own row is not in the file, the sum of its rows."""
        for each in self.statements.values():
            if not each.payout_key:
                for (payout_key, currency), (amount, paid_on) in each.manual.items():
                    yield PayoutFact(each.key, payout_key, currency, amount, paid_on, is_stated=True)
                continue
            for currency, total in each.sums.items():
                stated = each.stated.get(currency)
                amount = total if stated is None else stated
                yield PayoutFact(each.key, each.payout_key, currency, amount, each.paid_on, stated is not None)

    def checks(self) -> Iterator[Check]:
        """Automatic payouts against their rows, and how many rows wait for one."""
        for each in self.statements.values():
            for currency in each.stated:
                yield Check(SUMS_TO_ZERO, 0, each.sums[currency], currency, is_refusing=False)
        if self.lines_without_payout:
            yield Check(WITHOUT_PAYOUT, self.lines_without_payout, self.lines_without_payout)
