"""Definition cards: what a metric counts, in words and as the query that computes it; made from the declaration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from analytics.metrics.declarations import SMALLEST_SAMPLE, Facts, Latency, Measure, Metric, measures_of


@dataclass(frozen=True, slots=True)
class Card:
    """A definition as people read it."""

    above: str
    below: str
    exclusions: Sequence[str]
    window: str
    smallest: int
    query: str
    """Runs as it stands, with `%(start)s` and `%(end)s` given: one row, above and below the line."""


def card_of(metric: Metric) -> Card:
    """The card of a metric, in the language of whoever reads it."""
    above, *below = (_measure(metric.facts, code) for code in measures_of(metric))
    return Card(
        above=_(above.name),
        below=" + ".join(_(each.name) for each in below),
        exclusions=[_(each) for each in metric.exclusions],
        window=_(metric.window),
        smallest=SMALLEST_SAMPLE,
        query=query_of(metric),
    )


def query_of(metric: Metric) -> str:
    """The metric as one query over the ledger's tables; of a distribution how many were slow, and were timed at all."""
    above, *below = (_measure(metric.facts, code).sql for code in measures_of(metric))
    line = " + ".join(below)
    names = ("slow", "timed") if isinstance(metric, Latency) else ("above", "below")
    return f"SELECT {above} AS {names[0]}, {line} AS {names[1]} FROM ({metric.facts.sql.strip()}) AS facts"  # noqa: S608


def _measure(facts: Facts, code: str) -> Measure:
    return facts.measures[facts.place_of(code)]
