"""Figures: what they hold of the values they are given, and that their colours are those of the page."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.charts import (
    COUNT,
    PERCENT,
    SECONDS,
    Chart,
    Column,
    Mark,
    Node,
    Row,
    Scale,
    Series,
    Slot,
    Threshold,
    bars,
    funnel,
    heat_map,
    histogram,
    intervals,
    line,
    money_scale,
    stacked,
    tree,
    triangle,
)
from analytics.charts.frame import GRID, INK, PAPER, QUIET, SCALE, cells_of, label_of
from tests.architecture.sources import ROOT

DAYS = [date(2026, 11, 1) + timedelta(days=each) for each in range(4)]
MARKS = st.builds(
    Mark,
    value=st.none() | st.integers(0, 10**12),
    sample=st.none() | st.integers(0, 100),
    url=st.sampled_from(["", "/payments/?q=1"]),
    text=st.text(max_size=12),
    is_complete=st.booleans(),
)
ROWS = st.lists(MARKS, min_size=4, max_size=4)


def _series(*values: int | None, **mark: Any) -> Series:
    return Series("A", [Mark(each, **mark) for each in values])


def test_a_line_is_drawn_in_the_unit_of_its_scale_with_gaps() -> None:
    figure = line(DAYS, [_series(412, None, 398, 5)], PERCENT)
    (trace,) = figure["data"]
    assert trace["x"] == ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"]
    assert trace["y"] == [0.0412, None, 0.0398, 0.0005]
    assert trace["connectgaps"] is False
    assert figure["layout"]["yaxis"]["tickformat"] == ".2~%"
    assert figure["layout"]["showlegend"] is False


def test_hours_are_drawn_by_the_clock_of_their_zone() -> None:
    at = datetime(2026, 11, 1, 9, tzinfo=ZoneInfo("Asia/Seoul"))
    (trace,) = line([at, at + timedelta(hours=1)], [_series(1, 2)], COUNT)["data"]
    assert trace["x"] == ["2026-11-01T09:00:00", "2026-11-01T10:00:00"]


def test_what_is_not_over_is_dotted_from_the_last_value_that_stands() -> None:
    marks = [Mark(1), Mark(2), Mark(3), Mark(4, is_complete=False)]
    solid, dotted = line(DAYS, [Series("A", marks)], COUNT)["data"]
    assert (solid["y"], solid["line"]["dash"]) == ([1, 2, 3, None], "solid")
    assert (dotted["y"], dotted["line"]["dash"]) == ([None, 3, 4], "dot")
    assert dotted["x"] == [each.isoformat() for each in DAYS[1:4]]
    assert (dotted["hoverinfo"], dotted["showlegend"]) == (["skip", "skip", "all"], False)


def test_what_is_not_over_at_both_ends_is_dotted_there_and_nowhere_between() -> None:
    days = [DAYS[0] + timedelta(days=number) for number in range(9)]
    marks = [Mark(number, url=f"/{number}", is_complete=number not in (0, 8)) for number in range(9)]
    figure = line(days, [Series("A", marks)], COUNT)
    (solid, dotted), links = figure["data"], figure["layout"]["meta"]["links"]
    assert dotted["x"] == [days[place].isoformat() for place in (0, 1, 2, 6, 7, 8)]
    assert (solid["y"], dotted["y"]) == ([None, *range(1, 8), None], [0, 1, None, None, 7, 8])
    assert dotted["marker"]["size"] == [7, 0, 0, 0, 0, 7]
    assert [links[place] for place in dotted["customdata"]] == ["/0", "/1", "/2", "/6", "/7", "/8"]
    assert [links[place] for place in solid["customdata"]] == [f"/{number}" for number in range(9)]


def test_what_it_is_compared_to_lies_grey_below() -> None:
    below, above = line(DAYS, [_series(1, 2, 3, 4)], COUNT, compared=_series(4, 3, 2, 1))["data"]
    assert below["line"]["color"] == Slot.COMPARED.value
    assert above["line"]["color"] == Slot.MAIN.value


@pytest.mark.parametrize(
    ("values", "mode"), [((400, 300), "tozero"), ((9_800, 9_900), "normal"), ((0, 0), "tozero"), ((300, 300), "tozero")]
)
def test_an_axis_leaves_zero_only_where_all_values_are_high(values: tuple[int, int], mode: str) -> None:
    figure = line(DAYS[:2], [_series(*values)], PERCENT)
    assert figure["layout"]["yaxis"]["rangemode"] == mode


def test_small_samples_are_hollow_points_and_hatched_bars() -> None:
    marks = [Mark(1, sample=29), Mark(1, sample=30), Mark(1)]
    assert line(DAYS[:3], [Series("A", marks)], COUNT)["data"][0]["marker"]["symbol"] == [
        "circle-open", "circle", "circle",
    ]  # fmt: skip
    assert bars(["a", "b", "c"], [Series("A", marks)], COUNT)["data"][0]["marker"]["pattern"]["shape"] == ["/", "", ""]
    assert intervals(["a", "b", "c"], [Series("A", marks)], COUNT)["data"][0]["marker"]["symbol"][0] == "circle-open"


def test_bars_begin_at_zero_and_carry_their_intervals() -> None:
    figure = bars(["a"], [_series(500, low=450, high=620)], PERCENT)
    assert figure["layout"]["yaxis"]["rangemode"] == "tozero"
    whiskers = figure["data"][0]["error_y"]
    assert (whiskers["array"], whiskers["arrayminus"]) == ([0.012], [0.005])
    assert "text" not in figure["data"][0]


def test_shares_of_a_day_add_up_to_the_whole() -> None:
    figure = stacked(DAYS[:2], [_series(1, 0), Series("B", [Mark(3), Mark(0)])])
    assert [each["y"] for each in figure["data"]] == [[0.25, None], [0.75, None], [None], [None]]


def test_a_histogram_puts_its_lines_where_the_values_are() -> None:
    bounds = [100, 200, 400, 800]
    marks = [Mark(5), Mark(7), Mark(1)]
    figure = histogram(bounds, ["0.1", "0.2", "0.4", "0.8"], marks, [Threshold(200, "p50"), Threshold(566, "p95")])
    assert [each["x0"] for each in figure["layout"]["shapes"]] == [0.5, pytest.approx(2.0, abs=0.01)]
    assert figure["layout"]["xaxis"]["tickvals"] == [-0.5, 0.5, 1.5, 2.5]
    assert [each["yshift"] for each in figure["layout"]["annotations"]] == [0, 16]
    with pytest.raises(ValueError, match="one bound"):
        histogram(bounds, ["0.1"], marks)


def test_a_heat_map_colours_what_rests_on_enough_and_hatches_the_rest() -> None:
    cells: list[list[Mark | None]] = [
        [Mark(100, 40, text="1 %"), Mark(900, 12, text="9 %")],
        [None, Mark(700, 50, "/payments/", "7 %")],
    ]
    figure = heat_map(["r", "s"], ["c", "d"], cells)
    facts, dots, dots_on_dark, small, writing = figure["data"]
    assert list(zip(facts["x"], facts["base"], facts["marker"]["color"], strict=True)) == [
        (0, -0.48, SCALE[0]),
        (1, 0.52, SCALE[-1]),
    ]
    assert (small["x"], small["marker"]["pattern"]["shape"]) == ([1], "/")
    assert dots["x"] == dots_on_dark["x"] == []
    assert writing["text"] == ["1 %<br>n 40", "9 %<br>n 12", "7 %<br>n 50"]
    assert (facts["customdata"], figure["layout"]["meta"]["links"]) == ([None, 0], ["/payments/"])


@pytest.mark.parametrize("columns", [["a", "b"], ["Toss Payments", "Convenience", "한국결제네트웍스", "d", "e", "f"]])
def test_a_heat_map_is_as_wide_as_its_labels_beside_each_other(columns: list[str]) -> None:
    rows = ["Bank transfer", "가상계좌"]
    figure = heat_map(rows, columns, [[Mark(100, 40) for _ in columns] for _ in rows])
    lines = [line for each in figure["layout"]["xaxis"]["ticktext"] for line in each.split("<br>")]
    widest, beside = max(map(cells_of, lines)) * 7, max(map(cells_of, rows)) * 7
    assert figure["layout"]["meta"]["width"] > beside + len(columns) * widest
    assert figure["layout"]["meta"]["width"] > beside + len(columns) * 67
    amounts = heat_map(rows, columns, [[Mark(1, 1_234_567, text="46,882,850 KRW")] * len(columns)] * len(rows))
    assert amounts["layout"]["meta"]["width"] > beside + len(columns) * len("46,882,850 KRW") * 6


def test_a_triangle_dots_what_is_not_over() -> None:
    cells: list[list[Mark | None]] = [
        [Mark(100, 40), Mark(200, 40, is_complete=False)],
        [Mark(50, 40, is_complete=False), None],
    ]
    facts, dots, dots_on_dark, *_ = triangle(["2026-09", "2026-10"], ["30", "60"], cells)["data"]
    assert facts["x"] == [0, 1, 0]
    assert [(each["x"], each["marker"]["color"]) for each in (dots, dots_on_dark)] == [([0], QUIET), ([1], PAPER)]
    assert {each["marker"]["pattern"]["shape"] for each in (dots, dots_on_dark)} == {"."}


def test_a_tree_is_indented_by_depth() -> None:
    nodes = [Node("All", 0, Mark(9)), Node("Declined", 1, Mark(5), Slot.BAD)]
    figure = tree(nodes, COUNT)
    assert [each["xshift"] for each in figure["layout"]["annotations"]] == [0, 18]
    assert figure["data"][0]["marker"]["color"] == [Slot.MAIN.value, Slot.BAD.value]
    assert figure["data"][0]["x"] == [9, 5]


def test_steps_are_read_from_above() -> None:
    figure = funnel(["Started", "Paid"], [Mark(10, text="10"), Mark(4, url="/payments/")])
    assert figure["layout"]["yaxis"]["range"] == [1.5, -0.5]
    assert (figure["data"][0]["customdata"], figure["layout"]["meta"]["links"]) == ([None, 0], ["/payments/"])


def test_series_get_colours_that_no_other_has_asked_for() -> None:
    series = [Series("A", [Mark(1)]), Series("B", [Mark(1)], Slot.MAIN), Series("C", [Mark(1)])]
    traces = intervals(["a"], series, COUNT)["data"]
    assert [each["marker"]["color"] for each in traces] == ["#D55E00", "#0072B2", "#009E73"]


def test_money_keeps_its_decimals_where_the_pointer_stands() -> None:
    assert money_scale("KRW", 0) == Scale(1, ",.2~f", ",.0f", " KRW")
    figure = bars(["a"], [_series(123_456)], money_scale("USD", 2), is_horizontal=True)
    assert figure["data"][0]["x"] == [1234.56]
    assert figure["data"][0]["hovertemplate"].startswith("%{x:,.2f} USD")


def test_names_cannot_bring_markup_of_their_own() -> None:
    assert label_of("<a href='https://x'>A&B</a>", 40) == "&lt;a href='https://x'&gt;A&amp;B&lt;/a&gt;"
    figure = line(DAYS, [Series("<b>A</b>", [Mark(1)] * 4)], SECONDS)
    assert figure["data"][0]["name"] == "&lt;b&gt;A&lt;/b&gt;"


def test_long_labels_are_broken_at_words_and_long_words_of_wide_letters_anywhere() -> None:
    assert label_of("Convenience store payment") == "Convenience store<br>payment"
    assert label_of("휴대폰 소액결제 서비스") == "휴대폰 소액결제<br>서비스"
    assert label_of("カード会社による支払いの拒否") == "カード会社による支<br>払いの拒否"
    assert label_of("カード会社による拒否") == "カード会社による拒否"
    assert label_of("do_not_honour_by_the_issuer") == "do_not_honour_by_the_issuer"


@settings(max_examples=25)
@given(ROWS, ROWS)
def test_whatever_comes_json_can_carry_it(first: list[Mark], second: list[Mark]) -> None:
    series, labels = [Series("A", first), Series("B", second)], ["a", "b", "c", "d"]
    nodes = [Node("n", each % 3, mark) for each, mark in enumerate(first)]
    made = [
        line(DAYS, series, PERCENT, compared=series[0]),
        stacked(DAYS, series),
        bars(labels, series, SECONDS),
        bars(labels, series, SECONDS, is_horizontal=True),
        intervals(labels, series, COUNT),
        funnel(labels, first),
        tree(nodes, COUNT),
        histogram([1, 2, 4, 8, 16], [*labels, "e"], first),
        heat_map(["r", "s"], labels, [first, second]),
        triangle(["r", "s"], labels, [first, second]),
    ]
    for figure in made:
        assert json.loads(json.dumps(figure, allow_nan=False)) == figure
        assert figure["layout"]["height"] > 0
        assert "template" not in figure["layout"]


def test_every_colour_of_a_figure_stands_for_one_of_the_page_in_both_themes() -> None:
    script = (ROOT / "static/js/charts.js").read_text(encoding="utf-8")
    styles = (ROOT / "static/css/charts.css").read_text(encoding="utf-8")
    known = dict(re.findall(r'"(#[0-9a-f]{6})": "(--chart-[\w-]+)"', script))
    assert sorted(known) == sorted({each.lower() for each in (*Slot, GRID, INK, QUIET, PAPER, *SCALE)})
    for theme in ("light", "dark"):
        (block,) = re.findall(rf"\[data-bs-theme={theme}\] \{{(.*?)\}}", styles, re.S)
        assert sorted(re.findall(r"(--chart-[\w-]+):", block)) == sorted(known.values())


def test_a_chart_hands_its_rows_over_cell_by_cell() -> None:
    columns = [Column("Day", is_number=False), Column("n")]
    figure = heat_map(["r"], ["c"] * 9, [[Mark(1)] * 9])
    chart = Chart("by-day", "Days", "All is well.", figure, columns, [Row(["Mon", "3"], "/payments/")])
    assert chart.lines == [(chart.rows[0], [("Mon", False), ("3", True)])]
    assert (chart.figure_id, chart.description, chart.is_wide) == ("figure-by-day", "Days: All is well.", True)
    with pytest.raises(ValueError, match="zip"):
        _ = Chart("x", "", "", figure, columns, [Row(["Mon"])]).lines


def test_few_days_are_named_once_each() -> None:
    assert line(DAYS, [_series(1, 2, 3, 4)], COUNT)["layout"]["xaxis"]["tickvals"][0] == "2026-11-01"
    many = [DAYS[0] + timedelta(days=each) for each in range(9)]
    assert "tickvals" not in line(many, [_series(*range(9))], COUNT)["layout"]["xaxis"]


def test_no_dot_stands_alone_in_a_line() -> None:
    for label in ("コンビニ決済 · JPY · SBペイメントサービス", "Convenience store · JPY · SB", "a · b"):
        lines = label_of(label).split("<br>")
        assert all(line.strip("· ") for line in lines)
        assert " ".join(lines).replace("\u00a0", " ") == label


def test_rows_are_as_high_as_their_labels() -> None:
    one, two = (
        bars([label], [_series(1)], COUNT, is_horizontal=True)["layout"]["height"]
        for label in ("Card", "Convenience store payment")
    )
    assert (one, two) == (100, 115)


@pytest.mark.parametrize(
    ("figure", "has_values"),
    [
        (line(DAYS, [_series(None, None, None, None)], COUNT), False),
        (line(DAYS, [_series(None, None, 1, None)], COUNT), True),
        (bars(["a"], [_series(None), _series(None)], COUNT), False),
        (bars(["a"], [_series(0), _series(None)], COUNT, is_horizontal=True), True),
        (heat_map(["r"], ["c"], [[None]]), False),
        (heat_map(["r"], ["c"], [[Mark(0, 1)]]), True),
    ],
)
def test_a_chart_knows_whether_there_is_anything_to_draw(figure: dict[str, Any], has_values: bool) -> None:
    assert Chart("x", "", "", figure, [], []).has_values is has_values
