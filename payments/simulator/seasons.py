"""How many people buy on a day and at what hour: weekdays, pay days, month ends, Chuseok and Obon."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from payments.calendars import is_business_day
from payments.simulator.terms import ProviderPlan

_BY_WEEKDAY: Final = (1.12, 1.08, 1.03, 1.00, 0.97, 0.86, 0.94)
_BY_HOUR: Final = (3, 2, 1, 1, 1, 1, 2, 3, 5, 7, 8, 9, 10, 8, 7, 7, 7, 7, 8, 9, 11, 13, 12, 7)
_CHUSEOK: Final = {
    2024: date(2024, 9, 17),
    2025: date(2025, 10, 6),
    2026: date(2026, 9, 25),
    2027: date(2027, 9, 15),
    2028: date(2028, 10, 3),
    2029: date(2029, 9, 22),
    2030: date(2030, 9, 12),
}
_PAY_DAY: Final = 25


def demand(day: date, country: str) -> float:
    """Return how busy a day is beside an ordinary one, which is 1."""
    factor = _BY_WEEKDAY[day.weekday()]
    if _PAY_DAY <= day.day <= _PAY_DAY + 2:
        factor *= 1.18
    if (day + timedelta(days=1)).day == 1:
        factor *= 1.10
    if country == "KR":
        factor *= _around_chuseok(day)
    if country == "JP" and day.month == 8 and 12 <= day.day <= 16:
        factor *= 0.72
    if day.weekday() < 5 and not is_business_day(day, country):
        factor *= 0.85
    return factor


def _around_chuseok(day: date) -> float:
    feast = _CHUSEOK.get(day.year)
    if feast is None:
        return 1.0
    distance = (feast - day).days
    if abs(distance) <= 1:
        return 0.62
    return 1.28 if 2 <= distance <= 14 else 1.0


def buyer_count(plan: ProviderPlan, day: date, payments_per_day: int, generator: Random) -> int:
    """Return how many payments a provider sees on a day."""
    expected = payments_per_day * plan.share * demand(day, plan.country)
    spread = generator.gauss(1.0, 0.07)
    # Rounded by chance and not to the nearest: a small simulation would otherwise lose its small providers.
    return max(0, int(expected * spread + generator.random()))


def moment_on(day: date, zone: str, generator: Random) -> datetime:
    """Return a moment of a local day, busy at noon and late in the evening; aware, in UTC."""
    hour = generator.choices(range(24), weights=_BY_HOUR)[0]
    local = datetime.combine(day, time(hour, generator.randrange(60), generator.randrange(60)), tzinfo=ZoneInfo(zone))
    return local.astimezone(ZoneInfo("UTC"))
