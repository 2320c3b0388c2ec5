"""Figures in words with the ends between which the true ones lie: shares, percentiles, costs."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.dashboards.names import translated as _
from analytics.dashboards.wording import NOTHING, percent_text, seconds_text
from analytics.metrics.catalogue.times import PROVIDER_LATENCY
from analytics.metrics.declarations import SMALLEST_SAMPLE
from analytics.metrics.intervals import percentile_buckets, wilson
from analytics.rollups.histograms import ends_of
from analytics.rollups.questions import Figure

Ends = tuple[int | None, int | None]
"""None is an end that nobody knows."""


def success(figure: Figure) -> int | None:
    """The share that did not fail, in basis points; None where nothing came to an end."""
    return None if figure.share is None else 10_000 - figure.share


def success_text(figure: Figure | None) -> str:
    """The share that did not fail, and between which shares the true one lies at 95 %."""
    if figure is None or figure.share is None:
        return NOTHING
    low, high = share_ends(figure)
    return f"{percent_text(success(figure))} ({percent_text(low)[:-2]}–{percent_text(high)})"


def share_ends(figure: Figure) -> tuple[int, int]:
    """Between which shares the true success lies at 95 %, in basis points."""
    return wilson(figure.whole - figure.part, figure.whole) or (0, 10_000)


def time_ends(spread: Mapping[int, int], percent: int) -> Ends:
    """Between which milliseconds a percentile lies at 95 %, as wide as the buckets of its ends; None is not known."""
    low, high = percentile_buckets(spread, percent)
    unit = PROVIDER_LATENCY.unit
    return None if low is None else ends_of(low, unit)[0], None if high is None else ends_of(high, unit)[1]


def time_text_within(milliseconds: int | None, ends: Ends) -> str:
    """A percentile, and between which times the true one lies at 95 %."""
    if milliseconds is None:
        return NOTHING
    low, high = (None if each is None else seconds_text(each) for each in ends)
    match low, high:
        case None, None:
            return seconds_text(milliseconds)
        case None, _high:
            within = f"≤ {high}"
        case _low, None:
            within = f"≥ {low}"
        case _:
            unit = str(high).lstrip("0123456789.")
            within = f"{str(low).removesuffix(unit)}–{high}"
    return f"{seconds_text(milliseconds)} ({within})"


def hundredths(part: int, whole: int) -> str:
    """A share with two decimals: fees differ in the second."""
    if not whole:
        return NOTHING
    basis_points = (2 * part * 10_000 + whole) // (2 * whole)
    sign = "-" if basis_points < 0 else ""
    return f"{sign}{abs(basis_points) // 100}.{abs(basis_points) % 100:02d} %"


def cost_text(figure: Figure | None, ends: tuple[int, int] | None) -> str:
    """A cost, and between which shares that of other days like these lies at 95 %."""
    if figure is None or not figure.whole:
        return NOTHING
    told = hundredths(figure.part, figure.whole)
    if ends is None:
        return told
    low, high = (hundredths(each, 10_000) for each in ends)
    return f"{told} ({low[:-2]}–{high})"


def counted_text(many: int) -> str:
    """How many, with a word where they are too few."""
    few = _("too few")
    return f"{many:,}" if many >= SMALLEST_SAMPLE else f"{many:,} · {few}"


def apart_text(*, is_apart: bool) -> str:
    """Whether two figures differ by more than chance."""
    return _("That is more than chance.") if is_apart else _("Their intervals overlap: that may be chance.")
