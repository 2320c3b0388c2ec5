"""Charts of lengths from zero: bars, steps, trees, distributions; and points with their intervals."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import log
from typing import Any, Final

from analytics.charts.frame import (
    GRID,
    INK,
    LETTER_WIDTH,
    PAPER,
    ROOM_ABOVE,
    ROW_HEIGHT,
    TICKS_ABREAST,
    Trace,
    bar,
    cells_of,
    drawn,
    hatching,
    label_axis,
    legend_of,
    plain,
    rows_height,
    scaled,
    scatter,
    slots_of,
    told,
    value_axis,
    values_of,
    whiskers,
    width_of,
)
from analytics.charts.parts import COUNT, Mark, Node, Scale, Series, Slot, Threshold
from analytics.charts.timelines import SYMBOLS

NARROWEST_BAR: Final = 22
"""Pixels that an upright bar with its label needs."""
INDENT: Final = 18
NARROWEST_PLOT: Final = 200
"""Pixels between the labels of bars that lie and the edge of a telephone."""
ROOM_AT_MOST: Final = 0.75
"""Of the longest bar: what is kept free beyond it for the words at its end."""
SERIES_HEIGHT: Final = 18
"""Pixels that each further bar of a row makes it higher by: the words at their ends need them."""
CLEAR_BUCKETS: Final = 4
UPRIGHT_CELLS: Final = 11
"""Latin letters in a line under an upright bar."""


def bars(
    labels: Sequence[str], series: Sequence[Series], scale: Scale, *, is_horizontal: bool = False
) -> dict[str, Any]:
    """Bars from zero, side by side where there are several series; intervals where the marks have them."""
    traces = [
        _bars(each.marks, scale, slot, is_horizontal=is_horizontal, name=each.name)
        for each, slot in zip(series, slots_of(series), strict=True)
    ]
    if len(series) > 1:
        traces += [
            legend_of(each, slot) | {"offsetgroup": each.name}
            for each, slot in zip(series, slots_of(series), strict=True)
        ]
    if is_horizontal:
        return _lying(labels, traces, scale, height=rows_height(labels, SERIES_HEIGHT * (len(series) - 1)))
    return drawn(
        traces,
        width=len(labels) * max(NARROWEST_BAR * len(series), width_of(labels, UPRIGHT_CELLS) + 6) + 60,
        barmode="group",
        bargap=0.25,
        xaxis=label_axis(labels, UPRIGHT_CELLS),
        yaxis=value_axis(scale, values_of(traces, "y"), fixedrange=True),
        hovermode="closest",
    )


def _bars(marks: Sequence[Mark], scale: Scale, slot: Slot, *, is_horizontal: bool, name: str = "") -> Trace:
    along, across = ("x", "y") if is_horizontal else ("y", "x")
    ends = whiskers(marks, scale)
    return bar(
        **{along: [scaled(each.value, scale) for each in marks], across: list(range(len(marks)))},
        **{f"error_{along}": ends},
        **told(marks, scale, along),
        orientation="h" if is_horizontal else "v",
        name=plain(name),
        offsetgroup=name,
        showlegend=False,
        marker={"color": slot.value, "pattern": hatching(marks), "line": {"color": slot.value, "width": 1}},
        # At a whisker there is no room for words.
        text=None if ends else [plain(each.text) for each in marks],
        textposition="outside",
        textangle=0,
        constraintext="none",
        cliponaxis=False,
        insidetextfont={"color": [INK if each.is_small else PAPER for each in marks]},
        outsidetextfont={"color": INK},
    )


def _lying(labels: Sequence[str], traces: Sequence[Trace], scale: Scale, height: int) -> dict[str, Any]:
    """Bars that lie, the first one on top; room on the right for what stands at the longest."""
    return drawn(
        traces,
        height=height,
        barmode="group",
        bargap=0.3,
        xaxis=value_axis(
            scale,
            values_of(traces, "x"),
            TICKS_ABREAST,
            fixedrange=True,
            nticks=5,
            tickangle=0,
            **_room_for_texts(traces),
        ),
        yaxis=label_axis(labels, range=[len(labels) - 0.5, -0.5]),
        hovermode="closest",
    )


def _room_for_texts(traces: Sequence[Trace]) -> dict[str, Any]:
    longest = max(values_of(traces, "x"), default=0)
    room = LETTER_WIDTH * max((cells_of(text) for trace in traces for text in trace.get("text") or ()), default=0)
    beyond = min(ROOM_AT_MOST, room / max(1, NARROWEST_PLOT - room))
    return {"range": [0, longest * (1 + beyond)]} if room and longest else {}


def funnel(labels: Sequence[str], marks: Sequence[Mark]) -> dict[str, Any]:
    """Steps from the first to the last; the text of a mark says what share came so far."""
    trace = _bars(marks, COUNT, Slot.MAIN, is_horizontal=True)
    # The first step is the longest and has much to say: it says it inside.
    trace["textposition"] = "auto"
    figure = _lying(labels, [trace], COUNT, height=rows_height(labels, 8))
    figure["layout"]["xaxis"].pop("range", None)
    return figure


def tree(nodes: Sequence[Node], scale: Scale) -> dict[str, Any]:
    """A tree of parts as indented bars: what is deeper is a part of the last one that is less deep."""
    trace = _bars([each.mark for each in nodes], scale, Slot.MAIN, is_horizontal=True)
    colours = [each.slot.value for each in nodes]
    trace.update(marker={"color": colours, "line": {"color": colours}}, width=0.45, offset=-0.02)
    return drawn(
        [trace],
        height=len(nodes) * (ROW_HEIGHT + 14) + ROOM_ABOVE,
        xaxis=value_axis(scale, fixedrange=True, nticks=5, **_room_for_texts([trace])),
        yaxis=label_axis([""] * len(nodes), range=[len(nodes) - 0.5, -0.5]),
        hovermode="closest",
        # Labels of an axis end at it and would lose their indent; above the bars they also fit a narrow screen.
        annotations=[
            {
                "text": plain(each.label),
                "x": 0,
                "xref": "paper",
                "xanchor": "left",
                "xshift": each.depth * INDENT,
                "y": place - 0.02,
                "yanchor": "bottom",
                "showarrow": False,
            }
            for place, each in enumerate(nodes)
        ],
    )


def histogram(
    bounds: Sequence[int], labels: Sequence[str], marks: Sequence[Mark], thresholds: Sequence[Threshold] = ()
) -> dict[str, Any]:
    """Counts in buckets that grow by a factor, so that all look equally wide.

    `bounds` are the lower ends of the buckets and the upper end of the last, all above zero, `labels` their texts.

    Raises:
        ValueError: there is not one bound and one label more than marks.
    """
    if not len(bounds) == len(labels) == len(marks) + 1:
        raise ValueError("A histogram takes one bound and one label more than marks")
    every = max(1, -(-len(bounds) // 8))
    return drawn(
        [_bars(marks, COUNT, Slot.MAIN, is_horizontal=False)],
        bargap=0.04,
        xaxis=label_axis(
            labels[::every],
            tickvals=[index - 0.5 for index in range(0, len(bounds), every)],
            range=[-0.5, len(marks) - 0.5],
            ticks="outside",
        ),
        yaxis=value_axis(COUNT, fixedrange=True),
        hovermode="closest",
        **_lines(thresholds, [_place(bounds, each.value) for each in thresholds]),
    )


def _lines(thresholds: Sequence[Threshold], places: Sequence[float]) -> dict[str, Any]:
    """A line for each, with its label above the plot and room for that."""
    rows = _rows(places)
    shape = {"type": "line", "y0": 0, "y1": 1, "yref": "paper", "line": {"color": INK, "width": 1.5, "dash": "dot"}}
    label = {"y": 1, "yref": "paper", "yanchor": "bottom", "xanchor": "center", "showarrow": False}
    return {
        "margin": {"l": 8, "r": 8, "t": 26 + 18 * max(rows, default=0), "b": 8, "pad": 4},
        "shapes": [shape | {"x0": at, "x1": at} for at in places],
        "annotations": [
            label | {"x": at, "yshift": 16 * row, "text": plain(each.label)}
            for at, each, row in zip(places, thresholds, rows, strict=True)
        ],
    }


def _rows(places: Sequence[float]) -> list[int]:
    """The lowest row above the plot where each label keeps clear of the ones before it."""
    rows: list[int] = []
    for number, at in enumerate(places):
        taken = {row for row, other in zip(rows, places[:number], strict=True) if abs(at - other) < CLEAR_BUCKETS}
        rows.append(next(row for row in range(len(places)) if row not in taken))
    return rows


def _place(bounds: Sequence[int], value: int) -> float:
    """Where a value stands among the buckets, the first of which reaches from -0.5 to 0.5."""
    value = min(max(value, bounds[0]), bounds[-1])
    bucket = min(bisect_right(bounds, value) - 1, len(bounds) - 2)
    low, high = bounds[bucket], bounds[bucket + 1]
    return bucket - 0.5 + log(value / low) / log(high / low)


def _symbol(mark: Mark, symbol: str) -> str:
    """Hollow where it rests on too little, with a dot where it may still change."""
    return f"{symbol}{'-open' if mark.is_small or not mark.is_complete else ''}{'' if mark.is_complete else '-dot'}"


def intervals(labels: Sequence[str], series: Sequence[Series], scale: Scale) -> dict[str, Any]:
    """Points with their confidence intervals, one line a label: where these overlap, neither is better."""
    spread = 0.5 / max(1, len(series))
    traces = []
    for number, (each, slot) in enumerate(zip(series, slots_of(series), strict=True)):
        symbol = SYMBOLS[number % 6]
        ends = whiskers(each.marks, scale)
        shift = (number - (len(series) - 1) / 2) * spread
        traces.append(
            scatter(
                x=[scaled(mark.value, scale) for mark in each.marks],
                y=[place + shift for place in range(len(labels))],
                error_x=None if ends is None else ends | {"color": slot.value},
                name=plain(each.name),
                mode="markers",
                marker={
                    "color": slot.value,
                    "size": 10,
                    "symbol": [_symbol(mark, symbol) for mark in each.marks],
                    "line": {"width": 2, "color": slot.value},
                },
                **told(each.marks, scale, "x"),
            )
        )
    return drawn(
        traces,
        height=rows_height(labels, 10 * (len(series) - 1)),
        xaxis=value_axis(scale, rangemode="normal", fixedrange=True, nticks=8, zeroline=False),
        yaxis=label_axis(labels, range=[len(labels) - 0.5, -0.5], showgrid=True, gridcolor=GRID),
        hovermode="closest",
    )
