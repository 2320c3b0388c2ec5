"""Adyen collects what is due on a payout date into a numbered batch, and pays it out or carries it to the next one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from payments.facts import LineKind
from payments.money import Rounding, share_of
from payments.simulator.fates import Fate, fate_of, is_residual_due
from payments.simulator.settling.deliveries import Draft, Habits, deliver
from payments.simulator.settling.lines import copy_of, line_of, plain_line
from payments.simulator.settling.reserves import ReserveAct, reserve_act
from payments.simulator.settling.standing import charges_of, charging_of, is_threshold_ignored
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Fault, Line, Movement, StatedPayout

HABITS: Final = Habits(late_share=0.05, corrected_share=0.07, copied_share=0.06, longest_delay=3)
_FIRST_BATCH: Final = {"adyen-jp": 7301, "adyen-eu": 3201}
_RESIDUAL: Final = {"JPY": 2_750, "EUR": 1_845}
_UNKNOWN_TYPE: Final = "SchemeIncentive"


class AdyenBooks:
    """The open batches of one merchant account, by the date on which they will be paid out."""

    def __init__(self, seed: int, plan: ProviderPlan) -> None:
        self.seed = seed
        self.plan = plan
        self.batch = _FIRST_BATCH[plan.code] - 1
        self._due: dict[date, list[Line]] = {}
        self._copies: list[Line] = []
        self._carried = 0
        self._reserved = 0
        self._returned: tuple[str, int] | None = None
        self._last_closed_on: date | None = None

    def take_in(self, movements: Iterable[Movement]) -> None:
        """Book the movements of one day into the batch of their payout date."""
        for movement in movements:
            if movement.fault is Fault.UNSTATED:
                continue
            paid_on = self.plan.paid_on(movement.occurred_on)
            self._due.setdefault(paid_on, []).append(
                line_of(self.seed, self.plan, movement, sold_on=movement.occurred_on, booked_on=paid_on)
            )

    def note_unknown(self, day: date, number: int) -> None:
        """Book an extra line of a type that no documentation lists."""
        paid_on = self.plan.paid_on(day)
        amount = (420 + 35 * number) * (1 if self.plan.currency == "EUR" else 3)
        line = plain_line(self.plan, LineKind.UNKNOWN, day, amount, _UNKNOWN_TYPE)
        line.merchant_reference = f"incentive-{day:%Y%m%d}-{number}"
        line.booked_on = paid_on
        self._due.setdefault(paid_on, []).append(line)

    def close(self, day: date) -> Document | None:
        """Return the batch of a payout date, or None when there is nothing in it."""
        due = self._due.pop(day, [])
        if not due:
            return None
        self.batch += 1
        lines = [*self._opening_lines(day), *sorted(due, key=lambda line: (line.occurred_at, line.line_key))]
        lines += [copy_of(line, day) for line in self._copies]
        self._copies = [line for line in due if line.movement and line.movement.fault is Fault.DUPLICATE]
        lines += self._reserve_lines(day, sum(line.net for line in lines))
        total = sum(line.net for line in lines)
        lines.append(self._closing_line(day, total))
        for line in lines:
            line.payout_key = str(self.batch)
        self._last_closed_on = day
        draft = Draft(self.plan.code, f"{self.plan.account_name}/{self.batch}", str(self.batch), day, day, lines)
        return deliver(self.seed, draft, HABITS, lambda listed: self._payouts(day, listed))

    def _opening_lines(self, day: date) -> list[Line]:
        """What the batch begins with: the balance carried over, a payout that came back, the fee of last month."""
        lines = []
        if self._carried:
            words = f"Balancetransfer from batch {self.batch - 1}"
            lines.append(plain_line(self.plan, LineKind.CARRY_IN, day, self._carried, words))
            self._carried = 0
        if self._returned:
            batch, amount = self._returned
            lines.append(
                plain_line(self.plan, LineKind.PAYOUT_RETURN, day, amount, f"Payout of batch {batch} returned")
            )
            self._returned = None
        if self._last_closed_on and self._last_closed_on.month != day.month:
            lines += self._monthly_fee_lines(day, f"Transaction Fees {self._last_closed_on:%B %Y}")
        return lines

    def _monthly_fee_lines(self, day: date, words: str) -> list[Line]:
        contract, lines = self.plan.default_contract, []
        charging = charging_of(self.seed, self.plan, f"{day:%Y-%m}")
        for charges in charges_of(contract, contract.monthly_fee_minor, charging):
            line = plain_line(self.plan, LineKind.FEE, day, 0, words)
            line.charges = charges
            lines.append(line)
        return lines

    def _reserve_lines(self, day: date, total: int) -> list[Line]:
        """A reserve withheld from this batch, sometimes more than is in it, or one given back."""
        act = reserve_act(self.seed, self.plan.code, day)
        if act is ReserveAct.RELEASE and self._reserved:
            amount, self._reserved = self._reserved, 0
            return [plain_line(self.plan, LineKind.RESERVE_RELEASE, day, amount, "Deposit released")]
        if act in (ReserveAct.RELEASE, ReserveAct.NONE) or total <= 0:
            return []
        threshold = self.plan.default_contract.payout_threshold_minor
        held = {
            ReserveAct.HOLD_PART: share_of(total, 1_000, Rounding.HALF_UP),
            ReserveAct.HOLD_ALMOST_ALL: total - min(threshold // 2 + 1, total - 1),
            ReserveAct.HOLD_MORE: total + threshold * 3,
        }[act]
        if held <= 0:
            return []
        self._reserved += held
        return [plain_line(self.plan, LineKind.RESERVE_HOLD, day, -held, "Deposit withheld")]

    def _closing_line(self, day: date, total: int) -> Line:
        """The payout of the batch; a balance below the threshold, or in Europe below zero, goes to the next one.

        Now and then the threshold is ignored.
        """
        threshold = self.plan.default_contract.payout_threshold_minor
        is_negative_paid = total < 0 and self.plan.currency == "JPY"
        is_ignored = total > 0 and is_threshold_ignored(self.seed, self.plan, day, total)
        if (total < threshold) != is_ignored and not is_negative_paid:
            self._carried = total
            return plain_line(self.plan, LineKind.CARRY_OUT, day, -total, f"Balancetransfer to batch {self.batch + 1}")
        fate = fate_of(self.seed, self.plan, day)
        if total > 0 and fate is Fate.PAID and is_residual_due(self.seed, self.plan, day):
            total -= min(_RESIDUAL[self.plan.currency], total // 3 + 1)
        if total > 0 and fate is Fate.RETURNED:
            self._returned = (str(self.batch), total)
        return plain_line(
            self.plan, LineKind.PAYOUT, day, -total, f"TX{self.batch}XT batch {self.batch}, {self.plan.account_name}"
        )

    def _payouts(self, day: date, lines: Sequence[Line]) -> list[StatedPayout]:
        return [
            StatedPayout(line.payout_key, line.net_currency, -line.net, day, is_stated=True)
            for line in lines
            if line.kind is LineKind.PAYOUT
        ]
