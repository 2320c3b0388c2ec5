"""The rows behind a figure are as many as the figure counts, and nothing in their address breaks the page."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker

from analytics.dashboards.asking import Asked
from analytics.dashboards.permissions import VIEW
from analytics.dashboards.rows import place_in, place_text
from analytics.metrics.catalogue import METRICS
from analytics.metrics.declarations import Amount, Distribution, Facts, Metric, Mix, cube_for
from analytics.metrics.facts import ATTEMPTS, CHECKOUTS, GROUPS
from analytics.rollups import behind as room
from analytics.rollups.behind import behind
from analytics.rollups.questions import Answer, Figure, Question, Step
from analytics.rollups.selectors import answer
from analytics.rollups.spans import Span, given
from config.staff.roles import Role, capability
from tests.analytics import counted_town
from tests.cast import person

SEOUL = ZoneInfo("Asia/Seoul")
FIRST, LAST = date(2026, 6, 25), date(2026, 11, 12)
REFERRED = [metric for metric in METRICS.values() if metric.facts.reference]


@pytest.fixture(scope="module")
def lived(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The town after a hundred orders."""
    with counted_town.lasting(django_db_blocker):
        counted_town.shop(100, random.Random(4))
        yield


@pytest.fixture
def reader(lived: None, db: None) -> Client:
    """Somebody of finance."""
    client = Client()
    client.force_login(person(Role.FINANCE))
    return client


def counted(metric: Metric, figure: Figure, side: str) -> int:
    """What a figure says of a side of its line."""
    if isinstance(metric, Amount):
        return figure.sample
    if side == "part" and (not isinstance(metric, Distribution) or metric.slow):
        return figure.part
    return figure.part if isinstance(metric, Mix) else figure.whole


def question(
    metric: Metric, step: Step = Step.DAY, split: tuple[str, ...] = (), **narrowed: tuple[str, ...]
) -> Question:
    if metric.is_per_currency and "currency" not in split:
        narrowed |= {"currency": ("KRW",)}
    return Question(metric, FIRST, LAST, SEOUL, narrowed, split, step)


def narrowed_to(metric: Metric, dimension: str, value: str) -> Question:
    whole = question(metric)
    return replace(whole, narrowed={**whole.narrowed, dimension: (value,)})


def every_row(asked: Question, side: str) -> list[tuple[str, datetime]]:
    """The rows of all pages, one behind the other; none is empty but the last, the others tell of as many."""
    found = behind(asked, side)
    rows, count = [*found.rows], found.count
    while found.older:
        found = behind(asked, side, after=place_in(place_text(found.older)))
        assert found.count == count or not found.rows
        assert found.rows or not found.older
        rows += found.rows
    return rows


@pytest.mark.parametrize("side", ["part", "whole"])
@pytest.mark.parametrize("metric", REFERRED, ids=lambda metric: metric.code)
def test_there_are_as_many_rows_as_a_figure_counts(metric: Metric, side: str, lived: None, db: None) -> None:
    found: Answer = answer(question(metric))
    rows = every_row(question(metric), side)
    assert (behind(question(metric), side).count, len(rows)) == (counted(metric, found.whole, side),) * 2
    assert rows == sorted(rows, key=lambda row: (row[1], row[0]), reverse=True)
    for step in Step:
        if step is Step.HOUR:
            continue
        asked = question(metric, step)
        for point, figure in answer(asked).steps.items():
            assert behind(asked, side, point).count == counted(metric, figure, side), (step, point)
    for dimension in {name for cube in metric.facts.cubes for name in cube}:
        is_kept = cube_for(metric, question(metric, split=(dimension,)).dimensions) is not None
        if not is_kept or (metric.is_per_currency and dimension == "currency"):
            continue
        split = question(metric, split=(dimension,))
        for (value,), figure in answer(split).parts.items():
            narrow = behind(narrowed_to(metric, dimension, value), side)
            assert narrow.count == counted(metric, figure, side), (dimension, value)


