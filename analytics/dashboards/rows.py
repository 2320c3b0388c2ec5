"""The page of the rows behind a figure: payments, and checkouts that never became one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.dashboards.forms import QuestionForm
from analytics.dashboards.labels import DIMENSIONS, value_label
from analytics.dashboards.permissions import VIEW
from analytics.metrics.catalogue import METRICS
from analytics.rollups.behind import MOST, Behind, behind
from analytics.rollups.questions import Point, Question, end_of
from analytics.rollups.spans import Span
from payments.ledger import labels as ledger
from payments.ledger.addresses import payment_url
from payments.ledger.models import Checkout
from payments.ledger.permissions import VIEW as VIEW_PAYMENTS
from payments.ledger.services.tables import any_of
from payments.web import capability_required


@capability_required(VIEW)
@capability_required(VIEW_PAYMENTS)
@require_safe
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """What a figure is made of, newest first."""
    if code not in METRICS or not METRICS[code].facts.reference:
        raise Http404
    metric = METRICS[code]
    form = QuestionForm(metric, request.GET)
    side = "whole" if request.GET.get("side") == "whole" else "part"
    context: dict[str, Any] = {"metric": metric, "name": _(metric.name), "form": form, "side": side, "most": MOST}
    if form.is_valid():
        question = form.question()
        found = behind(question, side, _step(request, question))
        context |= {"found": found, "rows": _listed(found), "narrowed": _narrowed(question), "question": question}
    return render(request, "analytics/rows.html", context)


def _step(request: HttpRequest, question: Question) -> Span | None:
    """The step that was clicked; None for the whole period, also for what is no instant."""
    text = request.GET.get("at", "")
    try:
        point: Point = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return None
    if not isinstance(point, datetime):
        start = datetime(point.year, point.month, point.day, tzinfo=question.zone)
        return Span(max(start, question.start), min(end_of(point, question), question.end))
    return Span(point, end_of(point, question)) if point.tzinfo else None


def _listed(found: Behind) -> list[dict[str, Any]]:
    checkouts = {
        each.merchant_reference: each
        for each in Checkout.objects.filter(any_of("merchant_reference", "text", found.references)).select_related(
            "payment__provider", "payment__method"
        )
    }
    return [_row(checkouts[reference]) for reference in found.references if reference in checkouts]


def _row(checkout: Checkout) -> dict[str, Any]:
    payment = getattr(checkout, "payment", None)
    return {
        "checkout": checkout,
        "payment": payment,
        "url": payment_url(payment) if payment else "",
        "badge": ledger.PAYMENT_BADGES[payment.status] if payment else None,
        "method": ledger.method_name(payment.method) if payment and payment.method else "",
    }


def _narrowed(question: Question) -> list[tuple[str, str]]:
    return [
        (str(DIMENSIONS[name]), ", ".join(value_label(name, value) for value in values))
        for name, values in question.narrowed.items()
    ]
