"""The breaks queue and one break, to be looked at."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from payments.ledger.addresses import payment_url
from payments.settlement import labels
from payments.settlement.due import due_badge
from payments.settlement.filters import BreakFilters, people_who_work
from payments.settlement.forms import ResolveForm
from payments.settlement.models import Break
from payments.settlement.permissions import VIEW, WORK
from payments.settlement.selectors.breaks import break_detail, risk_by_currency
from payments.settlement.selectors.known_payments import payment_behind
from payments.settlement.tables import BreakTable, WorkingBreakTable
from payments.web import ListSpec, capability_required, list_page

BREAKS = ListSpec(
    name="breaks",
    title=_("Breaks"),
    template="settlement/breaks.html",
    table=BreakTable,
    filters=BreakFilters,
    keeps_views=True,
)


@capability_required(VIEW)
@require_safe
def breaks(request: HttpRequest) -> HttpResponseBase:
    """Every unresolved break, the most urgent first; filters show the others."""
    rows = Break.objects.select_related("provider", "account", "owner")
    filterset = BreakFilters(request.GET, queryset=rows, request=request)
    may_work = request.user.has_perm(WORK)
    context = {
        "risks": risk_by_currency(filterset.qs) if filterset.form.is_valid() else (),
        "people": people_who_work() if may_work else (),
        "query": request.GET.urlencode(),
    }
    spec = replace(BREAKS, table=WorkingBreakTable) if may_work else BREAKS
    return list_page(request, spec, rows, context)


@capability_required(VIEW)
@require_safe
def broken(request: HttpRequest, pk: int) -> HttpResponse:
    """One break: what was expected, what was found, both sides, and what was done about it."""
    return break_page(request, pk)


def break_page(request: HttpRequest, pk: int, form: ResolveForm | None = None, status: int = 200) -> HttpResponse:
    """Render one break, with the form as it was sent. Raises Http404."""
    try:
        found = break_detail(pk)
    except Break.DoesNotExist:
        raise Http404 from None
    payment = payment_behind(found.line, found.movement)
    context = {
        "broken": found,
        "payment_url": payment_url(payment) if payment else "",
        "kind": labels.BREAK_KINDS[found.row.kind],
        "layer": labels.LAYERS[found.row.layer],
        "badge": labels.BREAK_STATES[found.row.state],
        "due": due_badge(found.row.due_at, is_resolved=found.row.state == "resolved"),
        "reason": labels.REASONS.get(found.row.reason, ""),
        "reasons": labels.REASONS,
        "form": form or ResolveForm(kind=found.row.kind),
        "people": people_who_work() if request.user.has_perm(WORK) else (),
    }
    return render(request, "settlement/break.html", context, status=status)
