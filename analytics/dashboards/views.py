"""The overview, the page of each KPI, the page of one metric with its file, and the rows behind a figure."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.charts import Chart
from analytics.dashboards.asking import PageForm, asked_again
from analytics.dashboards.assembling import chart_of, overview_of, page_of
from analytics.dashboards.cards import card_of
from analytics.dashboards.drawing import charts_of, figure_columns
from analytics.dashboards.forms import MetricForm, QuestionForm
from analytics.dashboards.labels import DIMENSIONS, value_label
from analytics.dashboards.late import marked
from analytics.dashboards.names import named
from analytics.dashboards.pages import KPIS, PAGES
from analytics.dashboards.permissions import VIEW
from analytics.dashboards.told import columns_of, lines_of, rows_of
from analytics.dashboards.values import path
from analytics.dashboards.wording import reading_in
from analytics.metrics.catalogue import METRICS
from analytics.rollups.freshness import freshness
from analytics.rollups.questions import Answer, PeriodTooLong
from analytics.rollups.selectors import answer
from payments.web import capability_required
from payments.web.export import Exported, guarded, tell_witness


@capability_required(VIEW)
@require_safe
@named()
def overview(request: HttpRequest) -> HttpResponse:
    """The four KPIs: where they stand, against the same weekdays before, and how fresh they are."""
    form = PageForm(request.GET)
    context: dict[str, Any] = {"form": form, "pages": PAGES, "freshness": freshness(KPIS)}
    if form.is_valid():
        context |= overview_of(form.asked())
    return render(request, "analytics/overview.html", context)


@capability_required(VIEW)
@require_safe
@named()
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a KPI."""
    if code not in PAGES:
        raise Http404
    form = PageForm(request.GET, PAGES[code].days, has_window=PAGES[code].has_window)
    context: dict[str, Any] = {
        "form": form,
        "page": PAGES[code],
        "code": code,
        "pages": PAGES,
        "freshness": freshness(PAGES[code].metrics),
    }
    counted = request.GET.get("counted", "")
    if form.is_valid():
        if counted and request.headers.get("HX-Request") == "true":
            return _one_chart(request, chart_of(PAGES[code], form.asked(), counted))
        context |= page_of(PAGES[code], form.asked(), counted)
    response = render(request, "analytics/page.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _one_chart(request: HttpRequest, chart: Chart | None) -> HttpResponse:
    """A chart that was left out, for the place where it is missing."""
    if chart is None:
        raise Http404
    response = render(request, "components/chart.html", {"chart": chart, "is_asked_for": True})
    patch_vary_headers(response, ["HX-Request"])
    return response


@capability_required(VIEW)
@require_safe
@named()
def metric(request: HttpRequest, code: str) -> HttpResponse:
    """One metric: its figure, its steps, its parts, and how it is defined."""
    if code not in METRICS:
        raise Http404
    asked = METRICS[code]
    form = MetricForm(asked, request.GET)
    found, refusal = _answered(form)
    if found is not None and request.GET.get("format") == "csv":
        return _file(request, found)
    context: dict[str, Any] = {
        "metric": asked,
        "name": _(asked.name),
        "sentence": _(asked.sentence),
        "card": card_of(asked),
        "form": form,
        "refusal": refusal,
    }
    return render(request, "analytics/metric.html", context | (_shown(found) if found else {}))


def _answered(form: QuestionForm) -> tuple[Answer | None, str]:
    if not form.is_valid():
        return None, ""
    try:
        return marked(answer(form.question(), has_cells=False)), ""
    except PeriodTooLong:
        return None, _("These filters together are looked up in the payments themselves: ask for at most 31 days.")


def _shown(found: Answer) -> dict[str, Any]:
    whole, *rest = list(lines_of(found))
    question = found.question
    asked = asked_again(found)
    charts = charts_of(asked, found)
    currency = next(iter(question.narrowed.get("currency", ("",))))
    address = path("api_metrics:metric", question.metric.code)
    return {
        "found": found,
        "asked": asked,
        "charts": charts,
        "has_drawings": any(each.has_values for each in charts),
        "columns": figure_columns(question.metric),
        "currency": currency,
        "api_path": f"{address}?{asked.query(question.metric, question.split)}",
        "whole": whole,
        "reading": reading_in(found, currency),
        "steps": [line for line in rest if line.at],
        "parts": [(_called(question.split, line.values), line) for line in rest if line.values is not None],
        "split_name": " · ".join(str(DIMENSIONS[each]) for each in question.split),
    }


def _called(split: tuple[str, ...], values: tuple[str, ...]) -> str:
    return " · ".join(value_label(name, value) for name, value in zip(split, values, strict=True))


def _file(request: HttpRequest, found: Answer) -> HttpResponse:
    """The same rows as a file; somebody hears of it first."""
    columns, rows = columns_of(found), list(rows_of(found))
    filters = {key: values for key, values in request.GET.lists() if key != "format" and any(values)}
    question = found.question
    code = question.metric.code
    tell_witness(request, Exported(code, request.path, filters, (), columns, len(rows)))
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return HttpResponse(
        "\ufeff" + written.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{code}_{question.first_on}_{question.last_on}.csv"',
            "Cache-Control": "no-store",
        },
    )
