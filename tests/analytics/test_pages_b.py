"""The pages of abandonment, repurchase and the payment mix say what the metrics answer, whoever asks and whatever."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from analytics.charts import Chart, Row
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import over_time
from analytics.dashboards.pages import PAGES, abandonment, mix, repurchase, seasons
from analytics.dashboards.wording import percent_text
from analytics.metrics.catalogue import METRICS
from analytics.rollups.behind import MOST
from analytics.rollups.questions import Figure, Step
from config.staff.roles import Role
from tests.analytics import counted_town
from tests.cast import person

SEOUL = ZoneInfo("Asia/Seoul")
ASKED = Asked(date(2026, 6, 25), date(2026, 11, 8), SEOUL, Step.MONTH, "KRW", now_on=date(2026, 11, 8))
"""Never asked itself: what it has been told is known to whatever is made of it."""
MINE = {"abandonment": 13, "repurchase": 7, "mix": 9}
"""How many charts each has."""


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What 120 orders of the town come to, counted."""
    with counted_town.lasting(django_db_blocker):
        counted_town.shop(120, random.Random(8))
        yield


@pytest.fixture
def lived(told: None, db: None) -> None:
    """The same, to be changed by one test."""


@pytest.fixture
def reader(lived: None) -> Client:
    """Somebody of finance."""
    client = Client()
    client.force_login(person(Role.FINANCE))
    return client


def anew(**changes: Any) -> Asked:
    """The question, of which nothing is known."""
    return replace(ASKED, _known={}, **changes)


def cells(rows: Sequence[Row], place: int = 1) -> dict[str, str]:
    return {row.cells[0]: row.cells[place] for row in rows}


def whole(code: str, **narrowed: Any) -> Any:
    return anew().ask(METRICS[code], **narrowed).whole


def test_the_funnel_tells_how_far_checkouts_get(lived: None) -> None:
    chart = abandonment.steps(anew())
    told = [whole(f"reached_{step}") for step in ("method", "submit", "paid")]
    counts = [told[0].whole, *(each.part for each in told)]
    assert [row.cells[1] for row in chart.rows] == [f"{many:,}" for many in counts]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[1] > counts[3] > 0
    assert [row.cells[2] for row in chart.rows][1:] == [percent_text(each.share) for each in told]
    lost = max(before - after for before, after in pairwise(counts))
    assert chart.reading.endswith(f": {lost:,}.")


def test_before_a_method_is_chosen_a_checkout_has_none(lived: None) -> None:
    chart = abandonment.steps_by_method(anew())
    nameless = next(row for row in chart.rows if row.cells[0] == "not told")
    assert nameless.cells[1:] == [f"{whole('reached_method', method=('',)).whole:,}", "0", "0", "0", "0.0 %"]
    assert "before a method was chosen have none" in chart.note
    assert "Reached a method" not in [trace["name"] for trace in chart.figure["data"]]
    by_device = abandonment.steps_by_device(anew())
    assert sum(int(row.cells[1]) for row in by_device.rows) == whole("reached_method").whole


@pytest.mark.parametrize("window", ["60m", "6h", "24h"])
def test_the_window_of_the_address_decides_what_is_abandoned(reader: Client, window: str) -> None:
    query = {"first_on": str(ASKED.first_on), "last_on": str(ASKED.last_on), "step": "month", "window": window}
    charts = {chart.code: chart for chart in reader.get("/insights/abandonment/", query).context["charts"]}
    found = anew().ask(METRICS[f"abandonment_{window}"])
    chart = charts[f"abandonment-{window}-time"]
    assert [row.cells[2] for row in chart.rows] == [f"{figure.part:,}" for figure in found.steps.values()]
    left = charts["left-step"]
    assert sum(int(row.cells[1].replace(",", "")) for row in left.rows) == found.whole.part > 0
    assert whole("abandonment_60m").part > whole("abandonment_24h").part


def test_what_is_recovered_stands_beside_and_is_not_subtracted(lived: None) -> None:
    chart = abandonment.recovered(anew())
    figure = whole("recovered_checkouts")
    assert chart.reading.startswith(f"{figure.part} of {figure.whole}")
    assert figure.part > 0
    assert "not subtracted" in chart.note


