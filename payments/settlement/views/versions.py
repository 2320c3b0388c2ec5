"""The versions of a statement, which of them counts, and what changed between two of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from payments.settlement.models import BankStatement, Statement
from payments.settlement.permissions import IMPORT, VIEW
from payments.settlement.selectors.versions import (
    CHANGES_SHOWN,
    bank_statement_versions,
    changes_between,
    statement_versions,
    what_it_reopened,
)
from payments.settlement.services import versions as services
from payments.settlement.version_lists import ChangeFilters, ChangeTable, changed_lines
from payments.settlement.views.keys import key_of
from payments.web import ListSpec, actor, capability_required, list_page
from payments.web.words import CARD_DATA

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
def bank_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of a bank statement."""
    try:
        found = bank_statement_versions(pk)
    except BankStatement.DoesNotExist:
        raise Http404 from None
    return render(request, "settlement/versions.html", {"found": found, "is_bank": True})


@capability_required(IMPORT)
@require_POST
def make_count(request: HttpRequest, pk: int) -> HttpResponse:
    """Make this version of a statement count."""
    _choose(request, get_object_or_404(Statement.objects.select_related("file_import"), pk=pk))
    return redirect("settlement:versions", pk=pk)


@capability_required(IMPORT)
@require_POST
def make_bank_count(request: HttpRequest, pk: int) -> HttpResponse:
    """Make this version of a bank statement count."""
    _choose(request, get_object_or_404(BankStatement.objects.select_related("file_import"), pk=pk))
    return redirect("settlement:bank_versions", pk=pk)


def _choose(request: HttpRequest, chosen: Statement | BankStatement) -> None:
    """Make a version count, and say so; or why not."""
    seen = [key for key in map(key_of, request.POST.get("seen", "").split(",")) if key is not None]
    try:
        services.make_count(chosen, seen=seen, reason=request.POST.get("reason", "")[:2000], by=actor(request))
    except services.ReasonMissing:
        messages.error(request, _("Say why in words."))
    except services.CardDataTold:
        messages.error(request, str(CARD_DATA))
    except services.CountsAlready:
        messages.info(request, _("This version counts already."))
    except services.OthersCountMeanwhile:
        messages.warning(request, _("Meanwhile another version counts. Look again before you decide."))
    except services.HeldByStatement:
        words = _("A booked statement holds the day of this interim report, which therefore cannot count.")
        messages.error(request, words)
    except services.DayIsClosed as closed:
        told = {"provider": closed.provider, "day": closed.day.isoformat()}
        words = _(
            "The day %(day)s of %(provider)s is submitted or signed off, and the version it was closed on stays. "
            "Book what this version says differently as a correction on a later day."
        )
        messages.error(request, words % told)
    else:
        messages.success(request, _("This version counts now; reconciliation follows."))


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
