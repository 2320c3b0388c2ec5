"""Charts over days and hours: lines, and shares that add up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from analytics.charts.frame import (
    PAPER,
    PLOT_HEIGHT,
    Trace,
    bar,
    briefly,
    drawn,
    hatching,
    legend_of,
    plain,
    scaled,
    scatter,
    slots_of,
    told,
    urls_of,
    value_axis,
    values_of,
)
from analytics.charts.parts import COUNT, Mark, Scale, Series, Slot

DASHES: Final = ("solid", "longdash", "dashdot", "longdashdot", "solid", "longdash")
SYMBOLS: Final = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross")
"""Lines differ by dash and marker too, for those who can't tell the colours apart or have them printed in grey."""
UNFINISHED: Final = "dot"
FEW_POINTS: Final = 45
Place = date | datetime


def line(
    places: Sequence[Place], series: Sequence[Series], scale: Scale, compared: Series | None = None
) -> dict[str, Any]:
    """Lines over days or hours of one zone. Gaps where there is no value, dots where the period is not over.

    `compared` is an earlier period laid under the others, its marks in the same places.
    """
    along = _written(places)
    traces = [] if compared is None else [_compared(along, compared, scale)]
    for number, (each, slot) in enumerate(zip(series, slots_of(series), strict=True)):
        look = {"color": slot.value, "dash": DASHES[number % 6], "symbol": SYMBOLS[number % 6]}
        traces.append(_line(along, each, scale, look))
        if not all(mark.is_complete for mark in each.marks):
            traces.append(_unfinished(along, each, scale, look))
    values = [mark.value for each in series for mark in each.marks if mark.value is not None]
    # Ninety-eight against ninety-nine per cent can't be seen on an axis from zero; a line, unlike a bar, needs none.
    is_high = bool(values) and max(values) * 4 < min(values) * 5 < max(values) * 5
    return drawn(
        traces,
        xaxis=_time_axis(places),
        yaxis=value_axis(
            scale,
            values_of(traces, "y"),
            rangemode="normal" if is_high else "tozero",
            fixedrange=True,
        ),
        legend={"itemwidth": 44},
        hovermode="x unified",
    )


def _line(along: Sequence[str], series: Series, scale: Scale, look: dict[str, str]) -> Trace:
    marks = series.marks
    known = [mark.value if mark.is_complete else None for mark in marks]
    # The legend takes the look of the first, drawn or not.
    is_hollow = [mark.is_small and mark.value is not None for mark in marks]
    symbols = [f"{look['symbol']}-open" if each else look["symbol"] for each in is_hollow]
    return scatter(
        x=along,
        y=[scaled(value, scale) for value in known],
        name=plain(series.name),
        legendgroup=plain(series.name),
        mode="lines+markers",
        connectgaps=False,
        line={"color": look["color"], "width": 2, "dash": look["dash"]},
        marker={"color": look["color"], "size": 6 if len(marks) <= FEW_POINTS else 3, "symbol": briefly(symbols)},
        **told(marks, scale, "y"),
    )


def _unfinished(along: Sequence[str], series: Series, scale: Scale, look: dict[str, str]) -> Trace:
    """What is not over, from the last value that stands; that one is shown by the line itself."""
    near = _near([place for place, each in enumerate(series.marks) if not each.is_complete], len(along))
    marks = [series.marks[place] for place in near]
    shown = told(marks, scale, "y")
    joints = [mark.is_complete for mark in marks]
    template = shown.pop("hovertemplate")
    return scatter(
        x=[along[place] for place in near],
        y=[
            scaled(mark.value, scale) if is_drawn else None for mark, is_drawn in zip(marks, near.values(), strict=True)
        ],
        name=plain(series.name),
        legendgroup=plain(series.name),
        showlegend=False,
        mode="lines+markers",
        line={"color": look["color"], "width": 2, "dash": UNFINISHED},
        marker={
            "color": look["color"],
            "size": [0 if joint else 7 for joint in joints],
            "symbol": f"{look['symbol']}-open-dot",
        },
        hoverinfo=["skip" if joint else "all" for joint in joints],
        hovertemplate=["" if joint else template for joint in joints],
        **shown,
    )