def test_cohorts_that_are_too_young_are_empty_and_those_not_over_are_marked(lived: None) -> None:
    chart = repurchase.cohorts(anew(first_on=date(2026, 7, 20)))
    rows = {row.cells[0]: row.cells for row in chart.rows}
    july = date(2026, 7, 1)
    for place, days in enumerate((30, 60, 90), 1):
        figure = anew().ask(METRICS[f"repurchase_{days}"]).steps[july]
        assert rows["2026-07"][place] == percent_text(figure.share)
        assert rows["2026-07"][place + 3] == str(figure.sample)
    assert rows["2026-11"][1:4] == ["too young"] * 3
    october = anew().ask(METRICS["repurchase_30"]).steps[date(2026, 10, 1)]
    expected = "too young" if not october.sample else f"{percent_text(october.share)} · not complete"
    assert rows["2026-10"][1] == expected


@pytest.mark.parametrize(
    ("panel", "dimension"),
    [(repurchase.by_experience, "first_attempt_failed"), (repurchase.by_refund, "refunded"),
     (repurchase.by_first_method, "method")],
)  # fmt: skip
def test_repurchase_is_cut_by_the_first_purchase(lived: None, panel: Any, dimension: str) -> None:
    chart: Chart = panel(anew())
    parts = anew().ask(METRICS["repurchase_30"], (dimension,)).parts
    shown = sorted(
        f"{percent_text(each.share)} ({each.part:,} / {each.whole:,})" for each in parts.values() if each.whole
    )
    assert sorted(row.cells[1] for row in chart.rows) == shown
    assert len(shown) > 1


def test_days_between_purchases_are_exact_until_they_are_drawn(lived: None) -> None:
    spread = anew().ask(METRICS["purchase_interval"]).spread
    chart = repurchase.intervals(anew())
    counts = [int(row.cells[1]) for row in chart.rows]
    assert sum(counts) == sum(spread.values()) > 0
    assert counts[0] == spread.get(0, 0)
    by_hand = [sum(many for days, many in spread.items() if first <= days < last)
               for first, last in zip(repurchase.BINS, [*repurchase.BINS[1:], 10**6], strict=True)]  # fmt: skip
    assert counts == by_hand
    assert repurchase.binned({-1: 2, 0: 1, 365: 4, 366: 8, 9_000: 16}) == [3, *[0] * 12, 4, 24]


def test_the_table_of_growth_holds_the_period_against_the_one_before(lived: None) -> None:
    asked = anew(first_on=date(2026, 10, 1), last_on=date(2026, 11, 8), compare="previous")
    chart = mix.growth(asked)
    now, before = (
        asked.ask(METRICS["payment_mix"], ("method",)),
        asked.ask_before(METRICS["payment_mix"], split=("method",)),
    )
    assert before is not None
    assert before.whole.part > 0 < now.whole.part
    for method in ("card", "naver_pay", "vbank"):
        cells_of = next(row.cells for row in chart.rows if row.cells[0] == method)
        one, other = now.parts[method,], before.parts[method,]
        assert cells_of[1:3] == [percent_text(one.share), percent_text(other.share)]
        assert cells_of[3] == mix.points_text((one.share or 0) - (other.share or 0))
        assert cells_of[4:6] == [f"{one.part:,}", mix.growth_text(one.part, other.part)]
        assert cells_of[6].endswith(" KRW")


def test_growth_in_words() -> None:
    assert [mix.growth_text(*each) for each in ((3, 2), (2, 3), (5, 5), (1, 0), (0, 0), (0, 4))] == [
        "+50.0 %", "−33.3 %", "±0.0 %", "new", "–", "−100.0 %",
    ]  # fmt: skip
    assert [mix.points_text(each) for each in (105, -5, 0, None)] == ["+1.1 points", "−0.1 points", "±0.0 points", "–"]


