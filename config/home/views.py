"""Today: the first page of the morning."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics.dashboards.assembling import kpis_lately
from analytics.dashboards.permissions import VIEW as INSIGHTS
from config.home.waiting import waiting_for
from payments.settlement.labels import DAY_BADGES
from payments.settlement.permissions import VIEW as SETTLEMENT
from payments.settlement.selectors.today import tasks_of
from payments.web import actor, any_signed_in


@any_signed_in
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What waits for this person: a panel for each job that the person's roles allow."""
    context: dict[str, object] = {"today": timezone.localdate(), "waiting": waiting_for(request)}
    if request.user.has_perm(SETTLEMENT):
        context["settlement"] = tasks_of(actor(request).pk)
        context["day_badges"] = DAY_BADGES
    if request.user.has_perm(INSIGHTS):
        context["tiles"] = kpis_lately()
    return render(request, "home/today.html", context)
