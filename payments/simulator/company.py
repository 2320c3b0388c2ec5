"""The company's other life on its bank accounts: rent, salaries, taxes, other customers, the same coffee twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from payments.calendars import is_business_day, next_business_day
from payments.simulator.chance import chance
from payments.simulator.terms import Account
from payments.simulator.world import BankEntry

# No digits in these texts: a number there could pass for a payout reference.


@dataclass(frozen=True, slots=True)
class Habit:
    """A payment the company makes or receives again and again."""

    counterparty: str
    remittance: str
    code: str
    smallest: int
    """Minor units; negative amounts leave the account."""
    largest: int
    step: int
    month_day: int = 0
    """0: on any day, as often as `share` says."""
    share: float = 0.0
    times: int = 1
    """How many equal entries stand on one day."""


_HABITS: Final[dict[str, tuple[Habit, ...]]] = {
    "KRW": (
        Habit("한강빌딩관리", "사무실 임대료", "TRF", -4_400_000, -4_400_000, 1, month_day=1),
        Habit("급여이체", "직원 급여", "TRF", -61_350_000, -58_120_000, 10_000, month_day=25),
        Habit("국세청", "부가가치세", "TRF", -9_870_000, -7_120_000, 10, month_day=26),
        Habit("강남주차장", "방문객 주차", "MSC", -15_000, -15_000, 1, share=0.35, times=2),
        Habit("(주)한빛유통", "도매 대금", "TRF", 71_500_000, 98_000_000, 11_000, share=0.18),
        Habit("네이버광고", "광고비 충전", "TRF", -3_300_000, -1_100_000, 110_000, share=0.2),
        Habit("국민은행", "이체 수수료", "CHG", -500, -500, 1, share=0.5),
    ),
    "JPY": (
        Habit("カ)サクラビル", "オフイス ヤチン", "TRF", -385_000, -385_000, 1, month_day=27),
        Habit("キユウヨ", "キユウヨ フリコミ", "TRF", -2_910_000, -2_640_000, 1_000, month_day=25),
        Habit("ミツビシUFJ", "フリコミ テスウリヨウ", "CHG", -550, -550, 1, share=0.4, times=2),
        Habit("カ)ヤマトシヨウジ", "オロシ ダイキン", "TRF", 7_150_000, 9_900_000, 1_100, share=0.15),
        Habit("ニホンユウビン", "ハツソウ リヨウキン", "TRF", -98_000, -21_000, 70, share=0.3),
    ),
    "USD": (
        Habit("Market Street Properties", "Office lease", "TRF", -412_000, -412_000, 1, month_day=2),
        Habit("Payroll Partners LLC", "Salaries", "TRF", -1_960_000, -1_720_000, 500, month_day=26),
        Habit("Blue Bottle", "Coffee", "MSC", -575, -575, 1, share=0.4, times=2),
        Habit("Harbor Wholesale Inc", "Wholesale order", "TRF", 8_200_000, 11_400_000, 2_500, share=0.12),
        Habit("USPS", "Parcels", "TRF", -71_000, -8_000, 15, share=0.3),
    ),
    "EUR": (
        Habit("Keizersgracht Offices BV", "Office rent", "TRF", -312_500, -312_500, 1, month_day=2),
        Habit("Payroll Services BV", "Salaries", "TRF", -2_410_000, -2_180_000, 500, month_day=24),
        Habit("ING Bank", "Account fee", "CHG", -1_250, -1_250, 1, month_day=3),
        Habit("Koffiehuis De Jaren", "Coffee", "MSC", -385, -385, 1, share=0.4, times=2),
        Habit("Groothandel Vermeer BV", "Wholesale order", "TRF", 9_100_000, 12_600_000, 2_500, share=0.12),
        Habit("PostNL", "Parcels", "TRF", -84_000, -9_000, 15, share=0.3),
    ),
}
_OPENING_BALANCES: Final = {"KRW": 812_345_678, "JPY": 96_543_210, "EUR": 41_234_567, "USD": 52_318_904}


def opening_balance(currency: str) -> int:
    """Return what stands on an account before the first day, in minor units."""
    return _OPENING_BALANCES[currency]


def daily_life(seed: int, account: Account, day: date) -> list[BankEntry]:
    """Return the entries of a business day that have nothing to do with any provider."""
    entries = []
    for place, habit in enumerate(_HABITS[account.currency]):
        generator = chance(seed, "company", account.code, place, day)
        if _happens(habit, account, day, generator):
            amount = generator.randrange(habit.smallest, habit.largest + 1, habit.step)
            entries += [_entry(account, habit, amount, day, f"{place}{copy}") for copy in range(habit.times)]
    return entries


def _happens(habit: Habit, account: Account, day: date, generator: Random) -> bool:
    if not habit.month_day:
        return generator.random() < habit.share
    # A fixed day that falls on a weekend or holiday moves to the next business day, perhaps into the next month.
    for back in range(10):
        planned = day - timedelta(days=back)
        if planned.day == habit.month_day:
            return next_business_day(planned, account.country) == day
        if is_business_day(planned - timedelta(days=1), account.country):
            return False
    return False


def _entry(account: Account, habit: Habit, amount: int, day: date, number: str) -> BankEntry:
    return BankEntry(
        account=account.code,
        booked_on=day,
        amount=amount,
        counterparty=habit.counterparty,
        remittance=habit.remittance,
        code=habit.code,
        reference=f"L{day:%y%m%d}{number}",
    )
