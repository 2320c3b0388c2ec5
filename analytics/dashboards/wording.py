"""Figures in words: shares, times and amounts as people read them, and the sentence that a figure makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import get_language

from analytics.charts import PERCENT, SECONDS, Scale, money_scale
from analytics.dashboards.names import names
from analytics.dashboards.names import pluralised as ngettext
from analytics.dashboards.names import translated as _
from analytics.dashboards.told import point_told
from analytics.metrics.declarations import Amount, Clock, Distribution, Metric, Unit
from analytics.rollups.questions import Answer, Figure, Point, Step, end_of
from payments.money import exponent
from payments.web.display import grouped

NOTHING = "–"
LARGE: Final[Mapping[str, Sequence[tuple[int, str]]]] = {
    "ko": ((10**12, "조"), (10**8, "억"), (10**4, "만")),
    "ja": ((10**12, "兆"), (10**8, "億"), (10**4, "万")),
    "en": ((10**9, "B"), (10**6, "M"), (10**3, "K")),
}
"""How each language shortens large numbers."""


def percent_text(basis_points: int | None) -> str:
    """Basis points as percent with one decimal, rounded half up; a dash where nothing was counted."""
    if basis_points is None:
        return NOTHING
    tenths = (abs(basis_points) + 5) // 10
    return f"{'-' if basis_points < 0 and tenths else ''}{tenths // 10}.{tenths % 10} %"


def seconds_text(milliseconds: int | None) -> str:
    """Milliseconds as seconds with two decimals, from one minute on as minutes, from two hours on as hours.

    Told by buckets they are few, and a year of percentiles has thousands: each is written once for a page.
    """
    if milliseconds is None:
        return NOTHING
    known = names().times
    if milliseconds not in known:
        known[milliseconds] = _seconds(milliseconds)
    return known[milliseconds]


def _seconds(milliseconds: int) -> str:
    if milliseconds >= 7_200_000:
        tenths = (milliseconds + 180_000) // 360_000
        return _("%(number)s h") % {"number": f"{tenths // 10}.{tenths % 10}"}
    if milliseconds >= 60_000:
        tenths = (milliseconds + 3_000) // 6_000
        return _("%(number)s min") % {"number": f"{tenths // 10}.{tenths % 10}"}
    hundredths = (milliseconds + 5) // 10
    return _("%(number)s s") % {"number": f"{hundredths // 100}.{hundredths % 100:02d}"}


def time_text(value: int | None, unit: Unit) -> str:
    """A time in its unit."""
    if value is None:
        return NOTHING
    if unit is Unit.MILLISECONDS:
        return seconds_text(value)
    if unit is Unit.BUSINESS_DAYS:
        words = ngettext("%(number)s business day", "%(number)s business days", value)
    else:
        words = ngettext("%(number)s day", "%(number)s days", value)
    return words % {"number": value}


def money_text(minor: int, currency: str) -> str:
    """An amount with its currency, as lists write it."""
    return f"{grouped(minor, currency)} {currency}"


def figure_text(metric: Metric, figure: Figure, currency: str = "", percent: int = 50) -> str:
    """The figure itself: a share, the percentile of a distribution, an amount."""
    match metric:
        case Amount():
            return money_text(figure.part, currency)
        case Distribution():
            return time_text(figure.times.get(percent), metric.unit)
    return percent_text(figure.share)


def value_of(metric: Metric, figure: Figure, percent: int = 50) -> int | None:
    """The figure as the whole number that a chart draws."""
    match metric:
        case Amount():
            return figure.part
        case Distribution():
            return figure.times.get(percent)
    return figure.share


def scale_of(metric: Metric, currency: str = "") -> Scale:
    """How a chart writes such numbers."""
    match metric:
        case Amount():
            return money_scale(currency, exponent(currency), LARGE[(get_language() or "en")[:2]])
        case Distribution():
            # The word at the ticks is the one at the bars.
            seconds = replace(SECONDS, suffix=_("%(number)s s") % {"number": ""})
            if metric.unit is Unit.MILLISECONDS:
                return seconds
            days = ngettext("%(number)s day", "%(number)s days", 2) % {"number": ""}
            return Scale(1, ",.0f", ",.0f", days)
    return PERCENT


def reading_of(metric: Metric, figure: Figure, currency: str = "") -> str:
    """The figure as one sentence, and whether it may still change."""
    if not figure.whole and not isinstance(metric, Amount):
        return _("Nothing was counted in this period.")
    told, unfinished = _told(metric, figure, currency), _("That is not complete yet.")
    return told if figure.is_decided else f"{told} {unfinished}"


def reading_in(found: Answer, currency: str = "") -> str:
    """The figure of an answer as one sentence; of people, who do not add up, with the week or month that it tells."""
    words = reading_of(found.question.metric, found.whole, currency)
    return f"{told_period(found)}: {words}" if found.whole.whole and told_period(found) else words


def told_period(found: Answer) -> str:
    """The week or month that the whole tells, of people; '' of all else."""
    question = found.question
    if question.metric.facts.clock is not Clock.PERIOD:
        return ""
    point = point_told(found)
    last_on = end_of(point, question) - timedelta(hours=1)
    return f"{point:%Y-%m}" if question.step is Step.MONTH else f"{point} – {last_on:%Y-%m-%d}"


def _told(metric: Metric, figure: Figure, currency: str) -> str:
    match metric:
        case Amount():
            words = _("%(amount)s in %(count)s payments.")
            return words % {"amount": money_text(figure.part, currency), "count": f"{figure.sample:,}"}
        case Distribution():
            words = _("Half of %(sample)s took at most %(half)s, 95 %% of them at most %(most)s.")
            half, most = (time_text(figure.times.get(each), metric.unit) for each in (50, 95))
            return words % {"sample": f"{figure.sample:,}", "half": half, "most": most}
    words = _("%(part)s of %(whole)s, which is %(share)s.")
    if metric.is_per_currency:
        part, whole = (money_text(each, currency) for each in (figure.part, figure.whole))
    else:
        part, whole = f"{figure.part:,}", f"{figure.whole:,}"
    return words % {"part": part, "whole": whole, "share": percent_text(figure.share)}


def point_text(point: Point) -> str:
    """A day as a date; an hour with its zone."""
    return point.strftime("%Y-%m-%d %H:%M %Z") if isinstance(point, datetime) else point.isoformat()
