"""Business hours: what a promise of a queue counts over a night, a weekend, a holiday and a change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from fraud.review.hours import BusinessHours, after, between
from fraud.review.models import Queue
from fraud.review.queues import promise_of
from payments.calendars import UnknownCalendar
from tests.fraud.review.cases import analyst

SEOUL = ZoneInfo("Asia/Seoul")
KEPT = {"opens": "09:00", "closes": "18:00", "country": "KR", "zone": "Asia/Seoul"}
HOURS = BusinessHours(time(9), time(18), "KR", "Asia/Seoul")
HOUR = timedelta(hours=1)


def seoul(day: str, clock: str) -> datetime:
    """An instant of 2026."""
    return datetime.fromisoformat(f"2026-{day}T{clock}").replace(tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("since", "hours", "due"),
    [
        (seoul("07-15", "10:00"), 1, seoul("07-15", "11:00")),
        (seoul("07-15", "17:00"), 1, seoul("07-15", "18:00")),  # a Wednesday, to the last minute
        (seoul("07-15", "17:30"), 1, seoul("07-16", "09:30")),  # over the night
        (seoul("07-16", "03:00"), 1, seoul("07-16", "10:00")),  # before anybody is there
        (seoul("07-10", "17:30"), 4, seoul("07-13", "12:30")),  # over the weekend
        (seoul("07-11", "12:00"), 1, seoul("07-13", "10:00")),  # on a Saturday
        (seoul("10-08", "17:30"), 1, seoul("10-12", "09:30")),  # over Hangul Day, a Friday, and the weekend
        (seoul("07-15", "10:00"), 24, seoul("07-17", "16:00") + 3 * 24 * HOUR),  # Constitution Day is a Friday
    ],
)
def test_only_business_hours_pass(since: datetime, hours: int, due: datetime) -> None:
    found = after(since, hours * HOUR, HOURS)
    assert (found, between(since, found, HOURS)) == (due, hours * HOUR)
    assert after(since, hours * HOUR, None) == since + hours * HOUR


def test_a_day_on_which_the_clocks_change_has_the_hours_that_it_has() -> None:
    """New York, Monday after the clocks went forward on Sunday: nine local hours are nine hours."""
    hours = BusinessHours(time(9), time(18), "US", "America/New_York")
    friday = datetime(2026, 3, 6, 22, 30, tzinfo=UTC)  # 17:30 there
    assert after(friday, HOUR, hours) == datetime(2026, 3, 9, 13, 30, tzinfo=UTC)  # 9:30, an hour earlier in UTC


@given(
    st.integers(0, 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.timedeltas(timedelta(minutes=1), timedelta(days=3)),
)
def test_what_passes_until_the_deadline_is_the_promise(since: datetime, promised: timedelta) -> None:
    due = after(since, promised, HOURS)
    assert due >= since + promised
    assert between(since, due, HOURS) == promised
    assert between(due, since, HOURS) == -promised


@pytest.mark.parametrize(
    ("changed", "error"),
    [({"closes": "09:00"}, ValueError), ({"zone": "Asia/Nowhere"}, ValueError), ({"country": "XX"}, UnknownCalendar)],
)
def test_hours_that_cannot_be_are_refused(changed: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        BusinessHours.of(KEPT | changed)


def test_what_was_left_of_a_promise_is_left_after_it_waited(settings: Any) -> None:
    settings.FRAUD_QUEUE_BUSINESS_HOURS = {"review": KEPT}
    promise = promise_of(Queue.REVIEW)
    asked, answered = seoul("07-15", "17:30"), seoul("07-16", "15:00")
    due = promise.due_at(seoul("07-15", "17:00"))
    assert promise.put_off(due, asked, answered) == seoul("07-16", "15:30")
    assert promise.put_off(asked - HOUR, asked, answered) == answered - HOUR
    assert promise_of(Queue.ESCALATED).put_off(due, asked, answered) == due + (answered - asked)


@pytest.mark.django_db
def test_the_queue_says_which_hours_count(settings: Any) -> None:
    client, address = Client(), reverse("review:queue")
    client.force_login(analyst())
    assert "business days" not in client.get(address).content.decode()
    settings.FRAUD_QUEUE_BUSINESS_HOURS = {"review": KEPT}
    said = client.get(address).content.decode()
    assert "decided within 1 h, business days 09:00–18:00 (Asia/Seoul, KR) count" in said
