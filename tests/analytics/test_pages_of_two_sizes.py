"""All pages of the dashboards in a house where nothing happened, and how often they ask in a small and in a larger one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from analytics.rollups.services.computing import compute_dirty
from config.staff.roles import Role
from tests.analytics import stories, town
from tests.analytics.test_pages_a import MINE as FIRST
from tests.analytics.test_pages_a import PRELOADED
from tests.analytics.test_pages_b import ASKED
from tests.analytics.test_pages_b import MINE as CHARTS
from tests.analytics.test_rollups import told
from tests.cast import person

QUERIES = {"abandonment": 19, "repurchase": 23, "mix": 19}


@pytest.fixture
def now(db: None) -> Iterator[None]:
    """The town's instant stands still."""
    with time_machine.travel(town.NOW, tick=False):
        yield


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", *(f"{each}/" for each in FIRST)])
def test_nothing_counted_is_said_kindly(code: str) -> None:
    client = Client()
    client.force_login(person(Role.FINANCE))
    for compare in ("weeks", "none", "year"):
        page = client.get(f"/insights/{code}", {"compare": compare})
        assert page.status_code == 200
        assert all(each.value == "–" and not each.change for each in page.context["tiles"])
        if not any(each.has_values for each in page.context.get("charts", [])):
            assert not PRELOADED.search(page.content.decode())
    for chart in page.context.get("charts", []):
        assert chart.reading
        assert not chart.has_values
        for words in ("dashed", "hatched", "Fewer than 30", "compared with"):
            assert words not in chart.note, chart.code


@pytest.mark.django_db
@pytest.mark.parametrize("many", [5, 60])
@pytest.mark.parametrize(("code", "queries"), [("", 12), ("failure/", 11), ("times/", 25), ("comparison/", 24)])
def test_a_page_asks_a_known_number_of_queries(
    many: int, code: str, queries: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    stories.providers()
    told(range(many), random.Random(2))
    compute_dirty()
    client = Client()
    client.force_login(person(Role.FRAUD_LEAD))
    frame = 6  # session, person, roles; providers and methods to choose from; freshness
    with django_assert_num_queries(frame + queries):
        client.get(f"/insights/{code}")


@pytest.mark.parametrize("code", CHARTS)
def test_an_empty_house_is_told_in_words(code: str, now: None) -> None:
    client = Client()
    client.force_login(person(Role.FINANCE))
    page = client.get(f"/insights/{code}/")
    assert page.status_code == 200
    assert len(page.context["charts"]) == CHARTS[code]
    assert all(chart.reading for chart in page.context["charts"])
    assert not any(chart.has_values for chart in page.context["charts"])
    for words in ("dashed", "hatched", "Fewer than 30", "compared with"):
        assert not any(words in chart.note for chart in page.context["charts"])


@pytest.mark.parametrize("code", CHARTS)
def test_a_page_asks_as_often_with_few_rows_as_with_many(
    code: str, now: None, django_assert_max_num_queries: Any
) -> None:
    counts = []
    client = Client()
    client.force_login(person(Role.FINANCE))
    town.build()
    for numbers in (range(10), range(10, 90)):
        dice = random.Random(9)
        for batch in town.batches(town.orders(numbers, dice), dice, 1):
            town.tell(batch)
        compute_dirty()
        with django_assert_max_num_queries(60) as asked:
            client.get(f"/insights/{code}/", {"first_on": str(ASKED.first_on), "last_on": str(ASKED.last_on)})
        counts.append(len(asked))
    assert counts == [QUERIES[code]] * 2
