"""Charts of cells: one thing by another, and cohorts by age. Cells are bars, which can be hatched; heat maps cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from analytics.charts.frame import (
    INK,
    INKED_STEPS,
    LETTER_WIDTH,
    PAPER,
    QUIET,
    SCALE,
    Trace,
    bar,
    cells_of,
    drawn,
    label_axis,
    plain,
    scatter,
    urls_of,
    width_of,
)
from analytics.charts.parts import Mark

CELL_WIDTH: Final = 68
"""Pixels at least; three of them and the labels of most rows fit a telephone."""
COLUMN_CELLS: Final = 9
"""Latin letters that stand above a cell in one line, and `frame.ORPHAN`."""
CELL_HEIGHT: Final = 44
BESIDE: Final = 24
"""Pixels around the labels of the rows: the margins of the plot."""
Cells = Sequence[Sequence[Mark | None]]
_Placed = tuple[int, int, Mark]


def heat_map(rows: Sequence[str], columns: Sequence[str], cells: Cells) -> dict[str, Any]:
    """Rows by columns, each cell with its text and how many it rests on; None where nothing was counted."""
    placed = [
        (row, column, mark)
        for row, marks in enumerate(cells)
        for column, mark in enumerate(marks)
        if mark is not None and mark.value is not None
    ]
    grounds, inks = _colours(placed)
    facts = [(each, ground) for each, ground in zip(placed, grounds, strict=True) if not each[2].is_small]
    dotted = [
        (each, ink) for each, ink in zip(placed, inks, strict=True) if not (each[2].is_small or each[2].is_complete)
    ]
    return drawn(
        [
            _facts([each for each, _ in facts], [ground for _, ground in facts]),
            # Grey dots can't be seen on a dark ground.
            _hatched([each for each, ink in dotted if ink == INK], ".", QUIET),
            _hatched([each for each, ink in dotted if ink == PAPER], ".", PAPER),
            _hatched([each for each in placed if each[2].is_small], "/", QUIET),
            _writing(placed, inks),
        ],
        height=len(rows) * CELL_HEIGHT + 70,
        width=len(columns) * _width(columns, placed) + width_of(rows) + BESIDE,
        barmode="overlay",
        bargap=0,
        xaxis=label_axis(columns, COLUMN_CELLS, side="top", tickangle=0),
        yaxis=label_axis(rows, range=[len(rows) - 0.5, -0.5]),
        hovermode="closest",
    )


def _width(columns: Sequence[str], placed: Sequence[_Placed]) -> int:
    """Pixels of a cell: what stands in it and above it stays beside its neighbours."""
    within = max((cells_of(text) for _, _, mark in placed for text in _lines(mark)), default=0) * LETTER_WIDTH
    return max(CELL_WIDTH, within, width_of(columns, COLUMN_CELLS))


def triangle(cohorts: Sequence[str], ages: Sequence[str], cells: Cells) -> dict[str, Any]:
    """Cohorts by age: None where a cohort is too young, dots where its age is not over."""
    return heat_map(cohorts, ages, cells)


def _colours(placed: Sequence[_Placed]) -> tuple[list[str], list[str]]:
    """Ground and writing of each cell: steps from the lowest value to the highest that rest on enough."""
    values = [mark.value or 0 for _, _, mark in placed if not mark.is_small]
    low, high = min(values, default=0), max(values, default=0)
    steps = [
        0 if mark.is_small else ((mark.value or 0) - low) * (len(SCALE) - 1) // max(1, high - low)
        for _, _, mark in placed
    ]
    return [SCALE[step] for step in steps], [INK if step < INKED_STEPS else PAPER for step in steps]


def _facts(placed: Sequence[_Placed], grounds: Sequence[str]) -> Trace:
    return _cells(placed, {"color": list(grounds)})


def _hatched(placed: Sequence[_Placed], shape: str, colour: str) -> Trace:
    """Lines or dots without a ground; plotly hatches no bars that have a colour each."""
    pattern = {"shape": shape, "fillmode": "replace", "size": 7, "solidity": 0.08, "fgopacity": 0.5}
    return _cells(placed, {"color": colour, "pattern": pattern})


def _cells(placed: Sequence[_Placed], marker: dict[str, Any]) -> Trace:
    marks = [mark for _, _, mark in placed]
    return bar(
        x=[column for _, column, _ in placed],
        base=[row - 0.48 for row, _, _ in placed],
        y=[0.96] * len(placed),
        width=0.97,
        showlegend=False,
        marker={"line": {"width": 0}} | marker,
        hovertext=[_text(each) for each in marks],
        hovertemplate="%{hovertext}<extra></extra>",
        customdata=urls_of(marks),
    )


def _writing(placed: Sequence[_Placed], inks: Sequence[str]) -> Trace:
    """What stands in the cells, above their lines and dots."""
    return scatter(
        x=[column for _, column, _ in placed],
        y=[row for row, _, _ in placed],
        mode="text",
        text=[_text(mark) for _, _, mark in placed],
        textfont={"color": list(inks)},
        hoverinfo="skip",
        showlegend=False,
    )


def _text(mark: Mark) -> str:
    return "<br>".join(map(plain, _lines(mark)))


def _lines(mark: Mark) -> list[str]:
    return [mark.text] if mark.sample is None else [mark.text, f"n {mark.sample:,}"]
