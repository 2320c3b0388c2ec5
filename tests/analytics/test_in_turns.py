"""The parts of a page are read for ahead of time, and are what they would be one after the other."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

import psycopg
import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from analytics.dashboards.asking import Asked
from analytics.dashboards.assembling import page_of
from analytics.dashboards.pages import PAGES
from analytics.dashboards.tiles import tile
from analytics.dashboards.turns import in_turns
from analytics.metrics.catalogue.failure import FAILURE_RATE
from analytics.metrics.declarations import Metric
from analytics.rollups.questions import Answer, Step
from analytics.rollups.together import Statement, Together
from tests.analytics import counted_town
from tests.analytics.naive import SEOUL

STEPS = (Step.DAY, Step.WEEK, Step.MONTH)


@pytest.fixture(scope="module", autouse=True)
def shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A town that has shopped, for all tests here."""
    with counted_town.lasting(django_db_blocker):
        counted_town.settle(60, random.Random(3))
        yield


@pytest.fixture
def asked(db: None) -> Asked:
    return Asked(date(2026, 7, 1), date(2026, 11, 12), SEOUL, Step.WEEK, "KRW", now_on=date(2026, 11, 12))


@pytest.mark.parametrize("code", PAGES)
def test_a_page_is_what_its_parts_are_one_after_the_other(asked: Asked, code: str) -> None:
    page = PAGES[code]
    shown = page_of(page, asked)
    alone = Asked(asked.first_on, asked.last_on, asked.zone, asked.step, asked.currency, now_on=asked.now_on)
    assert shown["charts"] == [panel(alone) for panel in page.panels]
    assert [(each.value, each.change, each.points) for each in shown["tiles"]] == [
        (each.value, each.change, each.points) for each in (tile(alone, metric) for metric in page.tiles)
    ]


def parts_that_ask(asked: Asked, seen: list[int], metric: Metric) -> list[Callable[[], Answer]]:
    """Six parts that ask for something of their own; `seen` gets how many statements were sent when each is drawn."""

    def part(step: Step, provider: str) -> Answer:
        found = asked.ask(metric, (), step, provider=(provider,))
        seen.append(len(connection.queries_log))
        return found

    return [partial(part, step, provider) for step in STEPS for provider in ("toss", "stripe")]


def test_all_is_sent_before_any_is_drawn(asked: Asked) -> None:
    seen: list[int] = []
    with CaptureQueriesContext(connection) as captured:
        before = len(connection.queries_log)
        in_turns(asked.together, parts_that_ask(asked, seen, FAILURE_RATE))
    assert [each - before for each in seen] == [6] * 6
    assert len(captured) == 6


def test_what_has_come_is_taken_while_the_rest_is_still_read(asked: Asked) -> None:
    locks = (41_972_064, 41_972_065)
    together, (first, second) = (
        Together(),
        (
            Statement("SELECT %(key)s AS key FROM (SELECT pg_advisory_xact_lock(%(key)s)) AS held", {"key": key})
            for key in locks
        ),
    )
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        for key in locks:
            other.execute("SELECT pg_advisory_lock(%s)", [key])
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '20s'")
            with together.ahead():
                together.send([first, second])
                other.execute("SELECT pg_advisory_unlock(%s)", [locks[0]])
                assert together.told(first, list) == [(locks[0],)]
                other.execute("SELECT pg_advisory_unlock(%s)", [locks[1]])
                assert together.told(second, list) == [(locks[1],)]


def test_what_two_parts_need_is_read_once_and_each_is_drawn_in_its_place(asked: Asked) -> None:
    parts = [partial(asked.ask, FAILURE_RATE, (), step) for step in (*STEPS, *reversed(STEPS))]
    with CaptureQueriesContext(connection) as captured:
        found = in_turns(asked.together, parts)
    assert [each.question.step for each in found] == [*STEPS, *reversed(STEPS)]
    assert len(captured) == 3
    assert found[0].whole.whole > 0


def test_a_statement_that_fails_says_so_and_leaves_the_connection_whole(asked: Asked) -> None:
    together, wrong = Together(), Statement("SELECT 1 / 0 AS one", {})
    with pytest.raises(DataError, match="division by zero"), transaction.atomic(), together.ahead():
        together.fetch([wrong, Statement("SELECT 2 AS two", {})])
    assert in_turns(asked.together, [partial(asked.ask, FAILURE_RATE)])[0].whole.whole > 0
