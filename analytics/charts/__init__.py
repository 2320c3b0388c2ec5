"""Charts as plotly figures, made of plain values by pure functions: this room knows no words, no rows and no pages.

What comes in is counted, named and translated by the caller; what goes out is a dict for `json_script`, which
`static/js/charts.js` draws in the colours of the page. Values are whole numbers (basis points, milliseconds, minor
units) with the scale that divides them:

    marks = [Mark(412, sample=1_830, url="/payments/?…"), Mark(398, sample=1_790, is_complete=False)]
    chart = Chart(
        code="failure-days",
        title=_("Failure rate by day"),
        reading=_("Yesterday 4.1 % of 1,830 payments failed."),
        figure=line([date(2026, 11, 20), date(2026, 11, 21)], [Series(_("Failure rate"), marks)], PERCENT),
        columns=[Column(_("Day"), is_number=False), Column(_("Share")), Column(_("Counted"))],
        rows=[Row(["2026-11-20", "4.1 %", "1,830"], url="/payments/?…"), Row(["2026-11-21", "4.0 %", "1,790"])],
        csv_url="?format=csv",
        note=_("The last day is not over."),
    )

A page shows it by `{% include "components/chart.html" with chart=chart only %}`, and loads what draws it by
`{% block head %}{% include "components/chart_assets.html" %}{% endblock %}`.
"""

from analytics.charts.bars import bars, funnel, histogram, intervals, tree
from analytics.charts.grids import heat_map, triangle
from analytics.charts.parts import (
    COUNT,
    PERCENT,
    SECONDS,
    Chart,
    Column,
    File,
    Mark,
    Node,
    Row,
    Scale,
    Series,
    Slot,
    Threshold,
    money_scale,
)
from analytics.charts.timelines import line, stacked

__all__ = [
    "COUNT",
    "PERCENT",
    "SECONDS",
    "Chart",
    "Column",
    "File",
    "Mark",
    "Node",
    "Row",
    "Scale",
    "Series",
    "Slot",
    "Threshold",
    "bars",
    "funnel",
    "heat_map",
    "histogram",
    "intervals",
    "line",
    "money_scale",
    "stacked",
    "tree",
    "triangle",
]
