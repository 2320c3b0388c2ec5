"""The overview and the pages of failures, of times and of providers: figures, ways to the rows, questions, queries."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from analytics.charts import Chart
from analytics.dashboards.pages import PAGES, times
from analytics.dashboards.wording import percent_text
from analytics.metrics.catalogue.failure import ATTEMPT_FAILURE_RATE, FAILED_AMOUNT, FAILURE_RATE
from analytics.metrics.catalogue.repurchase import REPURCHASE
from analytics.metrics.catalogue.times import PROVIDER_LATENCY
from analytics.metrics.declarations import Distribution
from analytics.rollups.histograms import GROWTH
from config.staff.roles import Role
from tests.analytics import counted_town
from tests.cast import person
from tests.payments.intake.api.asking import Machine

MINE = ("failure", "times", "comparison")
WHOLE = {"first_on": "2026-10-10", "last_on": "2026-11-08"}
"""Thirty days, which facts too are asked of."""
PRELOADED = re.compile('<link rel="preload" as="script" href="[^"]*/plotly-cartesian[^"]*"')
"""The script that draws; the browser complains when nothing is drawn then."""


@pytest.fixture(scope="module")
def settled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """All that a small town did, counted."""
    with counted_town.lasting(django_db_blocker):
        counted_town.settle(150, random.Random(7))
        yield


@pytest.fixture
def reader(settled: None, db: None) -> Client:
    """Somebody who may see payments and figures."""
    client = Client()
    client.force_login(person(Role.FINANCE))
    return client


def charts_of(page: Any) -> dict[str, Chart]:
    return {each.code: each for each in page.context["charts"]}


def words_of(page: Any) -> str:
    """What the page says, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page.content.decode())))


def number(cell: str) -> int:
    """The whole number that a cell begins with."""
    return int(cell.split()[0].replace(",", ""))


@pytest.mark.parametrize("code", MINE)
def test_a_page_shows_all_its_charts_each_with_its_table_and_its_file(reader: Client, code: str) -> None:
    page = reader.get(f"/insights/{code}/", WHOLE)
    charts = charts_of(page)
    assert len(charts) == len(PAGES[code].panels)
    assert page.context["left_out"] == []
    for chart in charts.values():
        assert chart.reading
        assert all(len(row.cells) == len(chart.columns) for row in chart.rows)
        assert reader.get(chart.csv_url).headers["Content-Type"] == "text/csv; charset=utf-8", chart.code
    text = words_of(page)
    for metric in (*PAGES[code].tiles, *PAGES[code].more):
        assert metric.sentence in text
    assert "2026-10-10 – 2026-11-08" in text
    assert PRELOADED.search(page.content.decode())


@pytest.mark.parametrize("code", MINE)
def test_as_many_rows_lie_behind_a_figure_as_it_says(reader: Client, code: str) -> None:
    """Of what is above the line the second last number or the one that is there, of what is below it the last."""
    seen = 0
    for chart in charts_of(reader.get(f"/insights/{code}/", WHOLE | {"zone": "Asia/Seoul"})).values():
        for row in chart.rows:
            query = {key: values[0] for key, values in parse_qs(urlsplit(row.url).query).items()}
            if not row.url or (query["side"] == "part" and chart.code == "failure-first-final"):
                continue
            expected = counted(chart, row.cells, query["side"])
            found = reader.get(row.url).context["found"]
            assert found.count == expected, (chart.code, row.cells, row.url)
            seen += 1
    assert seen > 10


def counted(chart: Chart, cells: Any, side: str) -> int:
    """The column that a row of a chart counts its facts in."""
    names = [each.name for each in chart.columns]
    for name in ("Failed", "Failed attempts", "Above the line" if side == "part" else "Counted", "Attempts", "Counted"):
        if name in names:
            return number(cells[names.index(name)])
    raise AssertionError(names)


def test_the_tables_say_what_the_metrics_say(reader: Client) -> None:
    charts = charts_of(reader.get("/insights/failure/", WHOLE))
    by_day = reader.get(f"/insights/metrics/{FAILURE_RATE.code}/", WHOLE).context
    rate = charts["failure-rate-time"]
    assert [(number(row.cells[2]), number(row.cells[3])) for row in rate.rows] == [
        (line.figure.part, line.figure.whole) for line in by_day["steps"]
    ]
    assert f"{by_day['whole'].figure.part:,} of {by_day['whole'].figure.whole:,}" in rate.reading
    leaves = [row for row in charts["failure-causes"].rows if row.url]
    assert sum(number(row.cells[1]) for row in leaves) == by_day["whole"].figure.part
    codes = [row for row in charts["failure-decline-codes"].rows if not row.cells[1]]
    attempts = reader.get(f"/insights/metrics/{ATTEMPT_FAILURE_RATE.code}/", WHOLE).context["whole"].figure
    assert sum(number(row.cells[2]) for row in codes) == attempts.part
    lost = reader.get(f"/insights/metrics/{FAILED_AMOUNT.code}/", WHOLE).context["whole"].figure
    assert sum(number(row.cells[1]) for row in charts["failed-amount-time"].rows) == lost.part


