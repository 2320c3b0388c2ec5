"""The versions of a statement, and what changed between two of them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from payments.settlement.models import Statement
from payments.settlement.permissions import VIEW
from payments.settlement.selectors.versions import (
    CHANGES_SHOWN,
    changes_between,
    statement_versions,
    what_it_reopened,
)
from payments.settlement.version_lists import ChangeFilters, ChangeTable, changed_lines
from payments.web import ListSpec, capability_required, list_page

CHANGES = ListSpec(
    name="changes",
    title="",
    template="settlement/version_changes.html",
    table=ChangeTable,
    filters=ChangeFilters,
    usual_columns=(
        "what",
        "line_number",
        "kind",
        "merchant_reference",
        "net_currency",
        "gross_settled_before",
        "gross_settled_after",
        "fee_before",
        "fee_after",
        "net_before",
        "net_after",
    ),
)


@capability_required(VIEW)
@require_safe
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of a statement, who posted it and when, and which parts are missing."""
    try:
        found = statement_versions(pk)
    except Statement.DoesNotExist:
        raise Http404 from None
    return render(request, "settlement/versions.html", {"found": found})


@capability_required(VIEW)
@require_safe
def changes(request: HttpRequest, old: int, new: int) -> HttpResponseBase:
    """What was added, what is gone, and what changed, with both values; and what that reopened."""
    rows = Statement.objects.select_related("provider", "file_import__created_by")
    before, after = get_object_or_404(rows, pk=old), get_object_or_404(rows, pk=new)
    if (before.provider_id, before.statement_key) != (after.provider_id, after.statement_key) or old == new:
        raise Http404
    found = changes_between(before, after)
    context = {
        "title": _("What changed in %(key)s") % {"key": after.statement_key},
        "changes": found,
        "changes_shown": CHANGES_SHOWN,
        "reopened": what_it_reopened(found) if request.GET.get("format") != "csv" else None,
    }
    return list_page(request, CHANGES, changed_lines(found), context)
