"""How figures look in tables: `{% load insights %}` gives the rows of figures."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.dashboards.drawing import figure_cells
from analytics.dashboards.told import Told
from analytics.dashboards.wording import point_text
from analytics.metrics.declarations import Metric
from analytics.rollups.questions import Point

register = template.Library()


@register.simple_tag
def figure_row(name: str | Point, line: Told, metric: Metric, currency: str) -> SafeString:
    """One row of a table of figures, with the cells that the tables of charts have too."""
    unfinished = "" if line.is_complete else format_html(' <span class="quiet-word">{}</span>', _("not complete"))
    return format_html(
        "<tr{}><td>{}{}</td>{}</tr>",
        SafeString(' class="small-sample"') if line.figure.is_small else "",
        name if isinstance(name, str) else point_text(name),
        unfinished,
        format_html_join(
            "", '<td class="num">{}</td>', ((cell,) for cell in figure_cells(metric, line.figure, currency))
        ),
    )
