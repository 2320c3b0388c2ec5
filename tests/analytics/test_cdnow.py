"""Repurchase over a purchase log that everybody knows: what an independent computation finds in it, exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
import time_machine

from analytics.metrics.catalogue import METRICS
from analytics.rollups.questions import Answer, Question, Step
from analytics.rollups.selectors import answer
from analytics.rollups.services.deriving import derive_buyers
from analytics.rollups.services.rebuilding import rebuild
from tests.analytics import cdnow
from tests.analytics.naive import SEOUL, percentiles

COHORTS = [date(1997, month, 1) for month in (1, 2, 3)]
END, EARLY = date(1998, 7, 1), date(1997, 5, 20)
"""Behind the last day of the log; and a day on which the 90 days of most customers have not passed."""


def share(lives: Iterable[Sequence[date]], days: int, asked_on: date) -> tuple[int, int]:
    """Customers who bought again within so many days, and those whose days have passed at a midnight.

    They count in whole hours: the days begin at the end of the hour of the first purchase, which is a midnight too.
    """
    seen = [life for life in lives if life[0] + timedelta(days=days) < asked_on]
    return sum(len(life) > 1 and (life[1] - life[0]).days <= days for life in seen), len(seen)


def asked(code: str, first_on: date, last_on: date) -> Answer:
    return answer(Question(METRICS[code], first_on, last_on, SEOUL, step=Step.MONTH))


def compare_cohorts(lives: Mapping[str, Sequence[date]], asked_on: date) -> list[tuple[int, int]]:
    """R30, R60 and R90 of each month and of all, as of a midnight; what the last is."""
    whole = []
    for days in (30, 60, 90):
        found = asked(f"repurchase_{days}", COHORTS[0], date(1997, 3, 31))
        for month in COHORTS:
            cohort = [life for life in lives.values() if life[0].replace(day=1) == month]
            assert (found.steps[month].part, found.steps[month].whole) == share(cohort, days, asked_on), (month, days)
        whole.append((found.whole.part, found.whole.whole))
        assert whole[-1] == share(lives.values(), days, asked_on)
    return whole


@pytest.mark.django_db
def test_repurchase_and_intervals_of_cdnow() -> None:
    told = cdnow.transactions()
    lives = cdnow.days_of_customers(told)
    assert (len(told), len(lives)) == (69_659, 23_570)
    cdnow.keep(told)
    derive_buyers()
    with time_machine.travel(datetime.combine(EARLY, time(), SEOUL), tick=False):
        rebuild(datetime(1997, 1, 1, tzinfo=SEOUL), datetime(1997, 4, 1, tzinfo=SEOUL))
        early = compare_cohorts(lives, EARLY)
    with time_machine.travel(datetime.combine(END, time(), SEOUL), tick=False):
        rebuild()
        late = compare_cohorts(lives, END)
        intervals = asked("purchase_interval", date(1997, 1, 1), date(1998, 6, 30))
    assert [whole for _, whole in late] == [23_570] * 3
    assert 0 < early[2][1] < early[1][1] < early[0][1] == 23_570
    between = [(later, (later - before).days) for life in lives.values() for before, later in pairwise(life)]
    assert intervals.spread == dict(sorted(Counter(days for _, days in between).items()))
    assert intervals.whole.sample == len(between) == 67_591 - 23_570
    for month, figure in intervals.steps.items():
        of_month = sorted(days for later, days in between if later.replace(day=1) == month)
        assert (figure.sample, figure.times) == (len(of_month), percentiles(of_month)), month
