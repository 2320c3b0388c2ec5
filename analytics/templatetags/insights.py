"""How figures look in tables: `{% load insights %}` gives the rows of figures and of charts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from typing import Any, Final

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from analytics.charts.parts import Chart, Row
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import figure_cells
from analytics.dashboards.names import translated as _
from analytics.dashboards.told import Told
from analytics.dashboards.wording import point_text
from analytics.rollups.questions import Answer, Point

register = template.Library()


@register.simple_tag
def figure_row(name: str | Point, line: Told, found: Answer, asked: Asked, currency: str) -> SafeString:
    """One row of a table of figures, with the cells that the tables of charts have too, and the way to its rows."""
    metric, narrowed = found.question.metric, dict(zip(found.question.split, line.values or (), strict=False))
    url = asked.rows_url(metric, narrowed, line.at) if line.figure.sample else ""
    text = name if isinstance(name, str) else point_text(name)
    unfinished = "" if line.is_complete else format_html(' <span class="quiet-word">{}</span>', _("not complete"))
    return format_html(
        "<tr{}><td>{}{}</td>{}</tr>",
        SafeString(' class="small-sample"') if line.figure.is_small else "",
        format_html('<a href="{}">{}</a>', url, text) if url else text,
        unfinished,
        format_html_join(
            "", '<td class="num">{}</td>', ((cell,) for cell in figure_cells(metric, line.figure, currency))
        ),
    )


@register.simple_tag
def chart_rows(chart: Chart) -> SafeString:
    """The rows of the table under a chart.

    A page has a thousand of them: the language of templates takes a third of the page for what this does in a tenth.
    """
    return SafeString("\n".join([_row(row, cells) for row, cells in chart.lines]))


@register.filter
def figure_json(figure: dict[str, Any], element_id: str) -> SafeString:
    """What `json_script` writes, with the same three characters escaped.

    A year by the day is a megabyte, through which a table of characters takes twenty times as long as three searches.
    """
    text = json.dumps(figure, cls=DjangoJSONEncoder)
    for character, escaped in _ENDING_A_SCRIPT.items():
        text = text.replace(character, escaped)
    return format_html('<script id="{}" type="application/json">{}</script>', element_id, SafeString(text))


def _row(row: Row, cells: Iterable[tuple[str, bool]]) -> str:
    (first, is_number), *others = cells
    heading = f'<a href="{escape(row.url)}">{_escaped(first)}</a>' if row.url else _escaped(first)
    told = "".join([f"<td{_NUMBER if is_number else ''}>{_escaped(cell)}</td>" for cell, is_number in others])
    return f'<tr><th scope="row"{_NUMBER if is_number else ""}>{heading}</th>{told}</tr>'


def _escaped(text: str) -> str:
    return text if isinstance(text, SafeString) else escape(text)


_NUMBER: Final = ' class="num"'
_ENDING_A_SCRIPT: Final = {">": "\\u003E", "<": "\\u003C", "&": "\\u0026"}
