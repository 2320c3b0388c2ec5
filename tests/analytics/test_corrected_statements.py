"""What payments cost follows the statements that stand: files as they arrive, and corrections of them."""

from __future__ import annotations

import random
from datetime import date, datetime
from pathlib import Path

import pytest

from analytics.metrics.catalogue import METRICS
from analytics.rollups.models import DirtyBucket, Mark
from analytics.rollups.questions import Question
from analytics.rollups.selectors import answer
from analytics.rollups.services.computing import compute_dirty
from analytics.rollups.services.rebuilding import rebuild
from payments.settlement.models import Statement
from tests.analytics import books, naive, naive_shop
from tests.payments.settlement.arrivals import Desk, adyen, batch

PERIOD = date(2026, 6, 1), date(2026, 7, 31)


def figures() -> tuple[tuple[int, int, int], tuple[int, int | None]]:
    """The cost of payments, and how long their money takes; as counted by hand too."""
    cost, cash = (
        answer(Question(METRICS[code], *PERIOD, naive.SEOUL)).whole for code in ("payment_cost", "time_to_cash")
    )
    lines = naive_shop.lines(naive.SEOUL)
    by_hand, times = naive.figure("payment_cost", lines), naive.figure("time_to_cash", lines).times
    assert (cost.part, cost.whole, cost.sample) == (by_hand.part, by_hand.whole, by_hand.sample)
    assert (cash.sample, cash.times) == (len(times), naive.percentiles(times))
    return (cost.part, cost.whole, cost.sample), (cash.sample, cash.times[50])


@pytest.mark.django_db
def test_a_corrected_file_takes_the_place_of_the_first(tmp_path: Path) -> None:
    provider, desk = adyen(), Desk(tmp_path)
    desk.take(provider, batch(1_000, 2_000, 3_000))
    compute_dirty()
    first = figures()
    assert first[0] == (30, 6_000, 3)
    assert first[1] == (0, None)  # this file does not tell the day of the sale
    versions = [(1_000, 2_000, 3_000), (1_000, 2_500), (700, 800, 900, 1_000)]
    for amounts in versions[1:]:
        desk.take(provider, batch(*amounts))
        compute_dirty()
        current = Statement.objects.get(is_current=True)
        standing = next(each for each in versions if len(each) == current.line_count - 1)
        assert figures()[0] == (10 * len(standing), sum(standing), len(standing))
    assert Statement.objects.count() == 3
    assert (Mark.objects.count(), DirtyBucket.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_day_counted_alone_keeps_what_was_booked_behind_the_period_of_its_statement() -> None:
    provider = adyen()
    statement = books.post(provider, date(2026, 7, 1), random.Random(11))
    compute_dirty()
    before = figures()
    assert statement.period_to < date(2026, 7, 1)
    assert before[0][2] > 0
    for day in (date(2026, 7, 1), date(2026, 7, 2)):
        start, end = (datetime(day.year, day.month, day.day + more, tzinfo=naive.SEOUL) for more in (0, 1))
        rebuild(start, end)
    assert figures() == before
