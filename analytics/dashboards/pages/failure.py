"""The page of the failure rate: how much fails, why, where, and what trying again saves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from analytics.charts import PERCENT, Chart, Column, Mark, Node, Row, Slot, tree
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import by_value, grid, note_of, over_time
from analytics.dashboards.labels import value_label
from analytics.dashboards.wording import percent_text
from analytics.metrics.catalogue.failure import (
    ATTEMPT_FAILURE_RATE,
    FAILED_AMOUNT,
    FAILURE_RATE,
    FIRST_ATTEMPT_SUCCESS,
    RECOVERY_RATE,
)
from analytics.metrics.declarations import Metric
from analytics.rollups.questions import Answer

BRANCHES: Final = ("blocked", "authentication", "declined", "technical", "expired")
"""The tree of results as domain.md has it, without what succeeded and what nobody knows."""


def rate_over_time(asked: Asked) -> Chart:
    """The rate by day, beside the period before."""
    return over_time(asked, FAILURE_RATE)


def causes(asked: Asked) -> Chart:
    """Why groups failed, along the tree of results; shares of everything that came to an end."""
    found = asked.ask(FAILURE_RATE, ("cause",))
    ended = found.whole.whole
    counts = {values[0]: figure.part for values, figure in found.parts.items() if figure.part}
    nodes, rows = [], []
    for branch in BRANCHES:
        leaves = {code: many for code, many in counts.items() if code.split(".")[0] == branch}
        if not leaves:
            continue
        for depth, code, many in [(0, branch, sum(leaves.values())), *_below(branch, leaves)]:
            share = many * 10_000 // ended if ended else None
            url = asked.rows_url(FAILURE_RATE, {"cause": code}) if depth or code in counts else ""
            label = value_label("cause", code)
            nodes.append(Node(label, depth, Mark(share, sample=ended, url=url, text=f"{many:,}"), Slot.BAD))
            rows.append(Row([label, f"{many:,}", percent_text(share)], url=url))
    return Chart(
        code="failure-causes",
        title=_("Why payments failed"),
        reading=_causes_in_words(found),
        figure=tree(nodes, PERCENT),
        columns=[Column(_("Cause"), is_number=False), Column(_("Failed")), Column(_("Of all that came to an end"))],
        rows=rows,
        csv_url=asked.csv_url(FAILURE_RATE, ("cause",)),
        note=note_of(asked, FAILURE_RATE, found),
    )


def _below(branch: str, leaves: dict[str, int]) -> list[tuple[int, str, int]]:
    return [(1, code, many) for code, many in sorted(leaves.items(), key=lambda item: -item[1]) if code != branch]


def _causes_in_words(found: Answer) -> str:
    failed = [(values[0], figure.part) for values, figure in found.parts.items() if figure.part]
    if not failed:
        return _("Nothing failed in this period.")
    cause, many = max(failed, key=lambda item: item[1])
    words = _("The most frequent cause is %(cause)s: %(many)s of %(all)s failed payments.")
    return words % {"cause": value_label("cause", cause), "many": f"{many:,}", "all": f"{found.whole.part:,}"}


def by_method_and_provider(asked: Asked) -> Chart:
    """Where it fails."""
    return grid(asked, FAILURE_RATE, "method", "provider")


def by_country(asked: Asked) -> Chart:
    """From where."""
    return by_value(asked, FAILURE_RATE, "country")


TILES: Final[Sequence[Metric]] = (
    FAILURE_RATE, FIRST_ATTEMPT_SUCCESS, ATTEMPT_FAILURE_RATE, RECOVERY_RATE, FAILED_AMOUNT,
)  # fmt: skip
PANELS: Final = (rate_over_time, causes, by_method_and_provider, by_country)
