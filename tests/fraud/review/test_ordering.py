"""The order of cases: what can be lost, doubled by every hour nearer the deadline, and the same at all times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fraud.review.ordering import EPOCH, rank

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
LOSSES = st.integers(0, 10**12)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_an_hour_weighs_as_much_as_twice_the_money() -> None:
    later = NOON + timedelta(hours=1)
    assert (
        rank(2**20 - 1, NOON) == rank(2**21 - 1, later) == 20_000 - 1000 * int((NOON - EPOCH).total_seconds()) // 3600
    )


@given(LOSSES, TIMES, st.integers(1, 10**6))
def test_more_to_lose_is_never_later_and_more_time_never_sooner(loss: int, due_at: datetime, more: int) -> None:
    assert rank(loss + more, due_at) >= rank(loss, due_at)
    assert rank(loss, due_at + timedelta(minutes=more)) < rank(loss, due_at)
