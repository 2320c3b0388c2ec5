"""Payouts: expected and paid, and whether the bank has them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from payments.settlement import labels
from payments.settlement.filters import PayoutFilters
from payments.settlement.models import Payout
from payments.settlement.permissions import VIEW
from payments.settlement.querysets import with_deposit_state
from payments.settlement.selectors.payouts import payout_detail
from payments.settlement.tables import PayoutTable
from payments.web import ListSpec, capability_required, list_page

PAYOUTS = ListSpec(
    name="payouts",
    title=_("Payouts"),
    template="settlement/payouts.html",
    table=PayoutTable,
    filters=PayoutFilters,
    usual_columns=(
        "payout_key",
        "paid_on",
        "provider",
        "currency",
        "line_net",
        "amount",
        "residual",
        "deposit_state",
        "deposit_due_on",
    ),
    keeps_views=True,
)


@capability_required(VIEW)
@require_safe
def payouts(request: HttpRequest) -> HttpResponseBase:
    """Every payout, newest first."""
    rows = Payout.objects.select_related("provider", "deposit_link__deposit")
    return list_page(request, PAYOUTS, with_deposit_state(rows))


@capability_required(VIEW)
@require_safe
def payout(request: HttpRequest, pk: int) -> HttpResponse:
    """One payout: the named sums of its lines, the residual, the bank lines."""
    try:
        found = payout_detail(pk)
    except Payout.DoesNotExist:
        raise Http404 from None
    context = {
        "payout": found,
        "badge": labels.DEPOSIT_BADGES[found.state],
        "rule": labels.DEPOSIT_RULES[found.arrival.rule] if found.arrival else "",
    }
    return render(request, "settlement/payout.html", context)
