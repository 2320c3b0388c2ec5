"""What a chart shows, as plain values: marks, series, scales, and the chart with its sentence and its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from analytics.metrics.declarations import SMALLEST_SAMPLE

WIDE: Final = 560
"""Pixels; charts that need more do not stand beside others. On a screen of 1440 pixels two have about so many each."""


class Slot(StrEnum):
    """A place in the palette, the same in every chart; the values are the colours of Okabe and Ito."""

    MAIN = "#0072B2"
    SECOND = "#D55E00"
    THIRD = "#009E73"
    FOURTH = "#CC79A7"
    FIFTH = "#E69F00"
    SIXTH = "#56B4E9"
    COMPARED = "#767676"
    """What something is held against: an earlier period, the rest, what nobody knows."""
    GOOD = THIRD
    BAD = SECOND


ORDER: Final = (Slot.MAIN, Slot.SECOND, Slot.THIRD, Slot.FOURTH, Slot.FIFTH, Slot.SIXTH)
"""What series without a slot of their own are given, in this order."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How whole numbers become what an axis says: divided, then written by a d3 format, then the suffix."""

    divisor: int = 1
    ticks: str = ",.2~f"
    hover: str = ",.2~f"
    suffix: str = ""
    words: Sequence[tuple[int, str]] = ()
    """Large numbers that the language has words for, the largest first: ticks are told in them."""


PERCENT: Final = Scale(10_000, ".2~%", ".2%")
"""Of basis points."""
SECONDS: Final = Scale(1_000, ",.2~f", ",.2f", " s")
"""Of milliseconds."""
COUNT: Final = Scale()


def money_scale(currency: str, exponent: int, words: Sequence[tuple[int, str]] = ()) -> Scale:
    """Of minor units of a currency with so many decimals."""
    return Scale(10**exponent, ",.2~f", f",.{exponent}f", f" {currency}", words)


class Mark(NamedTuple):
    """One value of a chart, a whole number in the unit that its scale divides; None where there is nothing to show.

    A page has thousands of them: a tuple is made in a third of the time.
    """

    value: int | None
    sample: int | None = None
    """How many it rests on; fewer than `SMALLEST_SAMPLE` is drawn hollow or hatched."""
    url: str = ""
    """Where a click leads; '' leads nowhere."""
    text: str = ""
    """What stands in the cell or at the bar, as the caller writes it."""
    low: int | None = None
    high: int | None = None
    """Both ends of the confidence interval, in the unit of the value; None is an end that nobody knows."""
    is_complete: bool = True
    """Whether its period is over, so that the value can only change by correction."""

    @property
    def is_small(self) -> bool:
        """Whether it rests on too little to be a fact."""
        return self.sample is not None and self.sample < SMALLEST_SAMPLE


@dataclass(frozen=True, slots=True)
class Series:
    """Marks that belong together, one for each place of the chart."""

    name: str
    marks: Sequence[Mark]
    slot: Slot | None = None
    """None takes the next one of `ORDER`."""


@dataclass(frozen=True, slots=True)
class Node:
    """One line of a tree, in the order of reading: a node comes before what is below it."""

    label: str
    depth: int
    mark: Mark
    slot: Slot = Slot.MAIN


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value that a histogram marks by a line: a percentile, a limit."""

    value: int
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table under a chart."""

    name: str
    is_number: bool = True
    """Numbers stand on the right."""


class Row(NamedTuple):
    """One row of the table under a chart, its cells as they are written; the first one is its heading."""

    cells: Sequence[str]
    url: str = ""
    """The rows behind it: the keyboard's way to what a click on the chart opens."""


@dataclass(frozen=True, slots=True)
class File:
    """Figures of a chart as a file."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with everything that says the same in words: what `components/chart.html` takes as `chart`."""

    code: str
    """Letters, digits and hyphens; one of its kind on the page."""
    title: str
    reading: str
    """What the chart says, in one sentence; it is read out in place of the drawing."""
    figure: dict[str, Any]
    """Of one of the functions of this room."""
    columns: Sequence[Column]
    rows: Sequence[Row]
    csv_url: str = ""
    more_files: Sequence[File] = ()
    """Where it tells several metrics: the files of those beside the first."""
    note: str = ""
    """What limits it: an incomplete period, small samples."""
    is_table_open: bool = False
    """Whether the table is what people come for: then nobody has to open it."""

    @property
    def figure_id(self) -> str:
        """The id of the block that carries the figure."""
        return f"figure-{self.code}"

    @property
    def has_values(self) -> bool:
        """Whether there is anything to draw."""
        return any(
            across is not None and along is not None
            for trace in self.figure["data"]
            for across, along in zip(trace["x"], trace["y"], strict=True)
        )

    @property
    def is_wide(self) -> bool:
        """Whether it takes the whole width of the page."""
        return self.is_table_open or bool(self.figure["layout"]["meta"]["width"] > WIDE)

    @property
    def description(self) -> str:
        """What a screen reader says of the drawing."""
        return f"{self.title}: {self.reading}"

    @property
    def lines(self) -> list[tuple[Row, list[tuple[str, bool]]]]:
        """Each row with its cells and whether they are numbers."""
        return [
            (row, [(cell, column.is_number) for cell, column in zip(row.cells, self.columns, strict=True)])
            for row in self.rows
        ]
