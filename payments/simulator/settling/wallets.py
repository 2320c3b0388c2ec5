"""Accounts with a balance of their own: a statement is a day, and what is withdrawn names none of its lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from payments.calendars import is_business_day
from payments.facts import LineKind
from payments.simulator.chance import chance
from payments.simulator.fates import Fate, fate_of
from payments.simulator.references import filled
from payments.simulator.rendering.mollie_balance import total_key
from payments.simulator.settling.accounts import AccountBooks
from payments.simulator.settling.deliveries import Draft, Habits, deliver
from payments.simulator.settling.lines import copy_of, line_of, plain_line
from payments.simulator.terms import Practice, ProviderPlan
from payments.simulator.world import Document, Fault, Line, Movement, StatedPayout

HABITS: Final = Habits(late_share=0.06, corrected_share=0.08, copied_share=0.06, longest_delay=3)
_WITHDRAWN_ON: Final = frozenset({0, 2, 4})
"""Weekdays on which the balance is sent to the bank."""
_TWO_ON_A_DAY_SHARE: Final = 0.3
"""Of the days on which somebody sends money by hand: a second payout follows the first."""


class WalletBooks(AccountBooks):
    """The balance of one account, from day to day."""

    _balance = 0

    def __init__(self, seed: int, plan: ProviderPlan, practice: Practice) -> None:
        super().__init__(seed, plan, practice)
        self._failed: list[tuple[str, int]] = []

    def take_in(self, movements: Iterable[Movement]) -> None:
        """Book the movements of one day."""
        for movement in movements:
            if movement.fault is Fault.UNSTATED:
                continue
            day = movement.occurred_on
            line = line_of(self.seed, self.plan, movement, sold_on=day, booked_on=day)
            copies = [copy_of(line, day)] if movement.fault is Fault.DUPLICATE else []
            self._due.setdefault(day, []).extend([line, *copies])

    def note_unknown(self, day: date, number: int) -> None:
        """Book an extra line of a type that no documentation lists."""
        self._due.setdefault(day, []).append(self._unknown_line(day, number))

    def close(self, day: date) -> Document | None:
        """Return what happened on a day, or None where nothing did."""
        lines = sorted(self._due.pop(day, []), key=lambda line: (line.occurred_at, line.line_key))
        if not lines:
            return None
        opened = self._balance
        lines = [*self._returns(day), *lines]
        self._balance += sum(line.net for line in lines)
        if day.weekday() in _WITHDRAWN_ON and is_business_day(day, self.plan.country):
            lines += [
                self._withdrawal(day, number, amount) for number, amount in enumerate(self._amounts(day)) if amount
            ]
        statement_key = self.practice.statement.format(day=day, account=self.plan.account_name)
        if self.practice.has_totals:
            lines = self._between_balances(day, opened, lines, statement_key)
        draft = Draft(self.plan.code, statement_key, f"{day:%Y%m%d}", day, day + timedelta(days=1), lines)
        habits = replace(HABITS, corrected_share=0.0) if self.practice.has_totals else HABITS
        return deliver(self.seed, draft, habits, lambda listed: _withdrawn(day, listed))

    def _between_balances(self, day: date, opened: int, lines: Sequence[Line], key: str) -> list[Line]:
        """The lines of a report of totals, which tells of the balances too and calls its payout by its own key."""
        carried = ((LineKind.CARRY_IN, opened), (LineKind.CARRY_OUT, -self._balance))
        opening, closing = (
            [plain_line(self.plan, kind, day, amount, "balance")] if amount else [] for kind, amount in carried
        )
        told = [*opening, *lines, *closing]
        for line in told:
            line.provider_key = line.merchant_reference = ""
            line.line_key, line.payout_key = total_key(line), key
        return told

    def _amounts(self, day: date) -> list[int]:
        """What is withdrawn on a day, in minor units: all there is, or by hand what somebody thinks fit."""
        if self._balance <= 0:
            return []
        if not self.practice.is_withdrawn_by_hand:
            return [self._balance]
        luck = chance(self.seed, "by hand", self.plan.code, day)
        first = self._balance * luck.randint(30, 95) // 100
        return [first, (self._balance - first) // 2] if luck.random() < _TWO_ON_A_DAY_SHARE else [first]

    def _withdrawal(self, day: date, number: int, amount: int) -> Line:
        line = plain_line(self.plan, LineKind.PAYOUT, day, -amount, "withdrawal")
        luck = chance(self.seed, "withdrawal", self.plan.code, day, *([number] if number else []))
        line.payout_key = filled(self.practice.payout, luck)
        line.line_key = filled(self.practice.line, luck) or line.payout_key
        self._balance -= amount
        if self.practice.is_withdrawn_by_hand and fate_of(self.seed, self.plan, day) is Fate.RETURNED:
            self._failed.append((line.payout_key, amount))
        return line

    def _returns(self, day: date) -> list[Line]:
        """The payouts that failed since the last day: they are in the balance again, until somebody sends it."""
        lines = []
        for payout_key, amount in self._failed:
            line = plain_line(self.plan, LineKind.PAYOUT_RETURN, day, amount, f"Payout {payout_key} failed")
            line.payout_key = payout_key
            line.line_key = filled(self.practice.line, chance(self.seed, "failed", self.plan.code, payout_key))
            lines.append(line)
        self._failed.clear()
        return lines


def _withdrawn(day: date, lines: Sequence[Line]) -> list[StatedPayout]:
    return [
        StatedPayout(line.payout_key, line.net_currency, -line.net, day, is_stated=True)
        for line in lines
        if line.kind is LineKind.PAYOUT
    ]
