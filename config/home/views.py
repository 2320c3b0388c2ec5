"""Today: the first page of the morning."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from payments.web import any_signed_in


@any_signed_in
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What waits for this person."""
    return render(request, "home/today.html", {"today": timezone.localdate()})
