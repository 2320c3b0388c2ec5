"""The whole site and one page more, which shows a chart of every kind; no product page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import URLPattern, URLResolver, path

from config.urls import handler403, handler500
from config.urls import urlpatterns as site_patterns
from tests.browser.chart_samples import charts

__all__ = ["handler403", "handler500"]
PAGE = """{% extends "base.html" %}
{% block head %}{% include "components/chart_assets.html" %}{% endblock %}
{% block main %}<div class="charts">{% for chart in charts %}{% include "components/chart.html" with chart=chart only %}{% endfor %}</div>{% endblock %}
"""


def every_chart(request: HttpRequest) -> HttpResponse:
    """All of them, or the ones named by `?only=`."""
    wanted = request.GET.getlist("only")
    shown = [each for each in charts() if not wanted or each.code in wanted]
    context = RequestContext(request, {"title": "2026", "charts": shown})
    return HttpResponse(Template(PAGE).render(context))


urlpatterns: list[URLPattern | URLResolver] = [path("every-chart/", every_chart), *site_patterns]
