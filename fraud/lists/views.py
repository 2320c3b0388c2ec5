"""Pages of lists: all entries, one of them, a new one, and many from a file."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fraud.lists.filters import EntryFilters
from fraud.lists.forms import EntryForm, FileForm, RemoveForm
from fraud.lists.labels import LISTS, STATES, state_of
from fraud.lists.models import ListEntry, ListName
from fraud.lists.permissions import APPROVE, EDIT, VIEW
from fraud.lists.services import entries as services
from fraud.lists.services.importing import COLUMNS, NotAList, RowProblem, import_rows, read_rows
from fraud.lists.tables import EntryFile, EntryTable
from payments.ledger.models import Customer
from payments.web import ListSpec, actor, capability_required, list_page
from payments.web.words import CARD_DATA

ENTRIES: Final = ListSpec(
    name="fraud-lists", title=gettext_lazy("Lists"), template="fraud/lists/entries.html", table=EntryTable,
    filters=EntryFilters,
    usual_columns=("added_at", "list_name", "kind", "hint", "reason", "state", "hit_count"),
)  # fmt: skip
FILE: Final = ListSpec(
    name="fraud-lists", title=ENTRIES.title, template=ENTRIES.template, table=EntryFile, filters=EntryFilters
)
"""The same entries as a file that `import_file` takes."""
_SHOWN: Final = 50
_FIELDS: Final = {"value": "text", "reason": "reason", "expires_on": "ends_on"}
"""Of the form, by the column of a file."""
PROBLEMS: Final[dict[str, Promise]] = {
    "unknown": gettext_lazy("Nobody knows this value: no such customer, or no IP address."),
    "card_data": CARD_DATA,
    "expiry": gettext_lazy("An entry of the allow list must end, and no end may be past."),
    "twice": gettext_lazy("It stands on this list already."),
    "list": gettext_lazy("The list is none of allow, block and watch."),
    "kind": gettext_lazy("The kind is none of customer, instrument, device, ip, email, address and shop."),
    "reason": gettext_lazy("The reason is missing or longer than 200 characters."),
    "expires_on": gettext_lazy("The last day is no date like 2027-01-31."),
}
FILE_PROBLEMS: Final[dict[str, Promise]] = {
    "columns": gettext_lazy("The file lacks a column: list, kind, value, reason."),
    "size": gettext_lazy("The file is too large: 10,000 rows and 2 MB at most."),
    "encoding": gettext_lazy("The file is no text that can be read."),
    "damaged": gettext_lazy("The file is damaged: quotation marks do not match."),
    "changed": gettext_lazy("Somebody changed the lists in this moment. Try again."),
}


@capability_required(VIEW)
@require_safe
def entries(request: HttpRequest) -> HttpResponseBase:
    """Every entry, the newest first."""
    rows = ListEntry.objects.select_related("added_by")
    if request.GET.get("format") == "csv":
        customers = Customer.objects.filter(pk=OuterRef("key")).values("merchant_customer_id")
        return list_page(request, FILE, rows.annotate(customer=Subquery(customers)))
    return list_page(request, ENTRIES, rows)


@capability_required(VIEW)
@require_safe
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: who added it and why, and what may be done with it."""
    row = get_object_or_404(ListEntry.objects.select_related("added_by", "approved_by", "removed_by"), pk=pk)
    state = state_of(row, timezone.now())
    context = {
        "entry": row,
        "list_badge": LISTS[ListName(row.list_name)],
        "state": state,
        "state_badge": STATES[state],
        "is_own": row.added_by_id == actor(request).pk,
        "form": RemoveForm(),
    }
    return render(request, "fraud/lists/entry.html", context)


@capability_required(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Put a key on a list."""
    form = EntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add(form.wanted(), by=actor(request))
        except services.EntryRefused as refusal:
            form.add_error(_FIELDS[refusal.field], str(PROBLEMS[refusal.code]))
        else:
            return redirect("lists:entry", pk=made.pk)
    return render(request, "fraud/lists/entry_new.html", {"form": form}, status=422 if form.is_bound else 200)


@capability_required(APPROVE)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an entry of the allow list count."""
    row = get_object_or_404(ListEntry, pk=pk)
    try:
        services.approve(row, by=actor(request))
    except services.OwnEntry:
        messages.error(request, _("Nobody approves their own entry. Ask another person."))
    except services.NotOpen:
        messages.error(request, _("Somebody was faster: the entry does not wait any more."))
    else:
        messages.success(request, _("The entry counts from now on."))
    return redirect("lists:entry", pk=pk)


@capability_required(EDIT)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an entry off its list."""
    row = get_object_or_404(ListEntry, pk=pk)
    form = RemoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why."))
        return redirect("lists:entry", pk=pk)
    try:
        services.remove(row, by=actor(request), reason=form.cleaned_data["reason"])
    except services.NotOpen:
        messages.error(request, _("Somebody was faster: the entry was removed."))
    else:
        messages.success(request, _("The entry was removed."))
    return redirect("lists:entry", pk=pk)


@capability_required(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    """Add many entries from a file, or look what would be added."""
    form = FileForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form, "columns": ",".join(COLUMNS)}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                rows = read_rows(form.cleaned_data["file"].read())
                report = import_rows(rows, by=actor(request), is_preview="check" in request.POST)
            except NotAList as refusal:
                form.add_error("file", str(FILE_PROBLEMS[refusal.code]))
            else:
                if report.is_done:
                    messages.success(request, _("%(count)s entries were added.") % {"count": report.added})
                    return redirect("lists:entries")
                status = 422 if report.problems else 200
                context["report"] = report
                context["problems"] = [_shown(problem) for problem in report.problems[:_SHOWN]]
                context["more"] = max(0, len(report.problems) - _SHOWN)
    return render(request, "fraud/lists/import.html", context, status=status)


def _shown(problem: RowProblem) -> tuple[int, str, Promise]:
    return problem.line, problem.field, PROBLEMS[problem.code]
