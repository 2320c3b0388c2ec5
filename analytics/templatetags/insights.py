"""How figures look in tables: `{% load insights %}` gives the rows of figures."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.dashboards.told import Told
from analytics.dashboards.wording import percent_text, point_text, time_text
from analytics.metrics.declarations import Amount, Metric
from analytics.rollups.questions import Point

register = template.Library()


@register.simple_tag
def figure_row(name: str | Point, line: Told, metric: Metric, percentiles: Sequence[int]) -> SafeString:
    """One row of a table of figures; `percentiles` is empty for what is no distribution."""
    figure = line.figure
    if percentiles:
        cells = [*(time_text(figure.times.get(each), metric.unit) for each in percentiles), percent_text(figure.share)]
    else:
        cells = ["" if isinstance(metric, Amount) else percent_text(figure.share), f"{figure.part:,}"]
    unfinished = "" if line.is_complete else format_html(' <span class="quiet-word">{}</span>', _("not complete"))
    return format_html(
        '<tr{}><td>{}{}</td>{}<td class="num">{}</td></tr>',
        SafeString(' class="small-sample"') if figure.is_small else "",
        name if isinstance(name, str) else point_text(name),
        unfinished,
        format_html_join("", '<td class="num">{}</td>', ((cell,) for cell in cells)),
        f"{figure.sample:,}",
    )
