"""What is said beside figures: which steps are not over, what hatching means, of when people are told, what is missing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from analytics.charts import Chart
from analytics.dashboards.drawing import reading_of_parts
from analytics.dashboards.pages import PAGES
from analytics.metrics.catalogue.failure import FAILURE_RATE
from analytics.rollups.questions import Figure
from tests.analytics.test_pages_a import charts_of, words_of
from tests.analytics.test_pages_b import lived, reader, told

__all__ = ["lived", "reader", "told"]
LATELY = {"first_on": "2026-10-12", "last_on": "2026-11-09", "step": "week"}
"""From a Monday to the day of the town, which is a Monday again."""


def patterns(chart: Chart) -> set[str]:
    """The shapes that fill the bars of a chart."""
    shapes: set[str] = set()
    for trace in chart.figure["data"]:
        found = trace.get("marker", {}).get("pattern", {}).get("shape", "") if trace.get("x") else ""
        shapes |= {found} if isinstance(found, str) else set(found)
    return shapes - {""}


@pytest.mark.parametrize("code", PAGES)
def test_whatever_is_hatched_or_dotted_is_explained(reader: Client, code: str) -> None:
    charts = charts_of(reader.get(f"/insights/{code}/", LATELY)).values()
    assert charts
    for chart in charts:
        if "/" in patterns(chart):
            assert "atched" in chart.note or "Fewer than 30" in chart.note, chart.code
        if "." in patterns(chart):
            assert "otted" in chart.note or "hatched is not complete" in chart.note, chart.code


def test_the_cells_of_a_heat_map_say_that_more_may_join(reader: Client) -> None:
    chart = charts_of(reader.get("/insights/failure/", LATELY))["failure-rate-method-provider"]
    open_ones = [row for row in chart.rows if "not complete" in row.cells[1]]
    parts = reader.get("/insights/metrics/failure_rate/", LATELY | {"split": ["method", "provider"]}).context["parts"]
    assert len(open_ones) == sum(not line.figure.is_decided for _name, line in parts if line.figure.sample) > 0
    assert "." in patterns(chart) or "/" in patterns(chart)


@pytest.mark.parametrize(
    ("page", "chart"),
    [("failure", "failure-first-final"), ("repurchase", "repurchase-time"), ("mix", "payment-mix-time")],
)
def test_a_step_that_is_not_over_is_told_so_in_the_table_too(reader: Client, page: str, chart: str) -> None:
    rows = charts_of(reader.get(f"/insights/{page}/", LATELY))[chart].rows
    assert any("not complete" in cell for cell in rows[-1].cells)
    by_day = {"first_on": "2026-06-29", "last_on": "2026-09-30", "step": "day"}
    early = charts_of(reader.get(f"/insights/{page}/", by_day))[chart].rows
    assert not all(any("not complete" in cell for cell in row.cells) for row in early)


def test_nothing_to_compare_with_is_said_and_not_drawn(reader: Client) -> None:
    for page, code in (
        ("failure", "failure-rate-time"),
        ("failure", "failed-amount-time"),
        ("mix", "payment-mix-growth"),
    ):
        found = charts_of(reader.get(f"/insights/{page}/", LATELY | {"compare": "year"}))[code]
        near = charts_of(reader.get(f"/insights/{page}/", LATELY | {"compare": "previous"}))[code]
        words = "Nothing was counted in the period that it is compared with."
        assert (words in found.note, words in near.note) == (True, False)
        assert (_names(found), "Before" in _names(near)) == (_names(near) - {"Before"}, True)


def _names(chart: Chart) -> set[str]:
    return {trace.get("name", "") for trace in chart.figure["data"]}


@pytest.mark.parametrize(
    ("step", "told_of"), [("week", "2026-11-02 – 2026-11-08"), ("month", "2026-10")], ids=["week", "month"]
)
def test_a_figure_of_people_says_which_week_or_month_it_is_of(reader: Client, step: str, told_of: str) -> None:
    query: dict[str, Any] = {"first_on": "2026-09-01", "last_on": "2026-11-09", "step": step}
    alone = reader.get("/insights/metrics/customers_again/", query)
    assert alone.context["reading"].startswith(f"{told_of}: ")
    page = reader.get("/insights/repurchase/", query)
    (tile,) = [each for each in page.context["tiles"] if each.metric.code == "customers_again"]
    assert tile.told == told_of
    assert told_of in words_of(page)
    assert charts_of(page)["customers-again-time"].reading.startswith(f"{told_of}: ")


def test_in_another_zone_the_page_leads_to_what_is_kept(reader: Client) -> None:
    query = {"first_on": "2026-08-01", "last_on": "2026-10-31"}
    for zone, is_elsewhere in (("UTC", True), ("Asia/Tokyo", False)):
        page = reader.get("/insights/mix/", query | {"zone": zone, "campaign": "autumn"})
        assert page.context["left_out"]
        assert ("More is kept ready in the zone Asia/Seoul" in words_of(page)) == is_elsewhere
    assert "More is kept ready" not in words_of(reader.get("/insights/mix/", query))


def test_the_parts_of_a_week_of_people_are_as_complete_as_the_week(reader: Client) -> None:
    query: dict[str, Any] = {"first_on": "2026-09-01", "last_on": "2026-11-09", "step": "week", "split": "method"}
    page = reader.get("/insights/metrics/customers_again/", query)
    assert page.context["parts"]
    assert page.context["whole"].is_complete
    assert all(line.is_complete for _name, line in page.context["parts"])
    assert [line.is_complete for line in page.context["steps"]][-2:] == [True, False]
    running = reader.get("/insights/metrics/customers_again/", query | {"first_on": "2026-11-09"})
    assert not running.context["whole"].is_complete


def test_one_value_is_not_called_the_lowest_and_the_highest(reader: Client) -> None:
    failed = [("KR", Figure(5, 50, 50)), ("JP", Figure(6, 50, 50)), ("US", Figure(1, 2, 2))]
    assert (
        reading_of_parts(FAILURE_RATE, "country", failed, "KRW") == "Lowest: KR with 10.0 %; highest: JP with 12.0 %."
    )
    assert reading_of_parts(FAILURE_RATE, "country", failed[1:], "KRW") == "JP: 12.0 %"
    period = {"first_on": "2026-06-25", "last_on": "2026-11-08"}
    reading = charts_of(reader.get("/insights/abandonment/", period | {"device": "mobile"}))[
        "checkout-funnel-device"
    ].reading
    assert reading.count("%") == 1
    assert reading.endswith("with Mobile.")
