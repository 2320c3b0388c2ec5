"""The overview of the metrics and the page of one."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.dashboards.cards import card_of
from analytics.dashboards.forms import DAYS, QuestionForm
from analytics.dashboards.labels import DIMENSIONS, value_label
from analytics.dashboards.permissions import VIEW
from analytics.dashboards.told import columns_of, lines_of, rows_of
from analytics.metrics.catalogue import METRICS
from analytics.metrics.declarations import Distribution, Metric
from analytics.rollups.questions import PERCENTILES, Answer, PeriodTooLong, Question
from analytics.rollups.selectors import answer
from payments.web import capability_required
from payments.web.export import Exported, guarded, tell_witness


@capability_required(VIEW)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every metric over the last four whole weeks, beside the four weeks before: the same weekdays."""
    zone = ZoneInfo(settings.REPORTING_ZONE)
    last = timezone.now().astimezone(zone).date() - timedelta(days=1)
    rows = [_row(each, last, zone) for each in METRICS.values()]
    return render(
        request, "analytics/overview.html", {"rows": rows, "first": last - timedelta(days=DAYS - 1), "last": last}
    )


def _row(metric: Metric, last: date, zone: ZoneInfo) -> dict[str, Any]:
    weeks = timedelta(days=DAYS)
    now, before = (answer(Question(metric, end - weeks + timedelta(days=1), end, zone)) for end in (last, last - weeks))
    return {
        "metric": metric,
        "name": _(metric.name),
        "sentence": _(metric.sentence),
        "is_latency": isinstance(metric, Distribution),
        "now": now.whole,
        "before": before.whole,
        "line": [figure.times.get(95) or figure.share or 0 for figure in now.steps.values()],
    }


@capability_required(VIEW)
@require_safe
def metric(request: HttpRequest, code: str) -> HttpResponse:
    """One metric: its figure, its days, its parts, and how it is defined."""
    if code not in METRICS:
        raise Http404
    asked = METRICS[code]
    form = QuestionForm(asked, request.GET)
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
        "is_latency": isinstance(asked, Distribution),
        "percentiles": PERCENTILES,
    }
    return render(request, "analytics/metric.html", context | (_shown(found) if found else {}))


def _answered(form: QuestionForm) -> tuple[Answer | None, str]:
    if not form.is_valid():
        return None, ""
    try:
        return answer(form.question()), ""
    except PeriodTooLong:
        return None, _("These filters together are looked up in the payments themselves: ask for at most 31 days.")


def _shown(found: Answer) -> dict[str, Any]:
    whole, *rest = list(lines_of(found))
    split = found.question.split
    return {
        "found": found,
        "whole": whole,
        "days": [line for line in rest if line.at],
        "parts": [(_called(split, line.values), line) for line in rest if line.values is not None],
        "split_name": " · ".join(str(DIMENSIONS[each]) for each in split),
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
