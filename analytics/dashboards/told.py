"""An answer as it is told: rows for the page, the file and the API, which so cannot differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from analytics.metrics.declarations import Latency
from analytics.rollups.selectors import PERCENTILES, Answer, Figure


@dataclass(frozen=True, slots=True)
class Told:
    """One line: the whole, a day, or a value of the split."""

    on: date | None
    value: str | None
    figure: Figure
    is_complete: bool
    """False for a day that is not over."""


def lines_of(answer: Answer) -> Iterator[Told]:
    """The whole, then each day, then each value of the split."""
    today = timezone.now().astimezone(answer.question.zone).date()
    yield Told(None, None, answer.whole, answer.question.last_on < today)
    for on, figure in answer.days.items():
        yield Told(on, None, figure, on < today)
    for value, figure in answer.parts.items():
        yield Told(None, value, figure, answer.question.last_on < today)


def as_json(answer: Answer) -> dict[str, Any]:
    """What the API tells."""
    question = answer.question
    whole, *rest = [_row(line, answer) for line in lines_of(answer)]
    return {
        "metric": question.metric.code,
        "unit": str(question.metric.unit),
        "first_on": question.first_on,
        "last_on": question.last_on,
        "zone": question.zone.key,
        "split": question.split or None,
        "source": str(answer.source),
        "whole": whole,
        "days": [row for row in rest if row["on"] is not None],
        "parts": [row for row in rest if row["on"] is None],
    }


def columns_of(answer: Answer) -> tuple[str, ...]:
    """The names of the columns of a file."""
    figures = ("part", "sample", "share_basis_points", "is_small", "is_complete")
    times = tuple(f"p{share}_milliseconds" for share in PERCENTILES)
    return "on", "value", *figures, *(times if isinstance(answer.question.metric, Latency) else ())


def rows_of(answer: Answer) -> Iterator[tuple[Any, ...]]:
    """The rows of a file, in the order of `columns_of`."""
    names = columns_of(answer)
    for line in lines_of(answer):
        row = _row(line, answer)
        yield tuple("" if row[name] is None else row[name] for name in names)


def _row(line: Told, answer: Answer) -> dict[str, Any]:
    figure = line.figure
    row: dict[str, Any] = {
        "on": line.on,
        "value": line.value,
        "part": figure.part,
        "sample": figure.sample,
        "share_basis_points": figure.share,
        "is_small": figure.is_small,
        "is_complete": line.is_complete,
    }
    if isinstance(answer.question.metric, Latency):
        row |= {f"p{share}_milliseconds": figure.times.get(share) for share in PERCENTILES}
    return row
