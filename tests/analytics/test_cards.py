"""Definition cards: the query that a card shows computes the figure beside it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.db import connection

from analytics.dashboards.cards import query_of
from analytics.metrics.catalogue import METRICS
from analytics.metrics.declarations import Amount, Clock, Distribution, Unit
from analytics.rollups.questions import Question, Step
from analytics.rollups.selectors import answer
from analytics.rollups.services.computing import compute_dirty
from analytics.rollups.spans import given, span_of_days
from payments.methods.models import Provider
from tests.analytics import books, town
from tests.analytics.naive import SEOUL


@pytest.fixture
def lived(db: None) -> Iterator[None]:
    """Four months of the town, counted, at an instant that stands still."""
    with time_machine.travel(town.NOW, tick=False):
        town.build()
        dice = random.Random(5)
        town.tell(town.orders(range(80), dice))
        for provider in Provider.objects.all():
            for booked_on in books.BOOKED:
                books.post(provider, booked_on, dice)
        for _ in range(60):  # most sales are alike: one row of the facts that stands for them all
            books.sold(Provider.objects.get(code="toss"), date(2026, 7, 8), date(2026, 7, 8))
        compute_dirty()
        yield


def test_the_query_of_each_card_computes_its_figure(lived: None) -> None:
    asked = []
    for code, metric in METRICS.items():
        is_monthly = metric.facts.clock is Clock.PERIOD
        first_on, last_on = date(2026, 7, 1), date(2026, 7, 31) if is_monthly else date(2026, 11, 9)
        step = Step.MONTH if is_monthly else Step.DAY
        figure = answer(Question(metric, first_on, last_on, SEOUL, step=step)).whole
        with connection.cursor() as cursor:
            cursor.execute(query_of(metric), given(span_of_days(first_on, last_on), metric.facts))
            above, below = cursor.fetchone()
        assert figure.sample > 0, code
        if isinstance(metric, Distribution):
            near = below * 0.02 + 1 if metric.unit is Unit.MILLISECONDS else 0
            assert above == figure.sample, code
            assert abs((figure.times[50] or 0) - below) <= near, code
        else:
            assert (above, below) == (figure.part, None if isinstance(metric, Amount) else figure.whole), code
        asked.append(code)
        if code == "time_to_cash":
            assert (figure.times[50], below) == (0, 0)
    assert len(asked) == len(METRICS) > 20
