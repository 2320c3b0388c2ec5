"""Business days of banks: the holidays that move money, and where they differ from public ones."""

import time as clock
from datetime import UTC, date, datetime, time, timedelta, timezone

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.calendars import (
    UnknownCalendar,
    add_business_days,
    business_date,
    business_days,
    is_business_day,
    next_business_day,
)

COUNTRIES = ["KR", "JP", "US", "GB", "EU", "DE", "SG", "HK", "CN", "AE", "SA"]
days = st.dates(date(2015, 1, 1), date(2040, 12, 31))
countries = st.sampled_from(COUNTRIES)

CLOSED = [
    # Korea: lunar new year and Chuseok with their neighbours
    ("2026-02-16", "KR"),
    ("2026-09-24", "KR"),
    ("2026-09-25", "KR"),
    # substitute holidays: 1 March is a Sunday, 15 August and 3 October are Saturdays
    ("2026-03-02", "KR"),
    ("2026-08-17", "KR"),
    ("2026-10-05", "KR"),
    # Labour Day: banks alone rested until 2025, everybody since
    ("2025-05-01", "KR"),
    ("2026-05-01", "KR"),
    # back among the public holidays since 2026
    ("2026-07-17", "KR"),
    # elections and days the government gave
    ("2026-06-03", "KR"),
    ("2025-06-03", "KR"),
    ("2025-01-27", "KR"),
    ("2024-10-01", "KR"),
    # Japan: the bank rest around the new year, which is a holiday only on its first day
    ("2025-12-31", "JP"),
    ("2026-01-01", "JP"),
    ("2026-01-02", "JP"),
    ("2025-01-03", "JP"),
    # a substitute holiday, and the day between two holidays
    ("2026-05-06", "JP"),
    ("2026-09-22", "JP"),
    # the Federal Reserve
    ("2026-11-26", "US"),
    ("2027-07-05", "US"),
    ("2026-10-12", "US"),
    # England, not only what all parts of the kingdom share
    ("2026-04-06", "GB"),
    ("2026-08-31", "GB"),
    # Swiss clearing rests on days that are no holiday of the whole federation
    ("2026-05-25", "CH"),
    # TARGET
    ("2026-04-03", "EU"),
    ("2026-05-01", "EU"),
    ("2026-10-03", "DE"),
    # weekends, also where they are not Saturday and Sunday
    ("2026-11-21", "KR"),
    ("2026-11-22", "JP"),
    ("2026-11-21", "HK"),
    ("2026-11-20", "SA"),
    ("2026-11-21", "SA"),
]
OPEN = [
    ("2026-09-23", "KR"),
    ("2025-07-17", "KR"),
    ("2026-12-31", "KR"),
    ("2026-12-30", "JP"),
    ("2027-01-04", "JP"),
    # Saturday 4 July 2026 is not moved to Friday by the Federal Reserve, though federal offices are closed
    ("2026-07-03", "US"),
    ("2026-11-27", "US"),
    # the Swiss exchange rests, the clearing works
    ("2026-12-24", "CH"),
    # national holidays on which euro transfers still run
    ("2028-10-03", "EU"),
    ("2026-05-14", "EU"),
    ("2026-11-22", "SA"),
    # a Saturday that China works on
    ("2026-10-10", "CN"),
]


@pytest.mark.parametrize(("day", "country"), CLOSED)
def test_banks_rest(day: str, country: str) -> None:
    assert not is_business_day(date.fromisoformat(day), country)


@pytest.mark.parametrize(("day", "country"), OPEN)
def test_banks_work(day: str, country: str) -> None:
    assert is_business_day(date.fromisoformat(day), country)


def test_every_country_of_the_library_has_a_calendar() -> None:
    """Each opens between 235 and 261 days of 2026; one that lost its weekend or its working days is far off."""
    free_on_friday_only = {"IR"}
    for country in {*holidays.list_supported_countries(include_aliases=False), "EU"} - free_on_friday_only:
        opened = len(business_days(date(2026, 1, 1), date(2026, 12, 31), country))
        assert 235 <= opened <= 261, (country, opened)


@pytest.mark.parametrize("country", ["ZZ", "KOR", "kr", "", "UK"])
def test_an_unknown_country_is_refused(country: str) -> None:
    with pytest.raises(UnknownCalendar) as refusal:
        is_business_day(date(2026, 1, 5), country)
    assert refusal.value.country == country


@pytest.mark.parametrize(
    ("country", "year"), [("KR", 1), ("KR", 1900), ("KR", 2106), ("KR", 9999), ("ES", 2005), ("EU", 1998), ("LK", 2030)]
)
def test_of_a_year_the_calendar_does_not_cover_weekends_are_known(country: str, year: int) -> None:
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    assert [day for day in days if is_business_day(day, country)] == [day for day in days if day.weekday() < 5]


def test_every_country_of_the_library_has_business_days_twenty_years_ago_and_in_years_to_come() -> None:
    for country in {*holidays.list_supported_countries(include_aliases=False), "EU"}:
        for day in (date(2005, 6, 15), date(2034, 6, 15)):
            assert (next_business_day(day, country) - day).days <= 12, (country, day)


