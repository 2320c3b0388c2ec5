"""The quick clock says what the careful one says, for every text."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from payments.tabular.instants import Clock, iso_instant, iso_local

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
