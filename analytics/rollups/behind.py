"""The payments and checkouts behind a figure: the facts themselves, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from analytics.metrics.declarations import Amount, Distribution, Metric, Mix, Share
from analytics.rollups.questions import LONGEST_FROM_FACTS, Question
from analytics.rollups.selectors import conditions_of
from analytics.rollups.spans import Span, given, span_of_days

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Behind:
    """Some rows of a figure."""

    references: Sequence[str]
    """The merchant's, newest first, at most `MOST`."""
    count: int
    """How many there are in the span that was looked at."""
    span: Span
    is_cut: bool
    """Whether only the last `LONGEST_FROM_FACTS` days of the period were looked at."""


def behind(question: Question, side: str, point: Span | None = None) -> Behind:
    """The rows of one side of a figure (`part` or `whole`), of a whole period or of one step.

    The facts must have a reference.
    """
    facts = question.metric.facts
    span, is_cut = _looked_at(question, point)
    where, parameters = conditions_of(question)
    parameters |= given(span, facts) | {"most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT reference, count(*) OVER () FROM (SELECT *, at AS starts_at FROM ({facts.query}) AS t) AS facts"  # noqa: S608
            f" WHERE ({_side(question.metric, side)}) AND {where} ORDER BY at DESC, reference LIMIT %(most)s",
            parameters,
        )
        rows = cursor.fetchall()
    return Behind([row[0] for row in rows], rows[0][1] if rows else 0, span, is_cut)


def _looked_at(question: Question, point: Span | None) -> tuple[Span, bool]:
    if point is not None:
        return point, False
    start: datetime = question.end - timedelta(days=LONGEST_FROM_FACTS)
    if question.days > LONGEST_FROM_FACTS:
        return Span(start, question.end), True
    return span_for_period(question), False


def span_for_period(question: Question) -> Span:
    """The instants of a period, in the zone of the question."""
    if question.metric.facts.clock == "date":
        return span_of_days(question.first_on, question.last_on)
    return Span(question.start, question.end)


def _side(metric: Metric, side: str) -> str:
    match metric:
        case Share():
            codes = metric.numerator if side == "part" else metric.denominator
        case Mix() | Amount():
            codes = (metric.measure,)
        case Distribution():
            if side != "part" or not metric.slow:
                return f"{metric.facts.times_of(metric.times).column} IS NOT NULL"
            codes = (metric.slow,)
    facts = metric.facts
    return " OR ".join(f"({facts.measures[facts.place_of(code)].where})" for code in codes)