def _near(chosen: Sequence[int], length: int) -> dict[int, bool]:
    """Some places and their neighbours, which are drawn, and those beside these, which keep runs of them apart."""
    drawn_too = {place + step for place in chosen for step in (-1, 0, 1)}
    apart = {place + step for place in chosen for step in (-2, 2)}
    return {place: place in drawn_too for place in sorted(drawn_too | apart) if 0 <= place < length}


def _compared(along: Sequence[str], series: Series, scale: Scale) -> Trace:
    return scatter(
        x=along,
        y=[scaled(mark.value, scale) for mark in series.marks],
        name=plain(series.name),
        mode="lines",
        connectgaps=False,
        line={"color": Slot.COMPARED.value, "width": 1.5, "dash": "solid"},
        **told(series.marks, scale, "y"),
    )


def stacked(places: Sequence[Place], series: Sequence[Series]) -> dict[str, Any]:
    """The share of each series in the sum of its place, over days; the marks are counts or amounts of one currency."""
    along = _written(places)
    sums = [sum(each.marks[index].value or 0 for each in series) for index in range(len(places))]
    traces = [
        bar(
            x=along,
            y=[_part(mark, whole) for mark, whole in zip(each.marks, sums, strict=True)],
            name=plain(each.name),
            legendgroup=plain(each.name),
            showlegend=False,
            # The parts stay apart where all colours are one grey.
            marker={"color": slot.value, "pattern": hatching(each.marks), "line": {"width": 1, "color": PAPER}},
            hovertext=[f" · {mark.text or format(mark.value or 0, ',')}" for mark in each.marks],
            hovertemplate="%{y:.1%}%{hovertext}<extra>%{fullData.name}</extra>",
            customdata=urls_of(each.marks),
        )
        for each, slot in zip(series, slots_of(series), strict=True)
    ]
    traces += [legend_of(each, slot) for each, slot in zip(series, slots_of(series), strict=True)]
    share = Scale(1, ".0%", ".1%")
    return drawn(
        traces,
        height=PLOT_HEIGHT + 18 * max(0, len(series) - 3),
        barmode="stack",
        bargap=0.08,
        xaxis=_time_axis(places),
        yaxis=value_axis(share, range=[0, 1], fixedrange=True),
        hovermode="x unified",
    )


def _part(mark: Mark, whole: int) -> float | None:
    return None if mark.value is None or not whole else scaled(mark.value, Scale(whole, COUNT.ticks))


def _written(places: Sequence[Place]) -> list[str]:
    """Hours without their zone: plotly would move them into that of the browser."""
    return [(each.replace(tzinfo=None) if isinstance(each, datetime) else each).isoformat() for each in places]


def _time_axis(places: Sequence[Place]) -> dict[str, Any]:
    has_hours = any(isinstance(each, datetime) for each in places)
    is_of_one_year = not places or places[0].year == places[-1].year
    # More than one place, all of them firsts of a month: by the month, and the day says nothing.
    is_by_month = len(places) > 1 and all(each.day == 1 for each in places) and not has_hours
    days = "%Y-%m" if is_by_month else "%m-%d" if is_of_one_year else "%Y-%m-%d"
    return {
        "type": "date",
        "tickformat": f"{days}<br>%H:%M" if has_hours else days,
        "hoverformat": "%Y-%m-%d %H:%M" if has_hours else "%Y-%m" if is_by_month else "%Y-%m-%d",
        # Of few days plotly would name each twice, for its noon.
        **({"nticks": 8} if has_hours or len(places) > 8 else {"tickvals": [each.isoformat() for each in places]}),
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
    }
