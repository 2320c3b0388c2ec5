"""Statements that are not here yet: an answer made of statements is not complete for the days that they would tell."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from analytics.dashboards.names import names
from analytics.metrics.completeness import is_told_by_statements
from analytics.metrics.declarations import FEW, Metric
from analytics.rollups.questions import Answer, Figure, Point, Question, end_of

Late = Mapping[str, frozenset[date]]
"""By provider the days of which no statement is here yet; none where all are."""


def late_of(question: Question) -> Late:
    """The providers that a question asks about, and what of each is not here; empty of facts that no statement tells.

    Read once for each page.
    """
    if not is_told_by_statements(question.metric):
        return {}
    page, narrowed = names(), question.narrowed
    currencies, codes, methods = (set(narrowed.get(name, ())) for name in ("currency", "provider", "method"))
    return {
        each.provider_code: each.within(question.first_on, question.last_on)
        for each in page.awaited
        if (not currencies or currencies & each.currencies)
        and (not codes or each.provider_code in codes)
        and (not methods or any((method, each.provider_code) in page.offered for method in methods))
    }


def learn_what_is_late(metrics: Iterable[Metric], narrowed: Collection[str]) -> None:
    """Read now what `marked` takes of a page with these metrics and filters."""
    if any(map(is_told_by_statements, metrics)):
        names().learn("awaited", *(["offered"] if "method" in narrowed else []))


def marked(found: Answer) -> Answer:
    """The answer, with what lacks a statement as not decided: a step that lacks any, of the whole and of parts those
    that lack more than one day in `FEW`."""
    question, late = found.question, late_of(found.question)
    if not any(late.values()):
        return found
    place = question.split.index("provider") if "provider" in question.split else None
    is_lacking, days = _is_lacking(late, question), sorted(frozenset[date]().union(*late.values()))
    parts = {
        values: _undecided(
            figure, of=is_lacking if place is None else _is_lacking(_only(late, values[place]), question)
        )
        for values, figure in found.parts.items()
    }
    return replace(
        found,
        whole=_undecided(found.whole, of=is_lacking),
        steps={point: _undecided(figure, of=_has_any(days, point, question)) for point, figure in found.steps.items()},
        parts=parts,
    )  # fmt: skip


def spans_of(question: Question) -> dict[str, list[tuple[date, date]]]:
    """The providers of which statements are not here, each with the first and the last of days on end."""
    return {code: _on_end(days) for code, days in sorted(late_of(question).items()) if days}


def _on_end(days: Collection[date]) -> list[tuple[date, date]]:
    spans: list[tuple[date, date]] = []
    for day in sorted(days):
        if spans and day - spans[-1][1] == timedelta(days=1):
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


def _only(late: Late, provider: str) -> Late:
    return {code: days for code, days in late.items() if code == provider}


def _is_lacking(late: Late, question: Question) -> bool:
    missing = sum(len(days) for days in late.values())
    return missing * FEW > len(late) * question.days


def _has_any(days: Sequence[date], point: Point, question: Question) -> bool:
    """Whether one of some days, ascending, lies in a step."""
    place = bisect_left(days, point)
    return place < len(days) and days[place] < end_of(point, question).date()


def _undecided(figure: Figure, *, of: bool) -> Figure:
    return figure._replace(is_decided=False) if of else figure
