"""When a contract pays: daily, weekly and monthly, over weekends, holidays and year ends."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.calendars import (
    Cycle,
    PayoutTerms,
    UnknownCalendar,
    add_business_days,
    business_days,
    closing_date,
    is_business_day,
    payout_date,
    payout_dates,
    sold_date,
)

DAILY = PayoutTerms(Cycle.DAILY, 4, None, None, None, "Asia/Seoul", "KR")
WEEKLY = PayoutTerms(Cycle.WEEKLY, 2, 4, None, None, "Asia/Seoul", "KR")
MONTHLY = PayoutTerms(Cycle.MONTHLY, 0, None, 15, None, "Asia/Tokyo", "JP")

PAYOUTS = [
    # the real rows of Toss
    ("2025-02-09", DAILY, "2025-02-13"),
    ("2023-11-25", DAILY, "2023-11-30"),
    ("2026-09-22", DAILY, "2026-09-30"),
    ("2026-11-20", replace(DAILY, lag_business_days=0), "2026-11-20"),
    ("2026-11-21", replace(DAILY, lag_business_days=0), "2026-11-23"),
    # the week of 7 to 13 September is paid on Friday the 18th, its first and its last day alike
    ("2026-09-07", WEEKLY, "2026-09-18"),
    ("2026-09-13", WEEKLY, "2026-09-18"),
    # the next one meets Chuseok on Friday the 25th
    ("2026-09-14", WEEKLY, "2026-09-28"),
    # paid on Monday but not before two business days have passed: the Monday of the week after
    ("2026-09-07", replace(WEEKLY, weekday=0), "2026-09-21"),
    ("2026-09-07", replace(WEEKLY, weekday=0, lag_business_days=1), "2026-09-14"),
    # the example of KOMOJU, whose payday is open
    ("2026-09-01", MONTHLY, "2026-10-15"),
    ("2026-09-30", MONTHLY, "2026-10-15"),
    # a payday on a Sunday
    ("2026-10-03", MONTHLY, "2026-11-16"),
    # the last day of a shorter month, over a weekend; and over the bank rest at the end of the year
    ("2026-01-31", replace(MONTHLY, month_day=31), "2026-03-02"),
    ("2026-11-05", replace(MONTHLY, month_day=31), "2027-01-04"),
    ("2026-12-31", MONTHLY, "2027-01-15"),
    # the month after next, as carriers pay
    ("2026-11-05", replace(MONTHLY, months_later=2), "2027-01-15"),
    ("2026-12-05", replace(MONTHLY, months_later=13), "2028-01-17"),
    # the lag counts after the closing day as well
    ("2026-09-10", replace(MONTHLY, month_day=1, lag_business_days=5), "2026-10-07"),
]


@pytest.mark.parametrize(("sold_on", "terms", "expected"), PAYOUTS)
def test_payout_dates(sold_on: str, terms: PayoutTerms, expected: str) -> None:
    assert payout_date(date.fromisoformat(sold_on), terms) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("sold_on", "terms", "expected"),
    [
        ("2026-11-18", DAILY, "2026-11-18"),
        ("2026-11-16", WEEKLY, "2026-11-22"),
        ("2026-11-22", WEEKLY, "2026-11-22"),
        ("2026-02-01", MONTHLY, "2026-02-28"),
        ("2028-02-29", MONTHLY, "2028-02-29"),
    ],
)
def test_a_period_closes_on_its_last_day(sold_on: str, terms: PayoutTerms, expected: str) -> None:
    assert closing_date(date.fromisoformat(sold_on), terms) == date.fromisoformat(expected)


def test_the_sold_date_is_the_business_date_in_the_zone_of_the_provider() -> None:
    instant = datetime(2026, 7, 1, 15, 30, tzinfo=UTC)
    assert sold_date(instant, DAILY) == date(2026, 7, 2)
    assert sold_date(instant, replace(DAILY, cut_off=time(0, 30))) == date(2026, 7, 3)
    assert sold_date(instant, replace(DAILY, zone="Europe/Berlin")) == date(2026, 7, 1)
    assert sold_date(instant, WEEKLY) == date(2026, 7, 2)


days = st.dates(date(2015, 1, 1), date(2040, 12, 31))
terms = st.builds(
    PayoutTerms,
    cycle=st.sampled_from(Cycle),
    lag_business_days=st.integers(0, 15),
    weekday=st.integers(0, 6),
    month_day=st.integers(1, 31),
    cut_off=st.none(),
    zone=st.just("Asia/Seoul"),
    country=st.sampled_from(["KR", "JP", "US", "EU", "SA"]),
    months_later=st.integers(1, 3),
)


@given(days, terms)
def test_money_arrives_on_business_days_and_not_before_the_lag(sold_on: date, terms: PayoutTerms) -> None:
    paid_on = payout_date(sold_on, terms)
    closed_on = closing_date(sold_on, terms)
    assert is_business_day(paid_on, terms.country)
    assert sold_on <= closed_on <= paid_on
    assert paid_on >= add_business_days(closed_on, terms.lag_business_days, terms.country)
    assert payout_date(closed_on, terms) == paid_on


@given(days, st.integers(1, 90), terms)
def test_what_is_sold_later_is_never_paid_earlier(sold_on: date, later_by: int, terms: PayoutTerms) -> None:
    assert payout_date(sold_on, terms) <= payout_date(sold_on + timedelta(days=later_by), terms)


@given(days, terms.filter(lambda terms: terms.cycle is Cycle.WEEKLY))
def test_a_weekly_payout_leaves_its_weekday_only_for_closed_days(sold_on: date, terms: PayoutTerms) -> None:
    paid_on = payout_date(sold_on, terms)
    assert terms.weekday is not None
    nominal = paid_on - timedelta(days=(paid_on.weekday() - terms.weekday) % 7)
    assert business_days(nominal, paid_on, terms.country) == [paid_on]


@given(days, st.integers(0, 40), terms)
def test_the_table_of_payout_dates_is_the_function(first: date, length: int, terms: PayoutTerms) -> None:
    last = first + timedelta(days=length)
    table = payout_dates(first, last, terms)
    assert list(table) == [first + timedelta(days=offset) for offset in range(length + 1)]
    assert all(paid_on == payout_date(sold_on, terms) for sold_on, paid_on in table.items())


def test_an_empty_span_has_no_payout_dates() -> None:
    assert payout_dates(date(2026, 1, 2), date(2026, 1, 1), DAILY) == {}


@pytest.mark.parametrize(
    ("terms", "wrong"),
    [
        (DAILY, {"lag_business_days": -1}),
        (WEEKLY, {"weekday": None}),
        (WEEKLY, {"weekday": 7}),
        (MONTHLY, {"month_day": None}),
        (MONTHLY, {"month_day": 0}),
        (MONTHLY, {"month_day": 32}),
        (MONTHLY, {"months_later": 0}),
        (DAILY, {"cut_off": time(17, tzinfo=UTC)}),
    ],
)
def test_terms_that_name_no_day_are_refused(terms: PayoutTerms, wrong: dict[str, int | time | None]) -> None:
    with pytest.raises(ValueError, match=r"payout|paid|cut-off"):
        replace(terms, **wrong)  # type: ignore[arg-type]


def test_terms_without_a_calendar_or_zone_are_refused() -> None:
    with pytest.raises(UnknownCalendar):
        replace(DAILY, country="ZZ")
    with pytest.raises(ZoneInfoNotFoundError):
        replace(DAILY, zone="Asia/Nowhere")
