"""The further providers: what is due on a payout date becomes one statement, with whatever its practice adds to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from payments.calendars import Cycle, closing_date
from payments.facts import LineKind, MovementKind
from payments.money import Rounding, share_of
from payments.simulator.chance import chance
from payments.simulator.fates import Fate, fate_of, is_residual_due
from payments.simulator.references import filled
from payments.simulator.rendering.mollie import total_key
from payments.simulator.settling.deliveries import Draft, Habits, deliver
from payments.simulator.settling.lines import copy_of, line_of, plain_line
from payments.simulator.settling.reserves import ReserveAct, reserve_act
from payments.simulator.settling.standing import charges_of, charging_of, is_threshold_ignored
from payments.simulator.terms import Practice, ProviderPlan
from payments.simulator.world import Charges, Document, Fault, Line, Movement, StatedPayout

_RESIDUAL_PARTS: Final = 29
"""A payout that is short is short by such a part of itself."""


class AccountBooks:
    """The account of one further provider, by the payout date of what is in it."""

    def __init__(self, seed: int, plan: ProviderPlan, practice: Practice) -> None:
        self.seed = seed
        self.plan = plan
        self.practice = practice
        self._number = practice.first_number - 1
        self._due: dict[date, list[Line]] = {}
        self._copies: list[Line] = []
        self._carried = 0
        self._reserved = 0
        self._returned: tuple[str, int] | None = None
        self._last_closed_on: date | None = None

    def take_in(self, movements: Iterable[Movement]) -> None:
        """Book the movements of one day."""
        for movement in movements:
            if movement.fault is Fault.UNSTATED:
                continue
            self._book(movement, 0)
            if movement.fault is Fault.LISTED_TWICE:
                self._book(movement, 1)

    def note_unknown(self, day: date, number: int) -> None:
        """Book an extra line of a type that no documentation lists."""
        self._due.setdefault(self.plan.paid_on(day), []).append(self._unknown_line(day, number))

    def _unknown_line(self, day: date, number: int) -> Line:
        line = plain_line(self.plan, LineKind.UNKNOWN, day, self._small(370 + 35 * number), self.practice.unknown)
        luck = chance(self.seed, "further unknown", self.plan.code, day, number)
        pattern = self.practice.line or self.practice.keys.get(MovementKind.CAPTURE, "")
        line.line_key = filled(pattern, luck) or f"{self.practice.prefix}X{day:%y%m%d}{number}"
        line.merchant_reference = f"adjust-{day:%y%m%d}-{number}"
        line.occurred_at = datetime.combine(day, time(12), tzinfo=ZoneInfo(self.plan.zone))
        return line

    def close(self, day: date) -> Document | None:
        """Return the statement that is made on a day, or None: at the end of a week, else on the payout date."""
        is_weekly = self.plan.schedule.cycle is Cycle.WEEKLY
        if is_weekly and closing_date(day, self.plan.payout_terms) != day:
            return None
        paid_on = self.plan.paid_on(day) if is_weekly else day
        due = self._due.pop(paid_on, [])
        if not due:
            return None
        self._number += 1
        lines = [*self._opening_lines(day), *sorted(due, key=lambda line: (line.occurred_at, line.line_key))]
        lines += [copy_of(line, day) for line in self._copies]
        self._copies = [line for line in due if line.movement and line.movement.fault is Fault.DUPLICATE]
        names = {"number": self._number, "paid_on": paid_on, "currency": self.plan.currency}
        payout_key = self.practice.payout.format(**names, account=self.plan.account_name)
        lines += self._reserve_lines(day, sum(line.net for line in lines))
        stated = self._closed(day, paid_on, lines, payout_key)
        for place, line in enumerate(lines):
            line.payout_key, line.paid_on = payout_key, paid_on
            line.booked_on = line.occurred_on if self.practice.booking == "event" else day
            if self.practice.has_totals:
                line.provider_key = line.merchant_reference = ""
                line.line_key = total_key(line)
            line.line_key = line.line_key or f"L{self._number:05d}{place:04d}"
        self._last_closed_on = day
        statement_key = self.practice.statement.format(payout=payout_key, day=day, account=self.plan.account_name)
        booked_on = max(line.booked_on for line in lines)
        delivered_on = day + timedelta(days=1) if is_weekly else day
        draft = Draft(self.plan.code, statement_key, f"{day:%Y%m%d}", booked_on, delivered_on, lines)
        return deliver(self.seed, draft, self._habits(), lambda listed: self._payouts(paid_on, listed, stated))

    def _habits(self) -> Habits:
        # A payout that is the sum of its lines and paid with its statement is paid rightly: there is no correcting it.
        # A total that is wrong at first would have a wrong fee too.
        can_correct = not self.practice.has_totals and self.practice.stating != "sum"
        can_correct = can_correct or self.plan.schedule.cycle is Cycle.WEEKLY
        return Habits(late_share=0.06, corrected_share=0.08 if can_correct else 0.0, copied_share=0.06, longest_delay=3)

    def _book(self, movement: Movement, copy: int) -> None:
        paid_on = self.plan.paid_on(movement.occurred_on)
        line = line_of(self.seed, self.plan, movement, sold_on=movement.occurred_on, booked_on=paid_on)
        luck = chance(self.seed, "further line", movement.movement_key, copy)
        if self.practice.line:
            line.line_key = filled(self.practice.line, luck)
        elif not self.plan.has_keys:
            line.line_key = f"{self.practice.prefix}{luck.randrange(10**9):09d}{copy}"
        self._due.setdefault(paid_on, []).append(line)

    def _opening_lines(self, day: date) -> list[Line]:
        """What the statement begins with: a balance carried over, a payout that came back, the fee of last month."""
        lines = []
        if self._carried:
            lines.append(plain_line(self.plan, LineKind.CARRY_IN, day, self._carried, "carried in"))
            self._carried = 0
        if self._returned:
            payout_key, amount = self._returned
            lines.append(plain_line(self.plan, LineKind.PAYOUT_RETURN, day, amount, f"Payout {payout_key} returned"))
            self._returned = None
        if self._last_closed_on and self._last_closed_on.month != day.month:
            contract = self.plan.default_contract
            charging = charging_of(self.seed, self.plan, f"{day:%Y-%m}")
            words = self.practice.monthly_words
            lines += self._fee_lines(day, words, charges_of(contract, contract.monthly_fee_minor, charging))
        return lines

    def _transfer_fee_lines(self, day: date, payout_key: str) -> list[Line]:
        contract = self.plan.default_contract
        charging = charging_of(self.seed, self.plan, payout_key)
        return self._fee_lines(
            day, self.practice.transfer_words, charges_of(contract, contract.transfer_fee_minor, charging)
        )

    def _fee_lines(self, day: date, words: str, charged: Sequence[Charges]) -> list[Line]:
        lines = []
        for charges in charged:
            line = plain_line(self.plan, LineKind.FEE, day, 0, words)
            line.charges = charges
            lines.append(line)
        return lines

    def _reserve_lines(self, day: date, total: int) -> list[Line]:
        """A reserve withheld, sometimes more than there is, or one given back."""
        act = reserve_act(self.seed, self.plan.code, day) if self.practice.has_reserve else ReserveAct.NONE
        if act is ReserveAct.RELEASE and self._reserved:
            amount, self._reserved = self._reserved, 0
            return [plain_line(self.plan, LineKind.RESERVE_RELEASE, day, amount, "reserve released")]
        if act in (ReserveAct.RELEASE, ReserveAct.NONE) or total <= 0:
            return []
        held = total + self._small(2_500)
        if act is not ReserveAct.HOLD_MORE:
            held = share_of(total, 1_000, Rounding.HALF_UP)
        self._reserved += held
        return [plain_line(self.plan, LineKind.RESERVE_HOLD, day, -held, "reserve withheld")] if held else []

    def _closed(self, day: date, paid_on: date, lines: list[Line], payout_key: str) -> int | None:
        """Add how the account ends, a payout or a balance carried over; return what is paid, None where nothing is."""
        carried, transfer_fees = sum(line.net for line in lines), self._transfer_fee_lines(day, payout_key)
        total = carried + sum(line.net for line in transfer_fees)
        threshold = self.plan.default_contract.payout_threshold_minor
        is_ignored = bool(threshold) and total > 0 and is_threshold_ignored(self.seed, self.plan, day, total)
        is_kept = total < 0 if total <= 0 else (total < threshold) != is_ignored
        if is_kept and self.practice.has_carries and not (total < 0 and self.practice.is_negative_taken):
            self._carried = carried
            lines.append(plain_line(self.plan, LineKind.CARRY_OUT, day, -carried, "carried out"))
            return None
        lines += transfer_fees
        fate = fate_of(self.seed, self.plan, paid_on)
        if total > 0 and fate is Fate.PAID and is_residual_due(self.seed, self.plan, paid_on):
            total -= total // _RESIDUAL_PARTS + 1
        if total > 0 and fate is Fate.RETURNED:
            self._returned = (payout_key, total)
        if self.practice.stating == "lines":
            lines.append(plain_line(self.plan, LineKind.PAYOUT, day, -total, payout_key))
        return total

    def _payouts(self, paid_on: date, lines: Sequence[Line], stated: int | None) -> list[StatedPayout]:
        is_stated = stated is not None and self.practice.stating != "sum"
        if stated is None and self.plan.adapter != "mapped":
            return []
        is_exact = stated is not None and self.practice.stating in ("lines", "header")
        total = stated if stated is not None and is_exact else sum(line.net for line in lines)
        return [StatedPayout(lines[0].payout_key, self.plan.currency, total, paid_on, is_stated)]

    def _small(self, amount: int) -> int:
        """A small amount of the account's currency, given in hundredths of it or in tens of won."""
        return amount * 10 if self.plan.currency == "KRW" else amount
