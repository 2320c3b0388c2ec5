"""What all charts have in common: the figure, its axes, how marks look, and how labels are written."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Final

from analytics.charts.parts import ORDER, Mark, Scale, Series, Slot

GRID: Final = "#DFE3E8"
INK: Final = "#1F2937"
QUIET: Final = "#4B5563"
PAPER: Final = "#FFFFFF"
SCALE: Final = ("#EAF2F8", "#C6DDED", "#A3C9E1", "#7FB4D6", "#3A79A3", "#23608A", "#0B4468")
"""From little to much, one hue, told apart by lightness alone. In steps, since plotly hatches no colours of a scale."""
INKED_STEPS: Final = 4
"""How many of them carry dark writing in the light and light writing in the dark; the others the contrary."""
LABEL_CELLS: Final = 18
"""The width of a line of a label, in Latin letters; Korean and Japanese letters count twice."""
Trace = dict[str, Any]

ORPHAN: Final = 3
"""What a line may be too long by, sooner than leave a single letter to the next one."""
LETTER_WIDTH: Final = 7
"""Pixels of a Latin letter, as a cell of a label, with some room: most are narrower."""
ROW_HEIGHT: Final = 30
LINE_HEIGHT: Final = 15
ROOM_ABOVE: Final = 70
PLOT_HEIGHT: Final = 300
TICKS: Final = 5
"""Steps of an axis at most."""
TICKS_ABREAST: Final = 2
"""The same where amounts in words stand side by side: four of them overlap on a telephone."""


def bar(**look: Any) -> Trace:
    """A trace of bars, with what is said of it."""
    return {"type": "bar", **_said(look)}


def scatter(**look: Any) -> Trace:
    """A trace of points, lines or writing."""
    return {"type": "scatter", **_said(look)}


def _said(look: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, without what is left open."""
    return {
        name: _said(value) if isinstance(value, dict) else value for name, value in look.items() if value is not None
    }


def drawn(traces: Sequence[Trace], height: int = PLOT_HEIGHT, width: int = 0, **layout: Any) -> dict[str, Any]:
    """A figure as JSON can carry it; `width` is the least it can be read at, narrower screens scroll it.

    Where clicks lead is told once, in `meta`; a point has the place of its own there. Five percentiles of a day lead to
    the same rows, and addresses are most of what is sent.

    Plain dictionaries, as plotly takes them: its classes check every property each time a page is drawn, which is half
    of what drawing takes. The tests give them every figure.
    """
    base = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8, "pad": 4},
        "showlegend": sum(trace.get("showlegend") is not False for trace in traces) > 1,
        "legend": {
            "orientation": "h",
            "traceorder": "normal",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "xanchor": "left",
        }
        | layout.pop("legend", {}),
        "meta": {"width": width, "links": _links_of(traces)},
    }
    return {"data": list(traces), "layout": _said(base | layout)}


def _links_of(traces: Sequence[Trace]) -> list[str]:
    """Every address that points of some traces lead to, once; the points get its place."""
    places: dict[str, int] = {}
    for trace in traces:
        if "customdata" in trace:
            trace["customdata"] = [each and places.setdefault(each, len(places)) for each in trace["customdata"]]
    return [*places]


def briefly(values: Sequence[Any]) -> Any:
    """A list of equal values as that value, which plotly takes for all: most lists of looks say one thing."""
    return values[0] if values and all(each == values[0] for each in values) else list(values)


def values_of(traces: Sequence[Trace], along: str) -> list[float]:
    """What is drawn along an axis, without its gaps."""
    return [value for trace in traces for value in trace.get(along) or () if value is not None]


def value_axis(scale: Scale, values: Iterable[float | None] = (), steps: int = TICKS, **more: Any) -> dict[str, Any]:
    """An axis of values, from zero unless told otherwise; the words of the scale are chosen by the values drawn."""
    base = {
        "tickformat": scale.ticks,
        **_suffix(scale),
        "rangemode": "tozero",
        "automargin": True,
        "nticks": 6,
        "gridcolor": GRID,
        "zerolinecolor": QUIET,
    }
    told = [each for each in values if each is not None]
    if told and not any(told):
        # Of nothing but zeros plotly draws an axis up to one: a hundred per cent, where nothing ever failed.
        return base | more | {"range": [0, 1], "tickmode": "array", "tickvals": [0]}
    known = [round(each) for each in told] if scale.words else []
    return base | more | _worded(scale, known if more.get("rangemode") == "normal" else [0, *known], steps)


