"""How figures look: `{% load insights %}` gives shares, latencies, their sentences and their rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.dashboards.told import Told
from analytics.rollups.questions import Figure

register = template.Library()


def percent_text(basis_points: int | None) -> str:
    """Basis points as percent with one decimal, rounded half up; a dash where nothing was counted."""
    if basis_points is None:
        return "–"
    tenths = (basis_points + 5) // 10
    return f"{tenths // 10}.{tenths % 10} %"


def seconds_text(milliseconds: int | None) -> str:
    """Milliseconds as seconds with two decimals."""
    if milliseconds is None:
        return "–"
    hundredths = (milliseconds + 5) // 10
    return f"{hundredths // 100}.{hundredths % 100:02d} s"


def _marked(text: str, figure: Figure) -> SafeString:
    if not figure.is_small:
        return format_html("{}", text)
    return format_html('<span class="small-sample" title="{}">{}</span>', _("Fewer than 30 were counted"), text)


@register.simple_tag
def share(figure: Figure) -> SafeString:
    """A share, marked when it rests on too little: `{% share figure %}`."""
    return _marked(percent_text(figure.share), figure)


@register.simple_tag
def latency(figure: Figure, percent: int) -> SafeString:
    """A percentile: `{% latency figure 95 %}`."""
    return _marked(seconds_text(figure.times.get(percent)), figure)


@register.simple_tag
def reading_of_share(figure: Figure) -> str:
    """A share as one sentence."""
    words = _("%(part)s of %(sample)s, which is %(share)s.")
    return words % {"part": f"{figure.part:,}", "sample": f"{figure.sample:,}", "share": percent_text(figure.share)}


@register.simple_tag
def reading_of_latency(figure: Figure) -> str:
    """A distribution as one sentence."""
    words = _("Half of %(sample)s took at most %(half)s, 95 %% of them %(most)s; %(slow)s took longer than 7 seconds.")
    return words % {
        "sample": f"{figure.sample:,}",
        "half": seconds_text(figure.times.get(50)),
        "most": seconds_text(figure.times.get(95)),
        "slow": percent_text(figure.share),
    }


@register.simple_tag
def figure_row(name: str | date, line: Told, is_latency: bool, percentiles: Sequence[int]) -> SafeString:
    """One row of a table of figures."""
    figure = line.figure
    if is_latency:
        cells = [*(seconds_text(figure.times.get(each)) for each in percentiles), percent_text(figure.share)]
    else:
        cells = [percent_text(figure.share), f"{figure.part:,}"]
    unfinished = "" if line.is_complete else format_html(' <span class="quiet-word">{}</span>', _("not complete"))
    return format_html(
        '<tr{}><td>{}{}</td>{}<td class="num">{}</td></tr>',
        SafeString(' class="small-sample"') if figure.is_small else "",
        name.isoformat() if isinstance(name, date) else name,
        unfinished,
        format_html_join("", '<td class="num">{}</td>', ((cell,) for cell in cells)),
        f"{figure.sample:,}",
    )
