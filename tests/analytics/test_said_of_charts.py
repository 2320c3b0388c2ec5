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
    """The shapes that fill the bars of a chart; of no length there is nothing to see."""
    found: set[str] = set()
    for trace in chart.figure["data"]:
        shapes = trace.get("marker", {}).get("pattern", {}).get("shape", "")
        lengths = trace["x" if trace.get("orientation") == "h" else "y"]
        each_shape = [shapes] * len(lengths) if isinstance(shapes, str) else shapes
        found |= {shape for shape, length in zip(each_shape, lengths, strict=True) if length}
    return found - {""}


@pytest.mark.parametrize("code", PAGES)
def test_whatever_is_hatched_or_dotted_is_explained(reader: Client, code: str) -> None:
    charts = charts_of(reader.get(f"/insights/{code}/", LATELY)).values()
    assert charts
    for chart in charts:
        if "/" in patterns(chart):
            assert "atched" in chart.note or "Fewer than 30" in chart.note, chart.code
        if "." in patterns(chart):
            assert "Dotted: not complete yet." in chart.note, chart.code
        assert ("Hollow" in chart.note) == ("open" in symbols(chart)), chart.code
        assert ("Dotted line" in chart.note) == ("open-dot" in symbols(chart)), chart.code
        assert chart.note.count("not complete yet") <= 1, chart.code


def test_a_day_of_the_mix_that_rests_on_little_is_hatched(reader: Client) -> None:
    for query in (LATELY | {"step": "day"}, LATELY):
        chart = charts_of(reader.get("/insights/mix/", query))["payment-mix-time"]
        assert "/" in patterns(chart)
        assert not any(
            "pattern" in each["marker"] for each in chart.figure["data"] if each.get("showlegend") is not False
        )


def symbols(chart: Chart) -> set[str]:
    """How the points of a chart that are drawn are not filled: `open`, `open-dot`."""
    found: set[str] = set()
    for trace in chart.figure["data"]:
        looks, sizes = (trace.get("marker", {}).get(name, "") for name in ("symbol", "size"))
        many = len(trace["y"])
        each_look = [looks] * many if isinstance(looks, str) else looks
        each_size = sizes if isinstance(sizes, list) else [sizes] * many
        drawn = zip(each_look, each_size, trace["x"], trace["y"], strict=True)
        found |= {look for look, size, x, y in drawn if size and x is not None and y is not None}
    return {"open-dot" if look.endswith("-dot") else "open" for look in found if "-open" in look}


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


def test_what_is_left_out_is_named_with_the_reason_and_the_ways(reader: Client) -> None:
    query = {"first_on": "2026-10-01", "last_on": "2026-10-28"}
    for zone, is_elsewhere in (("UTC", True), ("Asia/Seoul", False)):
        page = reader.get("/insights/", query | {"zone": zone})
        assert ("in the zone UTC little is kept ready" in words_of(page)) == is_elsewhere
        assert ("More is kept ready in the zone Asia/Seoul" in words_of(page)) == is_elsewhere
        ways = [each["url"] for each in page.context["singles"]]
        assert [reader.get(each).context["found"].whole.sample > 0 for each in ways] == [True] * is_elsewhere
    page = reader.get("/insights/mix/", query | {"zone": "UTC", "first_on": "2026-08-01"})
    assert "Left out: Share and growth by method; Payment mix over time; " in words_of(page)
    kept = reader.get("/insights/mix/", query | {"campaign": "autumn"})
    assert "not all is kept ready for these filters together" in words_of(kept)


def test_a_tile_says_which_filters_it_knows_nothing_of(reader: Client) -> None:
    page = reader.get("/insights/times/", LATELY | {"campaign": "autumn"})
    told = {each.metric.code: each.left for each in page.context["tiles"]}
    words = "Not narrowed by Campaign: these facts know nothing of it."
    assert told["time_to_cash"] == words
    assert [code for code, left in told.items() if left] == ["time_to_cash"]
    of_tiles = page.content.decode().split('<ul class="insight-tiles">')[1].split("</ul>")[0]
    assert words in of_tiles


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