def test_the_newest_are_shown_and_all_are_counted(monkeypatch: pytest.MonkeyPatch, lived: None, db: None) -> None:
    asked = question(METRICS["reached_paid"])
    every = every_row(asked, "whole")
    monkeypatch.setattr(room, "MOST", 7)
    newest = behind(asked, "whole")
    assert (newest.rows, newest.count, newest.is_cut) == (every[:7], len(every), False)
    assert every_row(asked, "whole") == every
    assert len(every) > 60


def test_rows_of_one_instant_stand_on_one_page(monkeypatch: pytest.MonkeyPatch, lived: None, db: None) -> None:
    monkeypatch.setattr(room, "MOST", 1)
    asked = question(METRICS["attempt_failure_rate"], family=("card",))
    rows = every_row(asked, "whole")
    assert len(rows) == len({*rows}) == behind(asked, "whole").count > 5


def test_few_are_looked_up_as_all_are_read(lived: None, db: None) -> None:
    """The two ways to read attempts and groups find the same rows, with all that they are narrowed by."""
    for facts in {metric.facts.code: metric.facts for metric in REFERRED if metric.facts.single}.values():
        span = Span(datetime(2026, 7, 1, tzinfo=SEOUL), datetime(2026, 11, 1, tzinfo=SEOUL))
        found = [rows_of(query, "true", span, facts) for query in (facts.query, facts.query_of_few(facts.dimensions))]
        assert found[0] == found[1]
        assert len(found[0]) > 50, facts.code


def test_rare_rows_are_found_without_the_others(lived: None, db: None) -> None:
    """What is said of the rows behind a rare fact leaves none of them out, and others out."""
    span = Span(datetime(2026, 7, 1, tzinfo=SEOUL), datetime(2026, 11, 1, tzinfo=SEOUL))
    for facts in (ATTEMPTS, GROUPS, CHECKOUTS):
        rare = [(each.where, each.only) for each in facts.measures if each.only]
        rare += [(f"({each.column}) IS NOT NULL", each.only) for each in facts.times if each.only]
        for where, only in rare:
            found = [
                [rows_of(query, holds, span, facts) for holds in (where, "true")]
                for query in (facts.query, facts.query_of_few(facts.dimensions, only))
            ]
            assert found[0][0] == found[1][0] != []
            assert len(found[1][1]) < len(found[0][1])
        assert rare, facts.code


def rows_of(query: str, where: str, span: Span, facts: Facts) -> list[tuple[Any, ...]]:
    columns = ", ".join(("at", "reference", *facts.needs, *facts.dimensions))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM ({query}) AS t WHERE {where} ORDER BY {columns}", given(span, facts))
        return [*cursor.fetchall()]


def test_of_what_is_kept_only_days_with_rows_are_looked_through(
    monkeypatch: pytest.MonkeyPatch, lived: None, db: None, django_assert_num_queries: Any
) -> None:
    asked = question(METRICS["reached_paid"])
    days = [day for day, figure in answer(asked).steps.items() if figure.whole]
    with django_assert_num_queries(1 + 3):
        behind(question(METRICS["reached_paid"], country=("nowhere",)), "whole")
        behind(asked, "whole", days[-1])
    monkeypatch.setattr(room, "LONGEST_FROM_FACTS", 2)
    few = behind(asked, "whole")
    assert {at.astimezone(SEOUL).date() for _reference, at in few.rows} == set(days[-2:])
    assert (few.is_cut, few.count) == (True, answer(asked).whole.whole)


def test_of_what_is_not_kept_the_last_31_days_are_looked_through(lived: None, db: None) -> None:
    asked = question(METRICS["reached_paid"], family=("card",))
    found = behind(asked, "whole")
    late = replace(asked, first_on=date(2026, 10, 13))
    assert (found.is_cut, found.count) == (True, answer(late).whole.whole)
    assert 0 < found.count < behind(question(METRICS["reached_paid"]), "whole").count


