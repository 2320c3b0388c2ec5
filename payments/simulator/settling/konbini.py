"""The Japanese provider closes its week on Sunday, knows no keys, and pays on Friday less the fee of its transfer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from payments.calendars import closing_date
from payments.facts import LineKind, MovementKind
from payments.simulator.chance import chance
from payments.simulator.fates import is_residual_due
from payments.simulator.settling.deliveries import Draft, Habits, deliver
from payments.simulator.settling.lines import line_of
from payments.simulator.settling.standing import charges_of, charging_of
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Charges, Document, Fault, Line, Movement, StatedPayout

HABITS: Final = Habits(late_share=0.12, corrected_share=0.15, copied_share=0.15, longest_delay=3)
_RESIDUAL: Final = 880
_SUNDAY: Final = 6
_REPORTED_LATER_SHARE: Final = 0.25


class KonbiniBooks:
    """The week that is open."""

    def __init__(self, seed: int, plan: ProviderPlan) -> None:
        self.seed = seed
        self.plan = plan
        self._week: list[Line] = []

    def take_in(self, movements: Iterable[Movement]) -> None:
        """Book the movements of one day."""
        for movement in movements:
            if movement.fault is Fault.UNSTATED:
                continue
            self._book(movement, 0)
            if movement.fault is Fault.LISTED_TWICE:
                self._book(movement, 1)

    def note_unknown(self, day: date, number: int) -> None:
        """Book an extra line that no documentation explains."""
        self._week.append(
            self._plain_line(LineKind.UNKNOWN, day, f"TR9{day:%y%m%d}{number:03d}", -(330 + 110 * number), "特別調整")
        )

    def close(self, day: date) -> Document | None:
        """Return the statement of the week that ends on a day, or None when none does or nothing happened in it."""
        return self._close_week(day) if day.weekday() == _SUNDAY else None

    def _close_week(self, sunday: date) -> Document | None:
        lines, self._week = self._week, []
        if not lines:
            return None
        paid_on = self.plan.paid_on(sunday)
        payout_key = f"SBPS{paid_on:%Y%m%d}"
        lines.sort(key=lambda line: (line.occurred_on, line.line_key))
        lines += self._transfer_fee_lines(sunday, paid_on, payout_key)
        paid = sum(line.net for line in lines)
        if paid > 0 and is_residual_due(self.seed, self.plan, paid_on):
            paid -= min(_RESIDUAL, paid // 3 + 1)
        lines.append(self._plain_line(LineKind.PAYOUT, sunday, f"PO{paid_on:%Y%m%d}", -paid, "入金"))
        for line in lines:
            line.payout_key, line.paid_on = payout_key, paid_on
        draft = Draft(self.plan.code, payout_key, f"{sunday:%Y%m%d}", sunday, sunday + timedelta(days=1), lines)
        return deliver(self.seed, draft, HABITS, lambda listed: _payouts(paid_on, listed))

    def _book(self, movement: Movement, copy: int) -> None:
        generator = chance(self.seed, "reported", movement.movement_key)
        dated_on = movement.occurred_on
        if movement.kind is MovementKind.CAPTURE and generator.random() < _REPORTED_LATER_SHARE:
            # Shops report late, but never into the next week: its payout would come after the contract's date.
            closes_on = closing_date(dated_on, self.plan.payout_terms)
            dated_on = min(dated_on + timedelta(days=generator.randint(1, 3)), closes_on)
        line = line_of(self.seed, self.plan, movement, sold_on=movement.occurred_on, booked_on=dated_on)
        line.line_key = f"TR{generator.randrange(10**9):09d}{copy}"
        line.occurred_on = dated_on
        line.words = "売上" if movement.kind is MovementKind.CAPTURE else "返金"
        self._week.append(line)

    def _transfer_fee_lines(self, sunday: date, paid_on: date, payout_key: str) -> list[Line]:
        contract, lines = self.plan.default_contract, []
        charging = charging_of(self.seed, self.plan, payout_key)
        for place, charges in enumerate(charges_of(contract, contract.transfer_fee_minor, charging)):
            key = f"TF{paid_on:%Y%m%d}" + ("B" if place else "")
            line = self._plain_line(LineKind.FEE, sunday, key, 0, "振込手数料")
            line.charges = charges
            lines.append(line)
        return lines

    def _plain_line(self, kind: LineKind, day: date, key: str, amount: int, words: str) -> Line:
        """A line that belongs to no order."""
        return Line(
            kind=kind,
            line_key=key,
            provider_key="",
            payment_reference="",
            merchant_reference="",
            method="",
            currency=self.plan.currency,
            gross=amount,
            net_currency=self.plan.currency,
            gross_settled=amount,
            charges=Charges(),
            occurred_at=datetime.combine(day, time(23, 0), tzinfo=ZoneInfo(self.plan.zone)),
            occurred_on=day,
            booked_on=day,
            words=words,
        )


def _payouts(paid_on: date, lines: Sequence[Line]) -> list[StatedPayout]:
    return [
        StatedPayout(line.payout_key, line.net_currency, -line.net, paid_on, is_stated=True)
        for line in lines
        if line.kind is LineKind.PAYOUT
    ]