def test_shares_over_time_are_of_everything_that_was_paid(lived: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seasons, "MOST", 1)
    chart = seasons.trend(anew())
    found = anew().ask(METRICS["payment_mix"], ("method",))
    most = max(found.parts.items(), key=lambda item: item[1].part)[0]
    point = next(point for point, figure in found.steps.items() if figure.whole)
    row = next(row for row in chart.rows if row.cells[0].split(" · ")[0] == str(point))
    assert row.cells[1] == percent_text(found.cells[point, most].share)
    assert [column.name for column in chart.columns] == ["Month", most[0], "All others", "Payments"]
    assert row.cells[3] == f"{found.steps[point].whole:,}"


def test_each_segment_adds_up_to_all_of_itself(lived: None) -> None:
    for panel, metric, split in (
        (mix.by_customer, "payment_mix", ("method", "customer_kind")),
        (mix.by_device, "reached_paid", ("method", "device")),
        (mix.by_currency, "payment_mix", ("method", "currency")),
    ):
        chart = panel(anew())
        parts = anew().ask(METRICS[metric], split).parts
        sizes: dict[str, int] = {}
        for row in chart.rows:
            sizes[row.cells[0]] = sizes.get(row.cells[0], 0) + int(row.cells[3])
            part, size = int(row.cells[3]), int(row.cells[4])
            assert row.cells[2] == percent_text(Figure(part, size, size).share)
        assert sizes == {row.cells[0]: int(row.cells[4]) for row in chart.rows}
        assert sum(sizes.values()) == sum(figure.part for figure in parts.values()) > 0


def test_the_seasons_are_thirteen_months_whatever_is_asked(lived: None) -> None:
    chart = seasons.seasons(anew(first_on=date(2026, 11, 1)))
    assert [row.cells[0] for row in chart.rows][::12] == ["2025-11-01", "2026-11-01 · not complete"]
    assert len(chart.rows) == 13


@pytest.mark.parametrize("code", MINE)
def test_every_drill_down_of_a_page_leads_to_as_many_rows_as_are_told(reader: Client, code: str) -> None:
    query = {"first_on": str(ASKED.first_on), "last_on": str(ASKED.last_on), "step": "month"}
    page = reader.get(f"/insights/{code}/", query)
    assert (page.context["left_out"], len(page.context["charts"])) == ([], MINE[code])
    urls = {row.url for chart in page.context["charts"] for row in chart.rows if row.url}
    assert len(urls) > 8
    for url in sorted(urls)[::7]:
        found = reader.get(url).context["found"]
        assert 0 < min(found.count, MOST) <= len(found.rows) <= found.count, url


def test_nobody_names_a_period_and_repurchase_looks_back_half_a_year(reader: Client) -> None:
    for code, days in (("repurchase", 180), ("abandonment", 28), ("mix", 28)):
        asked = reader.get(f"/insights/{code}/").context["asked"]
        assert (asked.days, asked.last_on) == (days, date(2026, 11, 9)), code


@pytest.mark.parametrize("code", MINE)
def test_what_cannot_be_asked_is_refused_in_words(reader: Client, code: str) -> None:
    page = reader.get(f"/insights/{code}/", {"first_on": "2026-06-01", "campaign": "autumn", "device": "mobile",
                                             "method": "card"})  # fmt: skip
    assert page.status_code == 200
    assert page.context["left_out"]
    assert "at most 31 days" in page.content.decode()
    wrong = reader.get(f"/insights/{code}/", {"window": "61m", "first_on": "9999-12-31"})
    assert wrong.status_code == 200
    assert "charts" not in wrong.context


def test_every_page_is_one_of_the_navigation() -> None:
    assert set(MINE) < set(PAGES)


def test_a_week_that_the_period_cuts_is_marked(lived: None) -> None:
    asked = anew(first_on=date(2026, 7, 1), last_on=date(2026, 8, 4), step=Step.WEEK, compare="none")
    chart = over_time(asked, METRICS["reached_paid"])
    assert [row.cells[0] for row in chart.rows] == [
        "2026-06-29 · not complete", "2026-07-06", "2026-07-13", "2026-07-20", "2026-07-27", "2026-08-03 · not complete",
    ]  # fmt: skip
    assert "only partly in the period" in chart.note
    whole_weeks = anew(first_on=date(2026, 6, 29), last_on=date(2026, 8, 2), step=Step.WEEK, compare="none")
    assert "partly" not in over_time(whole_weeks, METRICS["reached_paid"]).note
