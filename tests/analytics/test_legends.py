"""Legends of charts: those of what is complete and rests on enough, whatever the first bar or point is."""

from __future__ import annotations

from datetime import date
from typing import Final

from analytics.charts import COUNT, Mark, Series, Slot, bars, line, stacked

DAYS: Final = (date(2026, 10, 1), date(2026, 10, 2))


def test_several_bars_have_a_legend_that_is_not_hatched() -> None:
    figure = bars(["a"], [Series("A", [Mark(1, sample=3)]), Series("B", [Mark(2)])], COUNT)
    named = [each for each in figure["data"] if each.get("showlegend") is not False]
    assert [(each["name"], each["marker"]) for each in named] == [
        ("A", {"color": Slot.MAIN.value}),
        ("B", {"color": Slot.SECOND.value}),
    ]


def test_the_legend_of_shares_and_of_lines_is_that_of_what_is_complete_and_rests_on_enough() -> None:
    few = [Mark(0, sample=3, is_complete=False), Mark(2, sample=40)]
    parts = stacked(DAYS, [Series("A", few), Series("B", few)])["data"]
    named = [each for each in parts if each.get("showlegend") is not False]
    assert [(each["name"], each["marker"]) for each in named] == [
        ("A", {"color": Slot.MAIN.value}),
        ("B", {"color": Slot.SECOND.value}),
    ]
    (drawn,) = line(DAYS, [Series("A", [Mark(None, sample=0), Mark(2, sample=40)])], COUNT)["data"]
    assert drawn["marker"]["symbol"] == "circle"
