"""Naver pays part of a sale before delivery, claws that back when the buyer confirms, and settles the sale then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Final

from payments.calendars import add_business_days
from payments.facts import LineKind, MovementKind
from payments.simulator.settling.deliveries import Draft, Habits, deliver
from payments.simulator.settling.lines import copy_of, line_of
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Charges, Document, Fault, Line, Movement, StatedPayout

# No corrections: a payout here is the sum of its lines, and the bank has paid the right sum already.
HABITS: Final = Habits(late_share=0.06, corrected_share=0.0, copied_share=0.06, longest_delay=2)
_DAYS_TO_REFUND: Final = 2
_UNKNOWN: Final = "BENEFIT_SETTLE_ADJUST"


class NaverBooks:
    """What Naver still has to settle, by the business day on which it will."""

    def __init__(self, seed: int, plan: ProviderPlan) -> None:
        self.seed = seed
        self.plan = plan
        self._due: dict[date, list[Line]] = {}
        self._confirmed_on: dict[str, date] = {}

    def take_in(self, movements: Iterable[Movement]) -> None:
        """Book the movements of one day: each becomes lines of later business days."""
        for movement in movements:
            if movement.kind is MovementKind.CAPTURE:
                self._sell(movement)
            else:
                self._refund(movement)

    def note_unknown(self, day: date, number: int) -> None:
        """Book an extra line that no documentation explains."""
        settled_on = add_business_days(day, 1, self.plan.schedule.country)
        key = f"99{day:%y%m%d}{number:08d}"
        amount = -1_000 * (7 + number)
        self._add(
            settled_on,
            Line(
                kind=LineKind.UNKNOWN,
                line_key="",
                provider_key=key,
                payment_reference="",
                merchant_reference=f"NV-{day:%y%m%d}-ADJ{number}",
                method=self.plan.offerings[0].provider_names[0],
                currency=self.plan.currency,
                gross=amount,
                net_currency=self.plan.currency,
                gross_settled=amount,
                charges=Charges(),
                occurred_at=_noon(day),
                occurred_on=day,
                booked_on=settled_on,
                words=_UNKNOWN,
            ),
        )

    def close(self, day: date) -> Document | None:
        """Return the statement of a business day, or None when there is nothing to settle."""
        lines = self._due.pop(day, [])
        if not lines:
            return None
        payout_key = f"NPAY{day:%Y%m%d}"
        for line in lines:
            line.payout_key, line.paid_on = payout_key, day
        draft = Draft(self.plan.code, payout_key, str(day), day, day, lines)
        return deliver(self.seed, draft, HABITS, lambda listed: self._payouts(payout_key, day, listed))

    def _sell(self, movement: Movement) -> None:
        country = self.plan.schedule.country
        settled_on = add_business_days(movement.occurred_on, movement.settles_after, country)
        self._confirmed_on[movement.merchant_reference] = settled_on
        if movement.fault is Fault.UNSTATED:
            return
        line = self._line(movement, settled_on, "NORMAL_SETTLE_ORIGINAL")
        if movement.is_advanced:
            advanced_on = add_business_days(movement.occurred_on, 1, country)
            # Nine tenths: were it all, many a day would net to nothing and have no payout.
            advance = line.net - line.net // 10
            self._add(advanced_on, _advance(line, advance, advanced_on))
            self._add(settled_on, _advance(line, -advance, settled_on))
        self._add(settled_on, line)
        if movement.fault is Fault.DUPLICATE:
            self._add(settled_on, copy_of(line, settled_on))

    def _refund(self, movement: Movement) -> None:
        confirmed_on = self._confirmed_on.get(movement.merchant_reference, movement.occurred_on)
        is_early = movement.occurred_on <= confirmed_on
        refunded_on = add_business_days(movement.occurred_on, _DAYS_TO_REFUND, self.plan.schedule.country)
        settled_on = max(confirmed_on, refunded_on)
        if movement.fault is Fault.UNSTATED:
            return
        line = self._line(
            movement, settled_on, "NORMAL_SETTLE_BEFORE_CANCEL" if is_early else "NORMAL_SETTLE_AFTER_CANCEL"
        )
        self._add(settled_on, line)
        if movement.fault is Fault.DUPLICATE:
            self._add(settled_on, copy_of(line, settled_on))

    def _line(self, movement: Movement, settled_on: date, words: str) -> Line:
        line = line_of(self.seed, self.plan, movement, sold_on=movement.occurred_on, booked_on=settled_on)
        line.words = words
        return line

    def _add(self, day: date, line: Line) -> None:
        self._due.setdefault(day, []).append(line)

    def _payouts(self, payout_key: str, day: date, lines: Sequence[Line]) -> list[StatedPayout]:
        total = sum(line.net for line in lines)
        return [StatedPayout(payout_key, self.plan.currency, total, day, is_stated=False)]


def _advance(line: Line, amount: int, day: date) -> Line:
    """The advance on a sale, or its claw-back when the amount is negative."""
    return replace(
        line,
        line_key="",
        kind=LineKind.RESERVE_RELEASE if amount > 0 else LineKind.RESERVE_HOLD,
        gross=amount,
        gross_settled=amount,
        charges=Charges(),
        booked_on=day,
        words="QUICK_SETTLE_ORIGINAL" if amount > 0 else "QUICK_SETTLE_CANCEL",
        movement=None,
    )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(3, 0), tzinfo=UTC)
