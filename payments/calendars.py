"""The wall calendar: business days of banks, cut-off times, and when a provider's contract says money arrives."""

from calendar import isleap, monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import holidays
from holidays import HolidayBase

_ONE_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_SUNDAY: Final = 6

# Where the `holidays` library's public and bank holidays of a country are not the days on which banks move no money.
# Everything else is the library's own: for Korea substitute holidays, elections, temporary holidays, and Labour Day
# (a bank holiday until 2025, a public one since); for Japan the bank rest from 31 December to 3 January.
_BANK_CALENDARS: Final[Mapping[str, Callable[[int], HolidayBase]]] = MappingProxyType(
    {
        # Franc clearing rests with the banks of Zurich; the cantons share only a handful of holidays.
        "CH": lambda year: holidays.country_holidays("CH", subdiv="ZH", years=year),
        # Euro transfers follow TARGET, not the holidays of one member state.
        "EU": lambda year: holidays.financial_holidays("XECB", years=year),
        # BACS and CHAPS keep the holidays of England; without a part the library knows only what all parts share.
        "GB": lambda year: holidays.country_holidays("GB", subdiv="ENG", years=year),
        # The Federal Reserve works on the Friday before a Saturday holiday; the federal offices do not.
        "US": lambda year: holidays.financial_holidays("XFED", years=year),
    }
)


class UnknownCalendar(ValueError):
    """No calendar of business days is known for the country."""

    def __init__(self, country: str) -> None:
        super().__init__(country)
        self.country = country

    def __str__(self) -> str:
        return f"no business days known for {self.country[:12]!r}"


def is_business_day(day: date, country: str) -> bool:
    """Tell whether banks of the country (ISO 3166 alpha-2, or EU for TARGET) move money on the day.

    Of a year for which the library knows no holidays of the country only weekends are closed: an old or a distant date
    is judged a few days off, and does not stop the judging of all others.

    Raises UnknownCalendar, and TypeError for a datetime, whose date depends on a zone (see `business_date`).
    """
    if isinstance(day, datetime):
        raise TypeError("a business day is a date, not a datetime")
    return day not in _closed_days(country, day.year)


def next_business_day(day: date, country: str, *, including: bool = True) -> date:
    """Return the first business day on or after the day; strictly after it unless `including`."""
    if not including:
        day += _ONE_DAY
    while not is_business_day(day, country):
        day += _ONE_DAY
    return day


def add_business_days(day: date, n: int, country: str) -> date:
    """Return the n-th business day after the day; before it when n is negative.

    The day itself never counts, so T+2 from a Saturday is Tuesday. T+0 is the day itself, or the next business day.
    """
    if n == 0:
        return next_business_day(day, country)
    step = _ONE_DAY if n > 0 else -_ONE_DAY
    remaining = abs(n)
    while remaining:
        day += step
        remaining -= is_business_day(day, country)
    return day


def business_days(first: date, last: date, country: str) -> list[date]:
    """Return the business days from first to last, both included, in order: for counting days in SQL."""
    span = ((last - first).days + 1) if last >= first else 0
    return [day for offset in range(span) if is_business_day(day := first + offset * _ONE_DAY, country)]


def business_date(instant: datetime, zone: str, cut_off: time | None) -> date:
    """Return the business date of an aware instant: its local date, or the next from the cut-off (local time) on.

    Raises ValueError for a naive instant, ZoneInfoNotFoundError for a zone that does not exist.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone has no business date")
    local = instant.astimezone(ZoneInfo(zone))
    is_late = cut_off is not None and local.time() >= cut_off
    return local.date() + _ONE_DAY if is_late else local.date()


class Cycle(StrEnum):
    """How often a provider closes its books and pays. The values are stored in payout schedules."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True)