def _worded(scale: Scale, values: Sequence[int], steps: int) -> dict[str, Any]:
    """Ticks in words where the largest value has one: seven digits side by side overlap on a narrow screen."""
    low, high = min(values, default=0), max(values, default=0)
    size, word = next((each for each in scale.words if each[0] <= high), (0, ""))
    if not size:
        return {}
    step = next(each for each in _round_numbers() if each * steps >= high - low)
    ticks = range(low // step * step, high + step, step)
    return {
        "tickmode": "array",
        "tickvals": list(ticks),
        "ticktext": [f"{tick / size:,.10g}{word}" if tick else "0" for tick in ticks],
    }


def _round_numbers() -> Iterator[int]:
    """1, 2, 5, 10, 20, …"""
    return (digit * 10**power for power in count() for digit in (1, 2, 5))


def _suffix(scale: Scale) -> dict[str, Any]:
    """A sign stands at each tick, a word once beside the axis."""
    if len(scale.suffix) <= 2:
        return {"ticksuffix": scale.suffix}
    return {"title": {"text": plain(scale.suffix.strip()), "standoff": 8, "font": {"size": 12, "color": QUIET}}}


def label_axis(labels: Sequence[str], cells: int = LABEL_CELLS, **more: Any) -> dict[str, Any]:
    """An axis of words at the places 0, 1, 2, …, in lines of so many cells.

    Equal words stay apart, unlike on plotly's own axes of categories.
    """
    base = {
        "tickmode": "array",
        "tickvals": list(range(len(labels))),
        "ticktext": [label_of(each, cells) for each in labels],
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
        "range": [-0.5, len(labels) - 0.5],
        "fixedrange": True,
    }
    return base | more


def rows_height(labels: Sequence[str], more: int = 0) -> int:
    """The height of a figure with a row for each label, all as high as the one of most lines, and higher by `more`."""
    lines = max((label_of(each).count("<br>") for each in labels), default=0)
    return len(labels) * (ROW_HEIGHT + LINE_HEIGHT * lines + more) + ROOM_ABOVE


def label_of(text: str, cells: int = LABEL_CELLS) -> str:
    """A text that plotly shows as it stands: its markup made harmless, long ones broken into lines."""
    lines = [""]
    # A dot between two names stays with the first: alone in a line it would look like a name.
    for word in _breakable(text.replace(" · ", "\u00a0· "), cells):
        tried = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and cells_of(tried) > cells:
            lines.append(word)
        else:
            lines[-1] = tried
    return "<br>".join(plain(each) for each in lines)


def _breakable(text: str, cells: int) -> Iterator[str]:
    """Words; those of Korean and Japanese that are much longer than a line are broken where it ends."""
    for word in text.split(" "):
        while cells_of(word) > cells + ORPHAN and cells_of(word) > len(word):
            fitting = next(length for length in range(len(word), 0, -1) if cells_of(word[:length]) <= cells)
            yield word[:fitting]
            word = word[fitting:]
        yield word


def width_of(labels: Sequence[str], cells: int = LABEL_CELLS) -> int:
    """Pixels that the widest line of some labels needs."""
    lines = (html.unescape(line) for label in labels for line in label_of(label, cells).split("<br>"))
    return max(map(cells_of, lines), default=0) * LETTER_WIDTH


def plain(text: str) -> str:
    """A text in one line that plotly shows as it stands."""
    return html.escape(text, quote=False)


def cells_of(text: str) -> int:
    """The width of a text in Latin letters."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def scaled(value: int | None, scale: Scale) -> float | None:
    """A value as it is drawn."""
    return None if value is None else value / scale.divisor


def slots_of(series: Sequence[Series]) -> list[Slot]:
    """The slot of each series: its own, else the next in order that no other has taken."""
    taken = {each.slot for each in series}
    free = iter([slot for slot in ORDER if slot not in taken] + [Slot.COMPARED] * len(series))
    return [each.slot or next(free) for each in series]


def told(marks: Sequence[Mark], scale: Scale, axis: str) -> dict[str, Any]:
    """What the pointer shows of marks, and where a click on them leads."""
    return {
        "hovertext": briefly(["" if each.sample is None else f" · n {each.sample:,}" for each in marks]),
        "hovertemplate": f"%{{{axis}:{scale.hover}}}{scale.suffix}%{{hovertext}}<extra>%{{fullData.name}}</extra>",
        "customdata": urls_of(marks),
    }


def urls_of(marks: Sequence[Mark]) -> list[str | None] | None:
    """Where clicks on marks lead; None when none leads anywhere."""
    return [each.url or None for each in marks] if any(each.url for each in marks) else None


def hatching(marks: Sequence[Mark]) -> dict[str, Any]:
    """Bars that rest on too little are hatched, those of a period that is not over dotted."""
    shapes = ["/" if each.is_small else "" if each.is_complete else "." for each in marks]
    return {"shape": briefly(shapes), "fillmode": "replace", "size": 6, "solidity": 0.35}


def legend_of(series: Series, slot: Slot) -> Trace:
    """What the legend shows of bars, which would take the look of the first of them, hatched or not."""
    name = plain(series.name)
    return bar(x=[None], y=[None], name=name, legendgroup=name, marker={"color": slot.value})


def whiskers(marks: Sequence[Mark], scale: Scale) -> dict[str, Any] | None:
    """Confidence intervals of marks that have one, also with one end that nobody knows; None when none has."""
    if all(each.low is None and each.high is None for each in marks):
        return None
    ends = [
        (each.value, each.value if each.low is None else each.low, each.value if each.high is None else each.high)
        for each in marks
    ]
    return {
        "type": "data",
        "symmetric": False,
        "array": [scaled((high or 0) - (value or 0), scale) for value, _, high in ends],
        "arrayminus": [scaled((value or 0) - (low or 0), scale) for value, low, _ in ends],
        "color": INK,
        "thickness": 1.5,
        "width": 4,
    }
