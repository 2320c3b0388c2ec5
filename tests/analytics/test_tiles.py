"""A tile says how a figure changed as it is written, and never calls better what looks the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.dashboards.asking import Asked
from analytics.dashboards.tiles import Tile, tile
from analytics.dashboards.wording import time_text
from analytics.metrics.catalogue.failure import FAILED_AMOUNT, FAILURE_RATE
from analytics.metrics.catalogue.times import PROVIDER_LATENCY, TIME_TO_CASH
from analytics.metrics.declarations import Unit
from analytics.rollups.questions import PERCENTILES, Answer, Figure, Point, Question, Source, Step

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 28)
BEFORE = FIRST - timedelta(days=28)


def _answer(question: Question, *days: Figure) -> Answer:
    """What the first days of a period tell, and nothing of the others."""
    part, whole = sum(each.part for each in days), sum(each.whole for each in days)
    steps: dict[Point, Figure] = {question.first_on + timedelta(days=place): each for place, each in enumerate(days)}
    told = Figure(part, whole, whole)
    return Answer(question, Source.KEPT, told, steps, {}, {}, {}, datetime(2026, 11, 1, tzinfo=UTC))


def _day(failed: int, ended: int = 10_000, *, is_decided: bool = True) -> Figure:
    return Figure(failed, ended, ended, is_decided=is_decided)


def _tile(now: Sequence[Figure], was: Sequence[Figure]) -> Tile:
    asked = Asked(FIRST, LAST, ZoneInfo("Asia/Seoul"), Step.DAY, "KRW", compare="previous")
    before = Asked(BEFORE, FIRST - timedelta(days=1), asked.zone, Step.DAY, "KRW")
    asked.know(_answer(asked.question(FAILURE_RATE), *now))
    asked.know(_answer(before.question(FAILURE_RATE), *was))
    return tile(asked, FAILURE_RATE)


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
    found = _tile([_day(now)], [_day(was)])
    assert (found.change, found.is_better) == (change, is_better)


@pytest.mark.parametrize(("days", "change"), [(2, ""), (14, "+100.0 %")])
def test_an_amount_is_not_compared_with_days_before_anything_was_counted(days: int, change: str) -> None:
    """Four weeks beside two days are no more for being longer."""
    asked = Asked(FIRST, LAST, ZoneInfo("Asia/Seoul"), Step.DAY, "KRW", compare="previous")
    before = Asked(BEFORE, FIRST - timedelta(days=1), asked.zone, Step.DAY, "KRW")
    none, some = Figure(0, 0, 0), Figure(1_000, 20, 20)
    asked.know(_answer(asked.question(FAILED_AMOUNT), *[some] * 28))
    asked.know(_answer(before.question(FAILED_AMOUNT), *[none] * (28 - days), *[some] * days))
    assert tile(asked, FAILED_AMOUNT).change == change


def test_days_that_are_not_decided_are_in_the_figure_and_in_no_comparison() -> None:
    """Vouchers of yesterday have not failed yet: that is no progress."""
    found = _tile([_day(1_200), _day(300, is_decided=False)], [_day(1_100), _day(1_900)])
    assert (found.value, found.sample, found.points) == ("7.5 %", 20_000, [1_200])
    assert (found.change, found.is_better) == ("+1.0 points", False)


def test_nothing_is_compared_while_nearly_nothing_is_decided() -> None:
    found = _tile([_day(3, 20), _day(900, is_decided=False)], [_day(1_100), _day(1_900)])
    assert (found.change, found.is_better) == ("", None)


@pytest.mark.parametrize(("now", "was", "change"), [(True, True, "−33.3 %"), (False, True, ""), (True, False, "")])
def test_what_was_paid_out_quickly_is_not_compared_while_the_rest_is_awaited(now: bool, was: bool, change: str) -> None:
    asked = Asked(FIRST, LAST, ZoneInfo("Asia/Seoul"), Step.DAY, "KRW", compare="previous")
    for first_on, step, days, is_decided in ((FIRST, Step.DAY, 2, now), (BEFORE, Step.PERIOD, 3, was)):
        question = Question(TIME_TO_CASH, first_on, first_on + (LAST - FIRST), asked.zone, step=step)
        told = Figure(0, 100, 100, dict.fromkeys(PERCENTILES, days), is_decided)
        asked.know(replace(_answer(question), whole=told))
    assert (tile(asked, TIME_TO_CASH).value, tile(asked, TIME_TO_CASH).change) == ("2 business days", change)


@pytest.mark.parametrize(
    ("undecided", "ended", "is_decided"), [(0, 0, True), (1, 49, True), (1, 48, False), (2, 98, True), (3, 0, False)]
)
def test_one_in_fifty_may_be_undecided(undecided: int, ended: int, is_decided: bool) -> None:
    counts = {"open": undecided, "succeeded": ended, "failed": 0}
    assert FAILURE_RATE.is_decided(counts) == is_decided
    assert PROVIDER_LATENCY.is_decided(counts)


@pytest.mark.parametrize(
    ("number", "unit", "words"),
    [
        (0, Unit.BUSINESS_DAYS, "0 business days"),
        (1, Unit.BUSINESS_DAYS, "1 business day"),
        (2, Unit.BUSINESS_DAYS, "2 business days"),
        (1, Unit.DAYS, "1 day"),
        (30, Unit.DAYS, "30 days"),
    ],
)
def test_one_day_is_no_days(number: int, unit: Unit, words: str) -> None:
    assert time_text(number, unit) == words