class PayoutTerms:
    """When a provider pays for what was sold on a day.

    - daily: `lag_business_days` after the sold date.
    - weekly: the week closes on Sunday; paid on the first `weekday` (Monday is 0) that is at least the lag later.
    - monthly: the month closes on its last day; paid on `month_day` (cut to the length of the month) of the month
      `months_later`, and at least the lag later.

    A payment that falls on a closed day moves to the next business day. `zone` and `cut_off` (local time) make sold
    dates out of instants; `country` names the bank calendar. Raises ValueError for terms that name no day,
    UnknownCalendar for a country without a calendar.
    """

    cycle: Cycle
    lag_business_days: int
    weekday: int | None
    month_day: int | None
    cut_off: time | None
    zone: str
    country: str
    months_later: int = 1

    def __post_init__(self) -> None:
        if self.lag_business_days < 0:
            raise ValueError("money is not paid out before it is sold")
        if self.cycle is Cycle.WEEKLY and self.weekday not in range(7):
            raise ValueError("a weekly payout names its weekday, 0 (Monday) to 6")
        if self.cycle is Cycle.MONTHLY and (self.month_day not in range(1, 32) or self.months_later < 1):
            raise ValueError("a monthly payout names its day, 1 to 31, of a later month")
        if self.cut_off is not None and self.cut_off.tzinfo is not None:
            raise ValueError("a cut-off is local time in the zone of the terms")
        ZoneInfo(self.zone)
        _require_calendar(self.country)


def sold_date(occurred_at: datetime, terms: PayoutTerms) -> date:
    """Return the business date on which the provider counts a movement as sold. Raises ValueError for a naive one."""
    return business_date(occurred_at, terms.zone, terms.cut_off)


def closing_date(sold_on: date, terms: PayoutTerms) -> date:
    """Return the last date of the settlement period of a sold date: itself, its Sunday, or its month's end.

    Some providers (Toss) state this date as the sold date of weekly and monthly contracts.
    """
    match terms.cycle:
        case Cycle.DAILY:
            return sold_on
        case Cycle.WEEKLY:
            return sold_on + (_SUNDAY - sold_on.weekday()) * _ONE_DAY
        case Cycle.MONTHLY:
            return sold_on.replace(day=monthrange(sold_on.year, sold_on.month)[1])


@lru_cache(maxsize=16_384)
def payout_date(sold_on: date, terms: PayoutTerms) -> date:
    """Return the business day on which the contract pays for what was sold on a date."""
    closed_on = closing_date(sold_on, terms)
    earliest = add_business_days(closed_on, terms.lag_business_days, terms.country)
    due = earliest
    if terms.cycle is Cycle.WEEKLY and terms.weekday is not None:
        due = earliest + (terms.weekday - earliest.weekday()) % 7 * _ONE_DAY
    elif terms.cycle is Cycle.MONTHLY and terms.month_day is not None:
        due = max(earliest, _day_of_later_month(closed_on, terms.months_later, terms.month_day))
    return next_business_day(due, terms.country)


def payout_dates(first: date, last: date, terms: PayoutTerms) -> dict[date, date]:
    """Return the payout date of every sold date from first to last, both included: a VALUES table for set-based SQL."""
    span = ((last - first).days + 1) if last >= first else 0
    return {day: payout_date(day, terms) for day in (first + offset * _ONE_DAY for offset in range(span))}


def _day_of_later_month(day: date, months: int, month_day: int) -> date:
    years, month_index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month_index + 1
    return date(year, month, min(month_day, monthrange(year, month)[1]))


def _require_calendar(country: str) -> None:
    _closed_days(country, 2026)


@lru_cache(maxsize=1_024)
def _closed_days(country: str, year: int) -> frozenset[date]:
    """Return every day of the year on which banks rest, weekends included; weekends alone where no more is known."""
    calendar = _calendar(country, year)
    # Where only Sunday is free (Hong Kong), offices work on Saturday but clearing does not. Weekend days that a
    # government has turned into working days (China) are working days of banks too.
    closed_weekday = _SATURDAY if calendar.weekend == {_SUNDAY} else None
    year_days = (date(year, 1, 1) + offset * _ONE_DAY for offset in range(366 if isleap(year) else 365))
    return frozenset(
        day
        for day in year_days
        if not calendar.is_working_day(day)
        or (day.weekday() == closed_weekday and day not in calendar.weekend_workdays)
    )


def _calendar(country: str, year: int) -> HolidayBase:
    if country in _BANK_CALENDARS:
        return _BANK_CALENDARS[country](year)
    # The library also knows alpha-3 and old codes; one spelling per country keeps stored terms comparable.
    if country not in holidays.list_supported_countries(include_aliases=False):
        raise UnknownCalendar(country)
    categories = [
        category
        for category in holidays.country_holidays(country).supported_categories
        if category in (holidays.BANK, holidays.PUBLIC)
    ]
    return holidays.country_holidays(country, years=year, categories=categories)