def test_the_period_before_stands_beside_each_step(reader: Client) -> None:
    query = {"first_on": "2026-10-26", "last_on": "2026-11-08", "compare": "previous"}
    rate = charts_of(reader.get("/insights/failure/", query))["failure-rate-time"]
    before = reader.get(f"/insights/metrics/{FAILURE_RATE.code}/", {"first_on": "2026-10-12", "last_on": "2026-10-25"})
    shares = [line.figure.share for line in before.context["steps"]]
    assert rate.columns[-1].name == "Before"
    assert [row.cells[-1] for row in rate.rows] == [percent_text(share) for share in shares]
    alone = charts_of(reader.get("/insights/failure/", query | {"compare": "none"}))["failure-rate-time"]
    assert [each.name for each in alone.columns] == [each.name for each in rate.columns[:-1]]


def test_the_histogram_holds_every_answer_once(reader: Client) -> None:
    charts = charts_of(reader.get("/insights/times/", WHOLE))
    whole = reader.get(f"/insights/metrics/{PROVIDER_LATENCY.code}/", WHOLE).context["whole"].figure
    spread = charts["provider-latency-spread"]
    assert sum(number(row.cells[2]) for row in spread.rows) == whole.sample
    assert whole.sample > 30
    cash = charts["time-to-cash-spread"]
    paid = reader.get("/insights/metrics/time_to_cash/", WHOLE).context["whole"].figure
    assert sum(number(row.cells[1]) for row in cash.rows) == paid.sample


def test_attempts_without_an_answer_in_time_are_told_of_all_that_ended(reader: Client) -> None:
    chart = charts_of(reader.get("/insights/times/", WHOLE))["timeouts-time"]
    machine, address = Machine("metrics:read"), f"metrics/{ATTEMPT_FAILURE_RATE.code}"
    ended = machine.get(address, WHOLE).json()
    late = machine.get(address, WHOLE | {"cause": "technical.timeout", "split": "provider"}).json()
    assert [(number(row.cells[2]), number(row.cells[3])) for row in chart.rows] == [
        (part["part"], whole["whole"]) for part, whole in zip(late["steps"], ended["steps"], strict=True)
    ]
    many, whole = late["whole"]["part"], ended["whole"]["whole"]
    assert 0 < many < whole
    most = max(late["parts"], key=lambda each: each["part"])
    assert chart.reading == (
        f"Of {whole:,} attempts {many} had no answer in time, which is {many * 100 / whole:.1f} %; most at"
        f" {most['values'][0]}: {most['part']}."
    )
    file = reader.get(chart.csv_url).content.decode().removeprefix("\ufeff")
    assert int(next(csv.DictReader(io.StringIO(file)))["part"]) == many
    assert all(bool(row.url) == (number(row.cells[2]) > 0) for row in chart.rows)


@pytest.mark.parametrize(
    "spread", [{}, {-1: 3}, {5: 1, 400: 2}, {times.FIRST_BUCKET: 1, times.FIRST_BUCKET + 1: 4}, {230: 7}]
)
def test_buckets_are_gathered_without_loss_and_in_order(spread: dict[int, int]) -> None:
    ends, counts = times.gathered(spread)
    assert len(ends) == len(counts) + 1
    assert len(counts) <= times.MOST_BARS
    assert sum(counts) == sum(spread.values())
    bounds = [int(GROWTH**end) for end in ends]
    assert bounds == sorted(set(bounds))
    for bucket, many in spread.items():
        place = next(n for n, end in enumerate(ends[1:]) if bucket <= end)
        assert counts[place] >= many


def test_providers_stand_in_one_table_with_intervals_around_their_success(reader: Client) -> None:
    table = charts_of(reader.get("/insights/comparison/", WHOLE))["providers"]
    assert table.is_table_open
    assert [row.cells[0] for row in table.rows] == ["stripe", "toss"] or [row.cells[0] for row in table.rows] == [
        "toss", "stripe",
    ]  # fmt: skip
    for row in table.rows:
        query = WHOLE | {"provider": row.cells[0]}
        failed = reader.get(f"/insights/metrics/{ATTEMPT_FAILURE_RATE.code}/", query).context["whole"].figure
        assert number(row.cells[1]) == failed.whole
        shown, low, high = (float(each) for each in re.findall(r"[\d.]+", row.cells[2]))
        assert abs(shown - (failed.whole - failed.part) * 100 / failed.whole) <= 0.051
        assert low < shown < high
        slow = reader.get(f"/insights/metrics/{PROVIDER_LATENCY.code}/", query).context["whole"].figure
        assert row.cells[4] == f"{(slow.times[50] + 5) // 10 / 100:.2f} s"


