"""Writes `docs/metrics.md` from the catalogue, so that the page cannot say anything else than the code; pure.

`python -m analytics.metrics.document > docs/metrics.md` writes it again; a test compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from analytics.metrics.catalogue import METRICS
from analytics.metrics.completeness import is_told_by_statements
from analytics.metrics.declarations import (
    FEW,
    SMALLEST_SAMPLE,
    Clock,
    Distribution,
    Facts,
    Metric,
    Mix,
    Share,
    Unit,
)
from analytics.metrics.facts import FACTS

_HEAD: Final = f"""# Metrics

Written by `python -m analytics.metrics.document` from `analytics/metrics/`; a test holds both together. The definition
card beside each figure says the same in the language of its reader, and shows the query that computes it.

A share is the sum of what is above the line divided by the sum of what is below it. Percentiles are by the nearest
rank, of days exact and of milliseconds at most 2 % off. A figure that rests on fewer than {SMALLEST_SAMPLE} facts is
marked as saying next to nothing, and shown all the same. An amount, and a share of amounts, is asked of one currency at
a time.

What is kept by the day or the hour answers at once: by the day in the reporting zone and in zones whose days begin with
its days, by the hour in all others. Any other set of the dimensions is counted in the facts when it is asked for, for
periods up to 31 days.
"""
_UNITS: Final = {
    Unit.SHARE: "share",
    Unit.MILLISECONDS: "milliseconds",
    Unit.DAYS: "days",
    Unit.BUSINESS_DAYS: "business days of the provider's country",
    Unit.MINOR: "minor units of one currency",
}
_CLOCKS: Final = {
    Clock.INSTANT: "Each lies at an instant; its hour and day follow the zone of whoever asks.",
    Clock.DATE: "Each lies on a business date, the same in every zone.",
    Clock.PERIOD: "Each person counts once in every calendar week and month of the reporting zone; they do not add up.",
}


def page() -> str:
    """The whole page, as Markdown."""
    parts = [_HEAD, *_index()]
    for facts in FACTS:
        parts += ["", f"## {facts.name}", "", *_facts(facts)]
        for metric in METRICS.values():
            if metric.facts is facts:
                parts += ["", f"### {metric.name}", "", *_metric(metric)]
    return "\n".join([*parts, ""])


def _index() -> Iterator[str]:
    yield "| metric | name in addresses and API | unit | better when |"
    yield "|---|---|---|---|"
    for metric in METRICS.values():
        better = "" if isinstance(metric, Mix) else "lower" if metric.is_better_when_lower else "higher"
        yield f"| [{metric.name}](#{_anchor(metric.name)}) | `{metric.code}` | {_UNITS[metric.unit]} | {better} |"


def _anchor(name: str) -> str:
    return "".join(each for each in name.lower().replace(" ", "-") if each.isalnum() or each == "-")


def _facts(facts: Facts) -> Iterator[str]:
    yield _CLOCKS[facts.clock]
    yield ""
    yield f"- Dimensions: {_names(facts.dimensions)}"
    kept = "week and month" if facts.clock is Clock.PERIOD else "day"
    yield f"- Kept by the {kept}: {_sets(facts.cubes)}"
    if facts.hourly:
        yield f"- Kept by the hour too: {_sets(facts.hourly)}"


def _metric(metric: Metric) -> Iterator[str]:
    yield metric.sentence
    yield ""
    yield f"- Unit: {_UNITS[metric.unit]}"
    match metric:
        case Share():
            yield f"- Above the line: {_measures(metric, metric.numerator)}"
            yield f"- Below the line: {_measures(metric, metric.denominator)}"
        case Distribution():
            yield f"- Kept for: {_sets(metric.facts.times_of(metric.times).cubes)}"
            if metric.slow:
                yield f"- Beside it: {_measures(metric, (metric.slow,))}"
        case _:
            yield f"- Counted: {_measures(metric, (metric.measure,))}"
    if metric.counted:
        yield f"- Rests on: {_measures(metric, (metric.counted,))}"
    yield from (f"- Left out: {each}" for each in metric.exclusions)
    yield f"- Period: {metric.window}"
    if metric.wait:
        yield f"- Complete: {_spelled(metric.wait)} after its end"
    if metric.pending:
        yield f"- Complete: when at most one in {FEW} is still: {_measures(metric, metric.pending)}"
    if is_told_by_statements(metric):
        yield "- Complete: when the statement of every provider with a payout schedule is here, and none lacks a part"
    yield f"- Smallest sample: {SMALLEST_SAMPLE}"


def _measures(metric: Metric, codes: Sequence[str]) -> str:
    return " + ".join(metric.facts.measures[metric.facts.place_of(code)].name for code in codes)


def _spelled(wait: timedelta) -> str:
    hours = int(wait / timedelta(hours=1)) % 24
    parts = [f"{wait.days} days"] if wait.days else []
    return " and ".join([*parts, *([f"{hours} h"] if hours else [])])


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _sets(cubes: Sequence[Sequence[str]]) -> str:
    return "; ".join(" × ".join(f"`{name}`" for name in cube) or "all together" for cube in cubes)


if __name__ == "__main__":
    sys.stdout.write(page())
