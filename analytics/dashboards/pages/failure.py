"""The page of the failure rate: how much fails, why, where, and what trying again saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from analytics.charts import PERCENT, Chart, Column, Mark, Node, Row, Series, Slot, line, tree
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import by_value, grid, over_time, whole_of
from analytics.dashboards.labels import DIMENSIONS, STEPS, value_label
from analytics.dashboards.names import translated as _
from analytics.dashboards.notes import is_whole, note_of, with_points, with_state
from analytics.dashboards.wording import money_text, percent_text, point_text
from analytics.metrics.catalogue.failure import (
    ATTEMPT_FAILURE_RATE,
    FAILED_AMOUNT,
    FAILURE_RATE,
    FIRST_ATTEMPT_SUCCESS,
    RECOVERY_RATE,
)
from analytics.metrics.declarations import Metric
from analytics.rollups.questions import Answer, Figure, Point

BRANCHES: Final = ("blocked", "authentication", "declined", "technical", "expired")
"""The tree of results as domain.md has it, without what succeeded and what nobody knows."""
MOST_CODES: Final = 6
MOST_RAW: Final = 2
"""Codes that are drawn, and of each the providers' own below it; the table has all."""


def rate_over_time(asked: Asked) -> Chart:
    """The rate by day, beside the period before."""
    return over_time(asked, FAILURE_RATE)


def first_and_final(asked: Asked) -> Chart:
    """What did not succeed at once, what failed in the end, and of all attempts: trying again saves the difference."""
    first, attempts, final = (asked.ask(each) for each in (FIRST_ATTEMPT_SUCCESS, ATTEMPT_FAILURE_RATE, FAILURE_RATE))
    told = [
        (_("Not successful at the first attempt"), FIRST_ATTEMPT_SUCCESS, first),
        (_("Failed attempts"), ATTEMPT_FAILURE_RATE, attempts),
        (_("Failed in the end"), FAILURE_RATE, final),
    ]
    series = [
        Series(name, [_failed_at(asked, metric, found, point) for point in found.steps]) for name, metric, found in told
    ]
    return Chart(
        code="failure-first-final",
        title=_("First attempt against the end"),
        reading=_saved_in_words(first, final),
        figure=line(list(final.steps), series, PERCENT),
        columns=[Column(str(STEPS[final.question.step]), is_number=False), *(Column(name) for name, *_rest in told),
                 Column(_("Payments")), Column(_("Attempts"))],
        rows=[
            Row([with_state(point_text(point), is_complete=all(mark.is_complete for mark in marks)),
                 *(percent_text(mark.value) for mark in marks), f"{figure.sample:,}",
                 f"{attempts.steps[point].sample:,}"], url=marks[2].url)
            for (point, figure), *marks in zip(final.steps.items(), *(each.marks for each in series), strict=True)
        ],
        csv_url=asked.csv_url(FIRST_ATTEMPT_SUCCESS),
        more_files=asked.files((ATTEMPT_FAILURE_RATE, FAILURE_RATE)),
        note=with_points(note_of(asked, FAILURE_RATE, final), (mark for each in series for mark in each.marks)),
    )  # fmt: skip


def _saved_in_words(first: Answer, final: Answer) -> str:
    if not final.whole.whole:
        return _("Nothing was counted in this period.")
    words = _("%(first)s did not succeed at the first attempt, %(final)s failed in the end.")
    shares = _failed(first.whole, FIRST_ATTEMPT_SUCCESS), final.whole.share
    return words % {"first": percent_text(shares[0]), "final": percent_text(shares[1])}


def _failed(figure: Figure, metric: Metric) -> int | None:
    """The share that failed; success at the first attempt is told the other way round."""
    if figure.share is None or metric is not FIRST_ATTEMPT_SUCCESS:
        return figure.share
    return 10_000 - figure.share


def _failed_at(asked: Asked, metric: Metric, found: Answer, point: Point) -> Mark:
    figure = found.steps[point]
    return Mark(
        _failed(figure, metric),
        sample=figure.sample,
        # No page lists what did not succeed at once.
        url="" if metric is FIRST_ATTEMPT_SUCCESS else asked.rows_url(metric, at=point),
        is_complete=is_whole(point, found),
    )


def causes(asked: Asked) -> Chart:
    """Why groups failed, along the tree of results; shares of everything that came to an end."""
    found = whole_of(asked, FAILURE_RATE, ("cause",))
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
        note=note_of(asked, FAILURE_RATE, found, has_steps=False),
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


