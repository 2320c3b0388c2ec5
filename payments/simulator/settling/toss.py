"""Toss Payments settles every sold date by itself and pays three business days later, without saying what it pays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from payments.simulator.settling.deliveries import Draft, Habits, deliver
from payments.simulator.settling.lines import copy_of, line_of
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Fault, Line, Movement, StatedPayout

HABITS: Final = Habits(late_share=0.04, corrected_share=0.07, copied_share=0.06, longest_delay=2)


class TossBooks:
    """The sold date that is open."""

    def __init__(self, seed: int, plan: ProviderPlan) -> None:
        self.seed = seed
        self.plan = plan
        self._today: list[Movement] = []

    def take_in(self, movements: Iterable[Movement]) -> None:
        """Book the movements of one day."""
        self._today = list(movements)

    def note_unknown(self, day: date, number: int) -> None:
        """Toss lists payments and cancels alone. Raises ValueError."""
        raise ValueError(f"Toss has no lines of other kinds ({number} on {day})")

    def close(self, day: date) -> Document | None:
        """Return the statement of the day, or None when nothing was sold."""
        return _settle_day(self.seed, self.plan, day, self._today)


def _settle_day(seed: int, plan: ProviderPlan, day: date, movements: Sequence[Movement]) -> Document | None:
    paid_on = plan.paid_on(day)
    payout_key = f"{plan.account_name}/{paid_on}"
    lines: list[Line] = []
    for movement in sorted(movements, key=lambda one: (one.occurred_at, one.movement_key)):
        if movement.fault is Fault.UNSTATED:
            continue
        line = line_of(seed, plan, movement, sold_on=day, booked_on=day)
        line.payout_key, line.paid_on = payout_key, paid_on
        lines.append(line)
        if movement.fault is Fault.DUPLICATE:
            lines.append(copy_of(line, day))
    if not lines:
        return None
    draft = Draft(plan.code, f"{plan.account_name}/{day}/{paid_on}", str(day), day, day, lines)
    return deliver(seed, draft, HABITS, lambda listed: _payouts(plan, payout_key, paid_on, listed))


def _payouts(plan: ProviderPlan, payout_key: str, paid_on: date, lines: Sequence[Line]) -> list[StatedPayout]:
    """What these lines add to the payout of their date."""
    return [StatedPayout(payout_key, plan.currency, sum(line.net for line in lines), paid_on, is_stated=False)]
