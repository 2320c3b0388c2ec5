"""A tile says how a figure changed as it is written, and never calls better what looks the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.dashboards.asking import Asked
from analytics.dashboards.tiles import tile
from analytics.metrics.catalogue.failure import FAILURE_RATE
from analytics.rollups.questions import Answer, Figure, Question, Source, Step

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 28)


def _answer(question: Question, share: int) -> Answer:
    return Answer(
        question, Source.KEPT, Figure(share, 10_000, 10_000), {}, {}, {}, {}, datetime(2026, 11, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("now", "was", "change", "is_better"),
    [
        (1_110, 1_180, "−0.7 points", True),
        (1_180, 1_110, "+0.7 points", False),
        (1_110, 1_115, "−0.1 points", True),
        (1_110, 1_114, "±0.0 points", None),
        (1_114, 1_110, "±0.0 points", None),
        (1_110, 1_110, "±0.0 points", None),
    ],
)
def test_a_change_that_is_not_written_is_none(now: int, was: int, change: str, is_better: bool | None) -> None:
    asked = Asked(FIRST, LAST, ZoneInfo("Asia/Seoul"), Step.DAY, "KRW", compare="previous")
    before = Asked(FIRST - timedelta(days=28), FIRST - timedelta(days=1), asked.zone, Step.DAY, "KRW")
    asked.know(_answer(asked.question(FAILURE_RATE), now))
    asked.know(_answer(before.question(FAILURE_RATE), was))
    found = tile(asked, FAILURE_RATE)
    assert (found.change, found.is_better) == (change, is_better)
