"""The page of the rows behind a figure: payments, and checkouts that never became one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.dashboards.forms import QuestionForm
from analytics.dashboards.labels import DIMENSIONS, value_label
from analytics.dashboards.names import named
from analytics.dashboards.permissions import VIEW
from analytics.dashboards.wording import point_text
from analytics.metrics.catalogue import METRICS
from analytics.rollups.behind import Behind, Place, behind
from analytics.rollups.questions import Point, Question, points_of
from payments.ledger import labels as ledger
from payments.ledger.addresses import payment_url
from payments.ledger.models import Checkout
from payments.ledger.permissions import VIEW as VIEW_PAYMENTS
from payments.ledger.services.tables import any_of
from payments.ledger.states import PaymentStatus
from payments.web import capability_required
from payments.web.keyset import AFTER, instant_of, micros_of, without_place

LISTED: Final = ("provider", "method", "currency")
"""What the list of payments narrows by too."""
STATUSES: Final[Mapping[tuple[str, str], PaymentStatus]] = {
    ("failure_rate", "part"): PaymentStatus.FAILED,
    ("failed_amount", "part"): PaymentStatus.FAILED,
}
"""Sides of figures that are one status of a payment, but for vouchers that expired."""


@capability_required(VIEW_PAYMENTS)
@capability_required(VIEW)
@require_safe
@named()
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """What a figure is made of, newest first."""
    if code not in METRICS or not METRICS[code].facts.reference:
        raise Http404
    metric = METRICS[code]
    form = QuestionForm(metric, request.GET)
    side = "whole" if request.GET.get("side") == "whole" else "part"
    context: dict[str, Any] = {"metric": metric, "name": _(metric.name), "form": form, "side": side}
    if form.is_valid():
        question, text = form.question(), request.GET.get("at", "")
        at = _point(question, text)
        if text and at is None:
            context["refusal"] = _("The step is not one of this period.")
        else:
            context |= _shown(request, question, side, at)
    return render(request, "analytics/rows.html", context)


def _point(question: Question, text: str) -> Point | None:
    """The step that was clicked; None for what is no step of the period."""
    try:
        point: Point = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return None
    return next((each for each in points_of(question) if each == point), None)


def _shown(request: HttpRequest, question: Question, side: str, at: Point | None) -> dict[str, Any]:
    found = behind(question, side, at, place_in(request.GET.get(AFTER, "")))
    return {
        "found": found,
        "rows": _listed(found),
        "chips": _chips(request, question, at),
        "question": question,
        "list_url": _list_url(question, side, found),
        "is_first": AFTER not in request.GET,
        "newest_query": _placed(request, None),
        "older_query": _placed(request, found.older) if found.older else "",
    }


def _placed(request: HttpRequest, after: Place | None) -> str:
    """The query of the page behind a place; of the first one."""
    copy = without_place(request.GET)
    if after is not None:
        copy[AFTER] = place_text(after)
    return copy.urlencode()


def place_text(place: Place) -> str:
    """A place as addresses have it: microseconds since 1970, a dot, the reference."""
    return f"{micros_of(place.at)}.{place.reference}"


def place_in(text: str) -> Place | None:
    """The place that an address names; None for none, and for what is no place."""
    micros, _dot, reference = text.partition(".")
    at = instant_of(micros)
    return None if at is None or "\x00" in reference else Place(at, reference)


def _listed(found: Behind) -> list[dict[str, Any]]:
    """Each row with its payment, or with the checkout alone."""
    references = {reference for reference, _at in found.rows}
    checkouts = {
        each.merchant_reference: each
        for each in Checkout.objects.filter(any_of("merchant_reference", "text", references)).select_related(
            "payment__provider", "payment__method"
        )
    }
    return [_row(checkouts[reference], at) for reference, at in found.rows]


def _row(checkout: Checkout, at: datetime) -> dict[str, Any]:
    payment = getattr(checkout, "payment", None)
    return {
        "at": at,
        "checkout": checkout,
        "payment": payment,
        "url": payment_url(payment) if payment else "",
        "badge": ledger.PAYMENT_BADGES[payment.status] if payment else None,
        "method": ledger.method_name(payment.method) if payment and payment.method else "",
        "device": value_label("device", checkout.device) if checkout.device else "",
    }


def _chips(request: HttpRequest, question: Question, at: Point | None) -> list[dict[str, str]]:
    """What narrows the rows, each with the query that leaves it out."""
    told = [("at", _("Step"), point_text(at))] if at is not None else []
    told += [
        (name, str(DIMENSIONS[name]), ", ".join(value_label(name, value) for value in values))
        for name, values in question.narrowed.items()
    ]
    return [{"label": label, "value": value, "query": _without(request, name)} for name, label, value in told]


def _without(request: HttpRequest, name: str) -> str:
    rest = without_place(request.GET)
    rest.pop(name, None)
    return rest.urlencode()


def _list_url(question: Question, side: str, found: Behind) -> str:
    """The list of payments, narrowed by as much as it knows of the question."""
    last_at = found.span.end - timedelta(seconds=1)
    given = {
        "created_from": str(found.span.start.astimezone(question.zone).date()),
        "created_to": str(last_at.astimezone(question.zone).date()),
    }
    narrowed = question.narrowed
    given |= {name: narrowed[name][0] for name in LISTED if len(narrowed.get(name, ())) == 1 and narrowed[name][0]}
    if status := STATUSES.get((question.metric.code, side)):
        given["status"] = status.value
    return f"{reverse('payments:payments')}?{urlencode(given)}"
