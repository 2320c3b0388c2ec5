"""How our bank accounts see the payouts: credited, delayed, lost, split, joined, and among everything else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from payments.calendars import add_business_days, is_business_day
from payments.simulator.chance import chance, week_of
from payments.simulator.company import daily_life, opening_balance
from payments.simulator.fates import Fate, fate_of
from payments.simulator.terms import Account, ProviderPlan
from payments.simulator.world import BankDocument, BankEntry, StatedPayout

_CREDITED_NEXT_DAY_SHARE: Final = 0.12
_LATE_STATEMENT_SHARE: Final = 0.04
_COPIED_STATEMENT_SHARE: Final = 0.05
_KEPT_ON_THE_WAY: Final = {"EUR": 1_250, "KRW": 5_000, "JPY": 1_500, "USD": 1_500}
_WEEKS_BETWEEN_LOST_STATEMENTS: Final = 4
_LOST_SHARE: Final = 0.12
"""Of the weeks of a further account."""


@dataclass(slots=True)
class BankBooks:
    """One bank account from day to day."""

    seed: int
    account: Account
    plans: dict[str, ProviderPlan]
    """The providers that pay to it."""
    has_doubles: bool = False
    """Whether the company pays many things twice on a day, and the bank gives both one reference."""
    balance: int = 0
    sequence: int = 0
    _waiting: dict[date, list[BankEntry]] = field(default_factory=dict)
    _joined: dict[str, tuple[date, StatedPayout]] = field(default_factory=dict)
    """Payouts that come in one credit with the next one of the provider, and the day of that."""

    def __post_init__(self) -> None:
        self.balance = opening_balance(self.account.currency)

    def receive(self, plan: ProviderPlan, payout: StatedPayout) -> None:
        """Take in a payout on its payout date; call it before `close_day` of the same date."""
        held = self._joined.pop(plan.code, None)
        if payout.amount == 0:
            self._credit_alone(plan, held)
            return
        fate = fate_of(self.seed, plan, payout.paid_on)
        if held and held[0] == payout.paid_on and fate is Fate.PAID and min(payout.amount, held[1].amount) > 0:
            self._book(plan, payout.paid_on, [held[1], payout], held[1].amount + payout.amount)
            return
        self._credit_alone(plan, held)
        match fate:
            case Fate.LOST | Fate.RETURNED:
                return
            case Fate.LATE:
                again_on = add_business_days(
                    payout.paid_on, self._number("again", plan, payout, 3, 6), self.account.country
                )
                self._book(plan, again_on, [payout], payout.amount)
            case Fate.SHORT if payout.amount > 0:
                self._book(plan, payout.paid_on, [payout], payout.amount - kept_by_bank(payout))
            case Fate.SPLIT:
                part = payout.amount * self._number("part", plan, payout, 35, 65) // 100
                self._book(plan, payout.paid_on, [payout], part).is_part = True
                self._book(plan, payout.paid_on, [payout], payout.amount - part).is_part = True
            case Fate.JOINED:
                self._joined[plan.code] = (add_business_days(payout.paid_on, 1, self.account.country), payout)
            case _:
                self._book(plan, self._credited_on(plan, payout), [payout], payout.amount)

    def close_day(self, day: date) -> BankDocument | None:
        """Return the statement of a day, or None when nothing was booked."""
        for code in [code for code, (joined_on, _) in self._joined.items() if joined_on == day]:
            self._credit_alone(self.plans[code], self._joined.pop(code))
        entries = self._waiting.pop(day, [])
        if is_business_day(day, self.account.country):
            entries += self._daily_life(day)
        if not entries:
            return None
        chance(self.seed, "bank order", self.account.code, day).shuffle(entries)
        # Both parts of a split payout come at the end: a report during the day never shows one of them alone.
        entries.sort(key=lambda entry: entry.is_part)
        self.sequence += 1
        document = BankDocument(self.account.code, day, self.sequence, self.balance, entries, day)
        self.balance = document.closing_balance
        self._deliver(document)
        return document

    def _daily_life(self, day: date) -> list[BankEntry]:
        entries = daily_life(self.seed, self.account, day)
        doubled = entries[:2] if self.has_doubles else []
        return entries + [replace(entry) for entry in doubled]

    def _deliver(self, document: BankDocument) -> None:
        generator = chance(self.seed, "bank delivery", self.account.code, document.booked_on)
        luck, delay = generator.random(), timedelta(days=generator.randint(1, 2))
        on_time = document.booked_on
        if self.account.layout == "mt940":
            # The day's statement comes the next morning; what happened until noon is told the same day.
            on_time += timedelta(days=1)
            document.interim_count = _until_noon(document)
        document.delivered_on = on_time
        if self._is_lost(document):
            document.delivered_on, document.interim_count = None, 0
        elif luck < _LATE_STATEMENT_SHARE and not document.interim_count:
            document.delivered_on = on_time + delay
        elif luck > 1 - _COPIED_STATEMENT_SHARE:
            document.copied_on = on_time + delay
        if self.account.layout == "camt053" and document.delivered_on == on_time:
            document.interim_count = _until_noon(document)

    def _is_lost(self, document: BankDocument) -> bool:
        """One statement every few weeks never comes: the balances show the gap, and its payouts look as if unpaid."""
        week = week_of(document.booked_on)
        if self.account.is_further:
            generator = chance(self.seed, "lost statement", self.account.code, week)
            return generator.random() < _LOST_SHARE and document.booked_on.weekday() == generator.randrange(5)
        generator = chance(self.seed, "lost statement", week)
        return (
            (week + chance(self.seed, "lost offset").randrange(4)) % _WEEKS_BETWEEN_LOST_STATEMENTS == 0
            and generator.choice(("kookmin-krw", "mufg-jpy", "ing-eur")) == self.account.code
            and document.booked_on.weekday() == generator.randrange(5)
        )

    def _credit_alone(self, plan: ProviderPlan, held: tuple[date, StatedPayout] | None) -> None:
        if held:
            self._book(plan, held[0], [held[1]], held[1].amount)

    def _credited_on(self, plan: ProviderPlan, payout: StatedPayout) -> date:
        generator = chance(self.seed, "credited", plan.code, payout.payout_key)
        is_next_day = generator.random() < _CREDITED_NEXT_DAY_SHARE
        return add_business_days(payout.paid_on, 1, self.account.country) if is_next_day else payout.paid_on

    def _number(self, question: str, plan: ProviderPlan, payout: StatedPayout, low: int, high: int) -> int:
        return chance(self.seed, question, plan.code, payout.payout_key).randint(low, high)

    def _book(self, plan: ProviderPlan, day: date, payouts: list[StatedPayout], amount: int) -> BankEntry:
        entries = self._waiting.setdefault(day, [])
        entry = BankEntry(
            account=self.account.code,
            booked_on=day,
            amount=amount,
            counterparty=plan.payer,
            remittance=remittance_of(plan, [payout.payout_key for payout in payouts]),
            code="TRF",
            reference=f"P{plan.code[-2:].upper()}{day:%y%m%d}{len(entries)}",
            payouts=tuple((plan.code, payout.payout_key) for payout in payouts),
        )
        entries.append(entry)
        return entry


def kept_by_bank(payout: StatedPayout) -> int:
    """Return what a bank on the way keeps of a payout, in minor units, and never all of it."""
    return min(_KEPT_ON_THE_WAY[payout.currency], payout.amount // 2)


def remittance_of(plan: ProviderPlan, payout_keys: list[str]) -> str:
    """Return what the bank shows of a payout: some providers name the payout there, some only themselves."""
    if plan.practice:
        return plan.practice.text.format(payouts=" ".join(payout_keys))
    match plan.code:
        case "toss":
            return "토스페이먼츠 정산금"
        case "naver":
            return f"네이버정산 {' '.join(payout_keys)}"
        case "sbps":
            return "フリコミ エスビ-ペイメント"
        case _:
            return f"{', '.join(f'batch {key}' for key in payout_keys)}, {plan.account_name}"


def _until_noon(document: BankDocument) -> int:
    """How many entries reports during the day show; both parts of a split payout come after them."""
    return (sum(not one.is_part for one in document.entries) + 1) // 2
