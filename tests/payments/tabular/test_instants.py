"""The quick clock says what the careful one says, for every text."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from payments.tabular.instants import Clock, iso_instant, iso_local, tells_a_date, written_as

ZONES = [ZoneInfo("Europe/Amsterdam"), ZoneInfo("Asia/Seoul"), ZoneInfo("America/St_Johns"), UTC]
WRITTEN = st.datetimes(datetime(1970, 1, 2), datetime(2090, 1, 1)).map(lambda moment: str(moment)[:19])  # noqa: DTZ001


@given(WRITTEN, st.sampled_from(ZONES))
@example("2026-03-29 02:30:00", ZONES[0])
def test_the_quick_way_is_the_careful_way(text: str, zone: ZoneInfo) -> None:
    winter = iso_local(text).replace(tzinfo=zone, fold=1).astimezone(UTC)
    clock = Clock(zone, zone)
    assert [clock.instant(text), clock.instant(text)] == [winter, winter]
    assert clock.days == {text[:10]}


@given(st.text("0123456789-:T Z+.", min_size=14, max_size=20) | WRITTEN.flatmap(
    lambda text: st.tuples(st.just(text), st.integers(0, 18), st.sampled_from("0:9 T+-Z٣")).map(
        lambda cut: cut[0][: cut[1]] + cut[2] + cut[0][cut[1] + 1 :]
    )
))  # fmt: skip
@example("2026-07-01 10:24+09")
@example("2026-07-01 10:24:60")
def test_what_one_refuses_the_other_refuses(text: str) -> None:
    clock = Clock(UTC, UTC)
    with suppress(ValueError):
        expected = iso_instant(text, UTC)
        assert clock.instant(text) == expected
        return
    with pytest.raises(ValueError, match=r"\w"):
        clock.instant(text)


FORMATS = (
    "%Y-%m-%d",
    "%d.%m.%y",
    "%Y%m%d",
    "%d %b %Y %I:%M %p",
    "%Y/%m/%d  %H:%M:%S.%f",
    "%j/%Y %H%M%S%z",
    "100%% %Y-%m-%d",
)


MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS, st.sampled_from(FORMATS))
def test_what_a_format_writes_is_read_in_it(moment: datetime, time_format: str) -> None:
    text = moment.strftime(time_format)
    assert written_as(text, time_format).strftime(time_format).split() == text.split()


@pytest.mark.parametrize(
    ("text", "time_format"),
    [
        ("2026-08-1", "%Y-%m-%d"),
        ("2026-8-15", "%Y-%m-%d"),
        ("2026081", "%Y%m%d"),
        ("15.08.2", "%d.%m.%y"),
        ("2026-08-15 23:50:1", "%Y-%m-%d %H:%M:%S"),
        ("2026-08-15 1:50", "%Y-%m-%d %H:%M"),
        ("22/2026", "%j/%Y"),
        ("2026/08/", "%Y/%m/%-d"),
    ],
)
def test_a_number_narrower_than_its_format_is_refused(text: str, time_format: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (strptime says it in words of its own)
        written_as(text, time_format)


@pytest.mark.parametrize(
    ("text", "time_format"),
    [
        ("2026-8-5 07:30", "%Y-%-m-%-d %H:%M"),
        ("2026-08-05 7:30", "%Y-%-m-%-d %-H:%M"),
        ("5 AUG 2026 7:30 am", "%-d %b %Y %-I:%M %p"),
    ],
)
def test_a_format_may_say_that_its_numbers_are_not_padded(text: str, time_format: str) -> None:
    assert written_as(text, time_format) == datetime(2026, 8, 5, 7, 30)  # noqa: DTZ001


@pytest.mark.parametrize("time_format", [*FORMATS, "%-d/%-m/%y", "%Y年%-m月%-d日", "%b %d, %Y %I:%M %p"])
def test_a_format_tells_a_date(time_format: str) -> None:
    assert tells_a_date(time_format)


@pytest.mark.parametrize(
    "time_format", ["%Y%Y-%m-%d", "%d/%m", "%H:%M", "%Q", "%", "%Y-%m-%d %", "%c", "%s", "((((", "%Y-%m-%"]
)
def test_a_format_that_cannot_be_read_or_tells_no_date_is_none(time_format: str) -> None:
    assert not tells_a_date(time_format)
