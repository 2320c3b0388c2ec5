"""How figures look in tables: `{% load insights %}` gives the rows of figures and of charts."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any, Final

import orjson
from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import format_html
from django.utils.safestring import SafeString

from analytics.charts.parts import Chart, Row
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import figure_cells
from analytics.dashboards.names import translated as _
from analytics.dashboards.told import Told
from analytics.dashboards.wording import point_text
from analytics.rollups.questions import Answer

register = template.Library()


@register.simple_tag
def figure_rows(lines: Iterable[Told | tuple[str, Told]], found: Answer, asked: Asked, currency: str) -> SafeString:
    """The rows of a table of figures: parts with what they are called, steps by their beginning."""
    named = [(point_text(each.at) if each.at else "", each) if isinstance(each, Told) else each for each in lines]
    return SafeString("\n".join([_figure_row(name, line, found, asked, currency) for name, line in named]))


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
    text = orjson.dumps(figure, default=_ENCODER.default).decode()
    for character, escaped in _ENDING_A_SCRIPT.items():
        text = text.replace(character, escaped)
    return format_html('<script id="{}" type="application/json">{}</script>', element_id, SafeString(text))


def _figure_row(name: str, line: Told, found: Answer, asked: Asked, currency: str) -> str:
    """With the cells that the tables of charts have too, and the way to its rows."""
    metric, narrowed = found.question.metric, dict(zip(found.question.split, line.values or (), strict=False))
    url = asked.rows_url(metric, narrowed, line.at) if line.figure.sample else ""
    words = _("not complete")
    unfinished = "" if line.is_complete else f' <span class="quiet-word">{escape(words)}</span>'
    cells = "".join([f"<td{_NUMBER}>{_escaped(cell)}</td>" for cell in figure_cells(metric, line.figure, currency)])
    named = f'<a href="{escape(url)}">{_escaped(name)}</a>' if url else _escaped(name)
    small = ' class="small-sample"' if line.figure.is_small else ""
    return f"<tr{small}><td>{named}{unfinished}</td>{cells}</tr>"


def _row(row: Row, cells: Iterable[tuple[str, bool]]) -> str:
    (first, is_number), *others = cells
    heading = f'<a href="{escape(row.url)}">{_escaped(first)}</a>' if row.url else _escaped(first)
    told = "".join([f"<td{_NUMBER if is_number else ''}>{_escaped(cell)}</td>" for cell, is_number in others])
    return f'<tr><th scope="row"{_NUMBER if is_number else ""}>{heading}</th>{told}</tr>'


def _escaped(text: str) -> str:
    return text if isinstance(text, SafeString) else escape(text)


_ENCODER: Final = DjangoJSONEncoder()
_NUMBER: Final = ' class="num"'
_ENDING_A_SCRIPT: Final = {">": "\\u003E", "<": "\\u003C", "&": "\\u0026"}
