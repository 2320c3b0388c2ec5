"""The list of payments and the page of one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from payments.ledger import labels
from payments.ledger.addresses import payment_url
from payments.ledger.filters import PaymentFilter
from payments.ledger.models import Attempt, Payment, PaymentEvent
from payments.ledger.panels import panels_of
from payments.ledger.permissions import VIEW
from payments.ledger.selectors.payment_page import find_payment, payment_detail, whole_payments
from payments.ledger.tables import USUAL_COLUMNS, PaymentTable
from payments.ledger.timeline import event_badge, source_name, timeline
from payments.methods.models import Provider
from payments.web import ListSpec, capability_required, list_page
from payments.web.keyset import Place, neighbours

PAYMENTS = ListSpec(
    name="payments",
    title=_("Payments"),
    template="payments/list.html",
    table=PaymentTable,
    filters=PaymentFilter,
    keyset="created_at",
    usual_columns=USUAL_COLUMNS,
    keeps_views=True,
)


@capability_required(VIEW)
@require_safe
def payments(request: HttpRequest) -> HttpResponseBase:
    """Payments, the newest first; the last 31 days unless a period or an id is asked for."""
    return list_page(request, PAYMENTS, Payment.objects.select_related("provider", "method", "customer"))


@capability_required(VIEW)
@require_safe
def payment_by_id(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a payment whose reference no address can hold."""
    return _page(request, get_object_or_404(whole_payments(), pk=pk))


@capability_required(VIEW)
@require_safe
def payment(request: HttpRequest, reference: str) -> HttpResponse:
    """One payment by the merchant's reference or its id: one timeline, and what every room knows of it."""
    try:
        return _page(request, find_payment(reference))
    except Payment.DoesNotExist:
        raise Http404 from None


def _page(request: HttpRequest, row: Payment) -> HttpResponse:
    detail = payment_detail(row)
    panels = panels_of(detail, request)
    newer, older = _beside(request, row)
    context: dict[str, Any] = {
        "payment": row,
        "detail": detail,
        "badge": labels.PAYMENT_BADGES[row.status],
        "method": labels.method_name(row.method),
        "shop": labels.shop_words(row.checkout),
        "moments": timeline(detail, panels),
        "panels": panels,
        "attempts": [_attempt(each) for each in detail.attempts],
        "refunds": [(each, labels.REFUND_BADGES[each.status]) for each in detail.refunds],
        "disputes": [(each, labels.DISPUTE_BADGES[each.status]) for each in detail.disputes],
        "movements": [(each, labels.MOVEMENT_KINDS[each.kind]) for each in detail.movements],
        "payloads": [_payload(each, detail.providers) for each in detail.events],
        "newer": newer,
        "older": older,
        "list_query": request.GET.urlencode(),
    }
    return render(request, "payments/payment.html", context)


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "row": attempt,
        "badge": labels.ATTEMPT_BADGES[attempt.status],
        "result": labels.RESULTS.get(attempt.result, ""),
        "declined": labels.decline_words(attempt.decline_code),
        "method": labels.method_name(attempt.method) or attempt.method_name,
        "three_d_secure": labels.three_d_secure(attempt.three_d_secure),
    }


def _payload(event: PaymentEvent, providers: Mapping[str, Provider]) -> dict[str, Any]:
    return {
        "row": event,
        "badge": event_badge(event),
        "source": source_name(event.source, providers),
        "body": json.dumps(event.body, indent=2, ensure_ascii=False, sort_keys=True),
    }


def _beside(request: HttpRequest, row: Payment) -> tuple[str, str]:
    """Addresses of the next newer and older payment within the filters of the list; '' where there is none."""
    rows = Payment.objects.all()
    if request.GET:
        filterset = PaymentFilter(request.GET, queryset=rows, request=request)
        rows = filterset.qs if filterset.form.is_valid() else rows
    ids = neighbours(rows, "created_at", Place(row.created_at, row.pk))
    found = Payment.objects.only("pk", "merchant_reference").in_bulk([pk for pk in ids if pk is not None])
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    newer, older = (f"{payment_url(found[pk])}{query}" if pk in found else "" for pk in ids)
    return newer, older
