"""The running balance of a bank CSV: every row must lead to the balance beside it, in the order of the file."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from payments.facts import Problem
from payments.money import format_minor
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

WRONG_BALANCE: Final = translatable(
    "The balance %(found)s %(currency)s does not follow from the row before and its amount: %(expected)s was expected. "
    "Rows are missing or changed, or debit and credit are written in another way than the mapping says."
)


@dataclass(slots=True)
class Day:
    """The balances of one booking date, in file order."""

    first_balance: int
    first_amount: int
    last_balance: int
    last_amount: int
    is_whole: bool = True
    """False when rows of another date stand between its rows, so that its balances are unknown."""


class RunningBalance:
    """Follows the balance column; finds out itself whether the file is oldest or newest first."""

    def __init__(self, order: str) -> None:
        """`order` is `oldest_first`, `newest_first` or `auto`."""
        self._may_be_oldest_first = order != "newest_first"
        self._may_be_newest_first = order != "oldest_first"
        self._last: tuple[int, int] | None = None
        self._last_day: Day | None = None
        self.days: dict[date, Day] = {}

    def follow(self, day: date, amount: int, balance: int, currency: str) -> None:
        """Take the next row. Raises RowRefused when its balance does not follow; the row is counted all the same."""
        before, self._last = self._last, (amount, balance)
        self._note(day, amount, balance)
        if before is None:
            return
        after, earlier = before[1] + amount, before[1] - before[0]
        is_oldest_first = self._may_be_oldest_first and after == balance
        is_newest_first = self._may_be_newest_first and earlier == balance
        if not is_oldest_first and not is_newest_first:
            values = {
                "found": format_minor(balance, currency),
                "expected": format_minor(after if self._may_be_oldest_first else earlier, currency),
                "currency": currency,
            }
            raise RowRefused(Problem(WRONG_BALANCE, values))
        self._may_be_oldest_first, self._may_be_newest_first = is_oldest_first, is_newest_first

    def _note(self, day: date, amount: int, balance: int) -> None:
        known = self.days.get(day)
        if known is None:
            known = self._last_day = self.days[day] = Day(balance, amount, balance, amount)
            return
        if self._last_day is not known:
            known.is_whole, self._last_day = False, known
        known.last_balance, known.last_amount = balance, amount

    def of(self, day: date) -> tuple[int | None, int | None]:
        """Opening and closing balance of a booking date; None where they cannot be known."""
        known = self.days.get(day)
        if known is None or not known.is_whole:
            return None, None
        if self._may_be_oldest_first:
            return known.first_balance - known.first_amount, known.last_balance
        return known.last_balance - known.last_amount, known.first_balance
