"""An answer as it is told: rows for the page, the file and the API, which so cannot differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analytics.metrics.declarations import Amount, Clock, Distribution
from analytics.rollups.questions import PERCENTILES, Answer, Figure, Point, Values, end_of


@dataclass(frozen=True, slots=True)
class Told:
    """One line: the whole, a step, or the values of the split."""

    at: Point | None
    values: Values | None
    figure: Figure
    is_complete: bool
    """False while the step, or what its facts wait for, is not over, and while much of it is not decided."""


def lines_of(answer: Answer) -> Iterator[Told]:
    """The whole, then each step, then each combination of values of the split."""
    question = answer.question
    end = question.end if question.metric.facts.clock is not Clock.PERIOD else end_of(point_told(answer), question)
    is_past = end <= answer.computed_at - question.metric.wait
    yield Told(None, None, answer.whole, is_past and answer.whole.is_decided)
    for point, figure in answer.steps.items():
        yield Told(point, None, figure, is_over(point, answer))
    for values, figure in answer.parts.items():
        yield Told(None, values, figure, is_past and figure.is_decided)


def point_told(answer: Answer) -> Point:
    """Of people, who do not add up: the week or month that the whole and its parts tell: the last that is over, or else
    the one that runs."""
    points = [*answer.steps]
    return max((each for each in points if end_of(each, answer.question) <= answer.computed_at), default=points[-1])


def is_over(point: Point, answer: Answer) -> bool:
    """Whether a step and what its facts wait for are over, and nearly all of it is decided."""
    return answer.over[point]


def as_json(answer: Answer) -> dict[str, Any]:
    """What the API tells."""
    question = answer.question
    whole, *rest = [_row(line, answer) for line in lines_of(answer)]
    return {
        "metric": question.metric.code,
        "unit": str(question.metric.unit),
        "first_on": question.first_on,
        "last_on": question.last_on,
        "step": str(question.step),
        "zone": question.zone.key,
        "split": list(question.split),
        "narrowed": {name: list(values) for name, values in question.narrowed.items()},
        "source": str(answer.source),
        "whole": whole,
        "steps": [row for row in rest if row["at"] is not None],
        "parts": [row for row in rest if row["at"] is None],
    }


def columns_of(answer: Answer) -> tuple[str, ...]:
    """The names of the columns of a file: where, the values of the split, the figure."""
    return "at", *answer.question.split, *_figures_of(answer)


def rows_of(answer: Answer) -> Iterator[tuple[Any, ...]]:
    """The rows of a file, in the order of `columns_of`."""
    width = len(answer.question.split)
    for line in lines_of(answer):
        row = _row(line, answer)
        values = line.values if line.values is not None else ("",) * width
        told = (row["at"], *values, *(row[name] for name in _figures_of(answer)))
        yield tuple("" if value is None else value for value in told)


def _figures_of(answer: Answer) -> tuple[str, ...]:
    is_spread = isinstance(answer.question.metric, Distribution)
    times = tuple(f"p{share}" for share in PERCENTILES) if is_spread else ()
    return "part", "whole", "sample", "share_basis_points", *times, "is_small", "is_complete"


def _row(line: Told, answer: Answer) -> dict[str, Any]:
    figure = line.figure
    row: dict[str, Any] = {
        "at": line.at.isoformat() if line.at else None,
        "values": list(line.values) if line.values is not None else None,
        "part": figure.part,
        "whole": figure.whole,
        "sample": figure.sample,
        # An amount is no part of how many it is of.
        "share_basis_points": None if isinstance(answer.question.metric, Amount) else figure.share,
        "is_small": figure.is_small,
        "is_complete": line.is_complete,
    }
    if isinstance(answer.question.metric, Distribution):
        row |= {f"p{share}": figure.times.get(share) for share in PERCENTILES}
    return row
