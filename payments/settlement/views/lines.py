"""One statement line: its bytes, its match, and who else may belong to it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from payments.ledger.addresses import payment_url
from payments.settlement import labels
from payments.settlement.models import Break, StatementLine
from payments.settlement.permissions import VIEW, WORK
from payments.settlement.querysets import with_match_state
from payments.settlement.selectors.compared_totals import compared_total
from payments.settlement.selectors.known_payments import payment_behind
from payments.settlement.selectors.lines import raw_record
from payments.settlement.selectors.pairs import match_of, suggestions_for
from payments.settlement.services import matches
from payments.settlement.views.keys import key_of
from payments.web import actor, capability_required


@capability_required(VIEW)
@require_safe
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is known of one line."""
    rows = StatementLine.objects.select_related(
        "provider", "statement__file_import__stored_file", "match__movement", "match__matched_by"
    )
    found = get_object_or_404(with_match_state(rows), pk=pk)
    payment = payment_behind(found, None)
    state = found.match_state  # type: ignore[attr-defined] # annotated
    context = {
        "line": found,
        "kind": labels.LINE_KINDS[found.kind],
        "badge": labels.MATCH_BADGES[state],
        "raw": raw_record(found, found.statement.file_import),
        "match": match_of(found),
        "total": compared_total(found),
        "suggestions": suggestions_for(found),
        "payment_url": payment_url(payment) if payment else "",
        "breaks": Break.objects.filter(line=found).order_by("state", "pk")[:20],
    }
    return render(request, "settlement/line.html", context)


@capability_required(WORK)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which of the suggested movements a line settles."""
    found = get_object_or_404(StatementLine, pk=pk)
    text = request.POST.get("movement", "")
    try:
        matches.confirm(line_id=found.pk, movement_id=key_of(text) or 0, by=actor(request))
    except matches.NotSuggested:
        messages.warning(request, _("This pair is no longer suggested: it was settled meanwhile."))
    else:
        messages.success(request, _("The line is matched by hand."))
    return redirect("settlement:line", pk=pk)