def test_the_question_of_a_page_is_in_its_address_and_in_words(reader: Client) -> None:
    query = {"first_on": "2026-10-25", "last_on": "2026-11-07", "provider": "toss", "zone": "UTC", "currency": "KRW",
             "compare": "previous"}  # fmt: skip
    page = reader.get("/insights/failure/", query)
    for words in ("2026-10-25 – 2026-11-07", "UTC", "Provider: toss", "amounts in KRW", "2026-10-11 – 2026-10-24"):
        assert words in words_of(page)
    asked = parse_qs(urlsplit(page.context["tiles"][0].url).query)
    assert (asked["provider"], asked["zone"], asked["first_on"]) == (["toss"], ["UTC"], ["2026-10-25"])
    other = reader.get("/insights/failure/", query | {"provider": "stripe"})
    assert page.context["tiles"][0].sample != other.context["tiles"][0].sample
    spans = page.context["spans"]
    assert [(each.days, each.first_on) for each in spans] == [
        (7, "2026-11-02"), (28, "2026-10-12"), (90, "2026-08-11"), (365, "2025-11-09"),
    ]  # fmt: skip
    assert not any(each.is_current for each in spans)
    lately = reader.get("/insights/failure/").context
    assert [each.days for each in lately["spans"] if each.is_current] == [28]
    shown = [lately["form"][name].value() for name in ("first_on", "last_on")]
    assert shown == ["2026-10-13", "2026-11-09"]  # of Seoul, where it is Monday already
    (link,) = re.findall(r'href="(\?[^"]*first_on=2026-11-02[^"]*)"', page.content.decode())
    assert "provider=toss" in link


@pytest.mark.parametrize(
    ("query", "field"),
    [({"zone": "Mars"}, "zone"), ({"first_on": "2026-11-02", "last_on": "2026-11-01"}, "last_on"),
     ({"provider": "nobody"}, "provider"), ({"first_on": "2020-01-01"}, "first_on"), ({"compare": "x"}, "compare")],
)  # fmt: skip
def test_a_refused_filter_is_named_and_what_was_typed_stays(reader: Client, query: dict[str, str], field: str) -> None:
    for address in ("/insights/", *(f"/insights/{code}/" for code in MINE)):
        page = reader.get(address, query)
        assert page.status_code == 200
        assert field in page.context["form"].errors
        assert "tiles" not in page.context
        assert "<details" in page.content.decode()


def test_the_overview_leads_from_each_figure_to_its_page(reader: Client) -> None:
    page = reader.get("/insights/", {"last_on": "2026-11-08"})
    tiles = {each.metric.code: each for each in page.context["tiles"]}
    assert [each.page for each in tiles.values()] == ["failure", "times", "times", "abandonment", "repurchase"]
    text = page.content.decode()
    for each in tiles.values():
        assert f'href="/insights/{each.page}/?last_on=2026-11-08"' in text
        assert each.sample > 0
    assert tiles["provider_latency"].beside.startswith("p50 ")
    again = tiles[REPURCHASE[30].code]
    assert again.asked is not None
    assert (str(again.asked.first_on), str(again.asked.last_on)) == ("2026-09-12", "2026-10-09")
    assert "2026-09-12 – 2026-10-09" in words_of(page)
    counted_then = reader.get("/insights/metrics/repurchase_30/", {"first_on": "2026-09-12", "last_on": "2026-10-09"})
    assert again.sample == counted_then.context["whole"].figure.whole


def test_today_shows_the_four_kpis_to_whoever_may_see_them(reader: Client) -> None:
    tiles = reader.get("/").context["tiles"]
    assert [each.page for each in tiles] == ["failure", "times", "times", "abandonment", "repurchase"]
    auditor = Client()
    auditor.force_login(person(Role.AUDITOR))
    may = auditor.get("/insights/").status_code == 200
    assert ("tiles" in auditor.get("/").context) == may


def test_no_time_is_told_without_another(reader: Client) -> None:
    for code in MINE:
        for each in reader.get(f"/insights/{code}/", WHOLE).context["tiles"]:
            assert not isinstance(each.metric, Distribution) or (" p95" in each.name and "p50" in each.beside)