def decline_codes(asked: Asked) -> Chart:
    """Which codes refused attempts: ours, and below each the providers' own that it stands for."""
    found = whole_of(asked, ATTEMPT_FAILURE_RATE, ("decline_code", "provider_decline_code"))
    failed = found.whole.part
    codes: dict[str, dict[str, int]] = {}
    for (ours, theirs), figure in found.parts.items():
        if figure.part:
            codes.setdefault(ours, {})[theirs] = figure.part
    nodes, rows = [], []
    for place, (ours, raw) in enumerate(sorted(codes.items(), key=lambda item: -sum(item[1].values()))):
        many = sum(raw.values())
        url = asked.rows_url(ATTEMPT_FAILURE_RATE, {"decline_code": ours})
        label = value_label("decline_code", ours)
        drawn = [Node(label, 0, _of_failed(many, failed, url), Slot.BAD)]
        rows.append(_code_row((label, ""), many, failed, url))
        for theirs, some in sorted(raw.items(), key=lambda item: -item[1]):
            if theirs:
                url = asked.rows_url(ATTEMPT_FAILURE_RATE, {"decline_code": ours, "provider_decline_code": theirs})
                drawn.append(Node(theirs, 1, _of_failed(some, failed, url), Slot.FIFTH))
                rows.append(_code_row((label, theirs), some, failed, url))
        if place < MOST_CODES:
            nodes += drawn[: MOST_RAW + 1]
    return Chart(
        code="failure-decline-codes",
        title=_("Codes of refused attempts, ours and below them the providers'"),
        reading=_codes_in_words(codes, failed),
        figure=tree(nodes, PERCENT),
        columns=[*(Column(str(DIMENSIONS[name]), is_number=False) for name in found.question.split),
                 Column(_("Failed attempts")), Column(_("Of all failed attempts"))],
        rows=rows,
        csv_url=asked.csv_url(ATTEMPT_FAILURE_RATE, found.question.split),
        note=note_of(asked, ATTEMPT_FAILURE_RATE, found, has_steps=False),
    )  # fmt: skip


def _of_failed(many: int, failed: int, url: str) -> Mark:
    return Mark(many * 10_000 // failed, sample=failed, url=url, text=f"{many:,}")


def _code_row(codes: tuple[str, str], many: int, failed: int, url: str) -> Row:
    return Row([*codes, f"{many:,}", percent_text(many * 10_000 // failed)], url=url)


def _codes_in_words(codes: Mapping[str, Mapping[str, int]], failed: int) -> str:
    told = {ours: sum(raw.values()) for ours, raw in codes.items() if ours}
    if not told:
        return _("No attempt was refused with a code in this period.")
    most = max(told, key=lambda ours: told[ours])
    words = _("The most frequent code is %(code)s: %(many)s of %(all)s failed attempts; %(told)s came with a code.")
    return words % {
        "code": value_label("decline_code", most), "many": f"{told[most]:,}", "all": f"{failed:,}",
        "told": f"{sum(told.values()):,}",
    }  # fmt: skip


def by_method_and_provider(asked: Asked) -> Chart:
    """Where it fails."""
    return grid(asked, FAILURE_RATE, "method", "provider")


def by_country(asked: Asked) -> Chart:
    """From where."""
    return by_value(asked, FAILURE_RATE, "country")


def recovered(asked: Asked) -> Chart:
    """Which methods trying again saves."""
    return by_value(asked, RECOVERY_RATE, "method")


def lost(asked: Asked) -> Chart:
    """What the failed payments were worth, which is the most that was lost."""
    chart, found = over_time(asked, FAILED_AMOUNT), asked.ask(FAILED_AMOUNT).whole
    if not found.sample:
        return chart
    words = _(
        "At most %(amount)s was lost, in %(count)s payments that failed for good. What their buyers paid later with"
        " other orders is not taken off."
    )
    told = words % {"amount": money_text(found.part, asked.currency), "count": f"{found.sample:,}"}
    return replace(chart, reading=told)


TILES: Final[Sequence[Metric]] = (
    FAILURE_RATE, FIRST_ATTEMPT_SUCCESS, ATTEMPT_FAILURE_RATE, RECOVERY_RATE, FAILED_AMOUNT,
)  # fmt: skip
PANELS: Final = (
    rate_over_time, first_and_final, causes, decline_codes, by_method_and_provider, recovered, lost, by_country,
)  # fmt: skip
