"""Definition cards: what a metric counts, in words and as the query that computes it; made from the declaration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from analytics.dashboards.names import translated as _
from analytics.metrics.completeness import is_told_by_statements
from analytics.metrics.declarations import (
    FEW,
    SMALLEST_SAMPLE,
    Amount,
    Distribution,
    Facts,
    Measure,
    Metric,
    Mix,
    Share,
)


@dataclass(frozen=True, slots=True)
class Card:
    """A definition as people read it."""

    above: str
    below: str
    """'' where there is no line: a distribution, an amount."""
    exclusions: Sequence[str]
    window: str
    complete: Sequence[str]
    """What a period waits for until it is called complete; empty where it is with its end."""
    smallest: int
    query: str
    """Runs with `%(start)s`, `%(end)s` and the other names it has given: one row, above and below the line."""


def card_of(metric: Metric) -> Card:
    """The card of a metric, in the language of whoever reads it."""
    above, below = _sides(metric)
    return Card(
        above=" + ".join(_(each.name) for each in above) or _(metric.facts.name),
        below=" + ".join(_(each.name) for each in below),
        exclusions=[_(each) for each in metric.exclusions],
        window=_(metric.window),
        complete=_complete(metric),
        smallest=SMALLEST_SAMPLE,
        query=query_of(metric),
    )


def _complete(metric: Metric) -> list[str]:
    told = []
    if metric.wait:
        days, hours = divmod(int(metric.wait / timedelta(hours=1)), 24)
        in_days = _("%(days)s days and %(hours)s h after its end.") if hours else _("%(days)s days after its end.")
        words = in_days if days > 1 else _("%(hours)s h after its end.")
        told.append(words % {"days": days, "hours": hours if days > 1 else hours + 24 * days})
    if metric.pending:
        open_ones = ", ".join(_(each.name) for each in _measures(metric.facts, metric.pending))
        words = _("When at most one in %(few)s is still: %(open)s.")
        told.append(words % {"few": FEW, "open": open_ones})
    if is_told_by_statements(metric):
        told.append(_("When the statement of every provider with a payout schedule is here, and none lacks a part."))
    return told


def query_of(metric: Metric) -> str:
    """The metric as one query over the tables of the facts; of a distribution how many were timed, and the median."""
    facts = metric.facts
    told = f"({facts.query.strip()}) AS facts"
    if facts.person:
        told = f"(SELECT person, {facts.person} FROM {told} GROUP BY person) AS people"  # noqa: S608
    if isinstance(metric, Distribution):
        column = facts.times_of(metric.times).column
        # A row that stands for several facts is there as often.
        told += f", generate_series(1, {facts.weight})" if facts.weight != "1" else ""
        return (
            f"SELECT count({column}) AS timed, percentile_disc(0.5) WITHIN GROUP (ORDER BY {column}) AS median"  # noqa: S608
            f" FROM {told}"
        )
    above, below = (" + ".join(each.sql for each in side) or "NULL" for side in _sides(metric))
    return f"SELECT {above} AS above, {below} AS below FROM {told}"  # noqa: S608


def _sides(metric: Metric) -> tuple[list[Measure], list[Measure]]:
    match metric:
        case Share():
            return _measures(metric.facts, metric.numerator), _measures(metric.facts, metric.denominator)
        case Mix():
            return _measures(metric.facts, (metric.measure,)), _measures(metric.facts, (metric.measure,))
        case Amount():
            return _measures(metric.facts, (metric.measure,)), []
        case Distribution():
            return [], []


def _measures(facts: Facts, codes: Sequence[str]) -> list[Measure]:
    return [facts.measures[facts.place_of(code)] for code in codes]
