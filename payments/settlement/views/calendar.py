"""The settlement calendar."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from payments.settlement.labels import DAY_BADGES
from payments.settlement.permissions import VIEW
from payments.settlement.selectors import calendar as selectors
from payments.web import capability_required


@capability_required(VIEW)
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """A month of days × providers: `?month=2026-07`; another value shows the present month."""
    today = timezone.localdate()
    month = selectors.month(_first_of(request.GET.get("month", ""), today), today)
    return render(request, "settlement/calendar.html", {"month": month, "badges": DAY_BADGES, "today": today})


def _first_of(text: str, today: date) -> date:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return first if 2000 <= first.year <= 2100 else today.replace(day=1)