def test_a_click_on_a_page_leads_to_the_rows_of_its_figure(reader: Client) -> None:
    asked = Asked(FIRST, LAST, SEOUL, Step.MONTH, "KRW", {"device": ("mobile",)})
    metric = METRICS["abandonment_60m"]
    month, figure = next((point, each) for point, each in asked.ask(metric).steps.items() if each.part)
    page = reader.get(asked.rows_url(metric, {"country": ""}, at=month))
    part = asked.ask(metric, ("country",)).cells[month, ("",)].part
    assert (page.context["found"].count, len(page.context["rows"])) == (part, part)
    assert 0 < part < figure.part
    chips = page.context["chips"]
    assert [(each["label"], each["value"]) for each in chips] == [
        ("Step", str(month)), ("Country", "not told"), ("Device", "Mobile"),
    ]  # fmt: skip
    assert parse_qs(chips[1]["query"])["device"] == ["mobile"]
    assert "country" not in parse_qs(chips[1]["query"])
    first = page.context["rows"][0]["checkout"].merchant_reference
    assert f">{first}<" in page.content.decode()


def test_the_list_of_payments_is_asked_as_much_as_it_knows(reader: Client) -> None:
    query = {
        "first_on": str(FIRST),
        "last_on": str(LAST),
        "zone": "Asia/Seoul",
        "provider": "toss",
        "cause": "declined_soft",
    }
    address = urlsplit(reader.get("/insights/metrics/failure_rate/rows/", query).context["list_url"])
    assert parse_qs(address.query) == {
        "created_from": [str(FIRST)], "created_to": [str(LAST)], "provider": ["toss"], "status": ["failed"],
    }  # fmt: skip
    assert reader.get(address.geturl()).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"at": "2026-07-01' OR 1=1"},
        {"at": "9999-12-31"},
        {"at": "0001-01-01T00:00:00+00:00"},
        {"at": "2026-11-05T00:00:00+09:00"},
        {"at": "2024-01-01"},
        {"first_on": "9999-12-31"},
        {"last_on": "9999-12-31"},
        {"first_on": "0001-01-01", "last_on": "0001-01-02"},
        {"zone": "../../etc/passwd"},
        {"zone": "Asia/Kolkata"},
        {"step": "century"},
        {"provider": "\x00"},
        {"split": "provider,method,currency"},
        {"colour": "red", "method": "';--", "country": '{"KR"}', "currency": '\\,"', "device": "ﷺ" * 300},
        {"side": "neither"},
        {"hour": "99", "weekday": "x"},
        {"after": "x"},
        {"after": "253402300799999999.a"},
        {"after": "9" * 30 + ".a"},
        {"after": "1760000000000000.' OR 1=1\x00"},
        {"after": "1760000000000000." + "ﷺ" * 300},
    ],
    ids=str,
)
@pytest.mark.parametrize("address", ["/insights/metrics/abandonment_60m/rows/", "/insights/metrics/abandonment_60m/"])
def test_no_address_breaks_the_page(reader: Client, address: str, query: dict[str, str]) -> None:
    # A NUL is refused before any page is asked.
    expected = 400 if any("\x00" in value for value in query.values()) else 200
    assert reader.get(address, query).status_code == expected
    assert reader.get("/insights/abandonment/", query).status_code == expected


def test_a_step_of_another_period_is_refused_in_words(reader: Client) -> None:
    query = {"first_on": str(FIRST), "last_on": str(LAST), "at": "2024-01-01"}
    page = reader.get("/insights/metrics/failure_rate/rows/", query)
    assert "found" not in page.context
    assert "The step is not one of this period." in page.content.decode()


def test_rows_are_for_whom_payments_are(reader: Client) -> None:
    for role in Role:
        client = Client()
        client.force_login(person(role, email=f"{role}@elsewhere.example"))
        allowed = role in capability("payments.view").roles and role in capability(VIEW).roles
        status = client.get("/insights/metrics/failure_rate/rows/").status_code
        assert status == (200 if allowed else 403), role
    assert reader.get("/insights/metrics/payment_cost/rows/").status_code == 404