def test_an_instant_is_no_day() -> None:
    with pytest.raises(TypeError):
        is_business_day(datetime(2026, 1, 1, tzinfo=UTC), "KR")


@pytest.mark.parametrize(
    ("day", "n", "country", "expected"),
    [
        # T+4 as Toss counts it, from a Sunday and from a Saturday
        ("2025-02-09", 4, "KR", "2025-02-13"),
        ("2023-11-25", 4, "KR", "2023-11-30"),
        # over Chuseok 2026: 24 and 25 September and a weekend
        ("2026-09-23", 1, "KR", "2026-09-28"),
        # over the Japanese new year
        ("2026-12-30", 1, "JP", "2027-01-04"),
        ("2026-11-20", 0, "KR", "2026-11-20"),
        ("2026-11-21", 0, "KR", "2026-11-23"),
        ("2026-11-23", -1, "KR", "2026-11-20"),
        ("2026-11-21", -1, "KR", "2026-11-20"),
    ],
)
def test_business_days_are_added(day: str, n: int, country: str, expected: str) -> None:
    assert add_business_days(date.fromisoformat(day), n, country) == date.fromisoformat(expected)


def test_the_next_business_day_may_be_the_day_itself() -> None:
    assert next_business_day(date(2026, 11, 20), "KR") == date(2026, 11, 20)
    assert next_business_day(date(2026, 11, 20), "KR", including=False) == date(2026, 11, 23)
    assert next_business_day(date(2026, 11, 21), "KR") == date(2026, 11, 23)
    assert next_business_day(date(2026, 11, 21), "KR", including=False) == date(2026, 11, 23)


def test_business_days_of_a_span() -> None:
    expected = [date(2026, 9, day) for day in (22, 23, 28)]
    assert business_days(date(2026, 9, 22), date(2026, 9, 28), "KR") == expected
    assert business_days(date(2026, 9, 24), date(2026, 9, 27), "KR") == []
    assert business_days(date(2026, 9, 28), date(2026, 9, 22), "KR") == []


@given(days, st.integers(1, 60), countries)
def test_adding_counts_exactly_the_open_days_passed(day: date, n: int, country: str) -> None:
    later = add_business_days(day, n, country)
    assert len(business_days(day + timedelta(days=1), later, country)) == n
    assert is_business_day(later, country)
    earlier = add_business_days(day, -n, country)
    assert len(business_days(earlier, day - timedelta(days=1), country)) == n
    assert is_business_day(earlier, country)


@given(days, countries)
def test_no_open_day_is_skipped(day: date, country: str) -> None:
    following = next_business_day(day, country)
    assert business_days(day, following, country) == [following]


@pytest.mark.parametrize(
    ("instant", "zone", "cut_off", "expected"),
    [
        # the Korean day begins at 15:00 UTC of the day before
        ("2026-07-01T14:59:59+00:00", "Asia/Seoul", None, "2026-07-01"),
        ("2026-07-01T15:00:00+00:00", "Asia/Seoul", None, "2026-07-02"),
        # a cut-off at 17:00 Pacific: before it today, from it on tomorrow, in winter and in summer
        ("2026-01-15T16:59:59-08:00", "America/Los_Angeles", time(17), "2026-01-15"),
        ("2026-01-15T17:00:00-08:00", "America/Los_Angeles", time(17), "2026-01-16"),
        ("2026-07-16T00:00:00+00:00", "America/Los_Angeles", time(17), "2026-07-16"),
        ("2026-07-15T23:59:59+00:00", "America/Los_Angeles", time(17), "2026-07-15"),
        # the hour that summer time repeats
        ("2026-10-25T00:30:00+00:00", "Europe/Amsterdam", time(2, 30), "2026-10-26"),
        ("2026-10-25T01:10:00+00:00", "Europe/Amsterdam", time(2, 30), "2026-10-25"),
        ("2026-12-31T23:30:00+09:00", "Asia/Seoul", time(23, 30), "2027-01-01"),
        ("2026-03-29T00:00:00+09:00", "Asia/Seoul", time(0), "2026-03-30"),
    ],
)
def test_the_business_date_of_an_instant(instant: str, zone: str, cut_off: time | None, expected: str) -> None:
    assert business_date(datetime.fromisoformat(instant), zone, cut_off) == date.fromisoformat(expected)


def test_an_instant_without_a_zone_has_no_business_date() -> None:
    with pytest.raises(ValueError, match="zone"):
        business_date(datetime(2026, 1, 1), "Asia/Seoul", None)  # noqa: DTZ001


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda at: 2 < at.year < 9998), st.integers(-12, 14))
def test_the_business_date_does_not_depend_on_how_the_instant_is_written(instant: datetime, hours: int) -> None:
    elsewhere = instant.astimezone(timezone(timedelta(hours=hours)))
    assert business_date(elsewhere, "Asia/Tokyo", time(18)) == business_date(instant, "Asia/Tokyo", time(18))


def test_days_are_cheap_once_their_year_is_known() -> None:
    """A quarter of a million questions in well under two seconds (about 0.4 µs each measured)."""
    day = date(2026, 9, 24)
    is_business_day(day, "KR")
    started = clock.process_time()
    for _ in range(250_000):
        is_business_day(day, "KR")
    assert clock.process_time() - started < 2
