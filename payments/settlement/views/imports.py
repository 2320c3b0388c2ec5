"""Imports: drop files, see what they hold, commit or discard."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from payments.facts import FileRefused
from payments.intake.models import FileImport, ImportState
from payments.settlement import labels
from payments.settlement.filters import ImportFilters
from payments.settlement.forms import UploadForm
from payments.settlement.permissions import IMPORT, VIEW
from payments.settlement.selectors.conventions import findings_of_import
from payments.settlement.selectors.imports import filled, import_detail, is_running
from payments.settlement.selectors.missing_files import missing_files
from payments.settlement.services import imports as services
from payments.settlement.services.uploads import Upload, receive_upload
from payments.settlement.tables import ImportTable
from payments.web import ListSpec, actor, capability_required, list_page

IMPORTS: Final = ListSpec(
    name="imports",
    title=gettext_lazy("Imports"),
    template="settlement/imports.html",
    table=ImportTable,
    filters=ImportFilters,
    keeps_views=True,
)


@capability_required(VIEW)
@require_safe
def imports(request: HttpRequest) -> HttpResponseBase:
    """Every file that came in, newest first, under the place to drop more."""
    context = {
        "form": UploadForm() if request.user.has_perm(IMPORT) else None,
        "missing_files": missing_files() if request.GET.get("format") != "csv" else (),
    }
    return list_page(request, IMPORTS, _rows(), context)


@capability_required(IMPORT)
@require_POST
def upload(request: HttpRequest) -> HttpResponseBase:
    """Take one or several files in; each is kept, and read by a worker."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        for field_errors in form.errors.values():
            for error in field_errors:
                messages.error(request, str(error))
        return redirect("settlement:imports")
    received: list[FileImport] = []
    for file in form.cleaned_data["uploads"]:
        try:
            received.append(receive_upload(Upload(file, form.route()), by=actor(request)))
        except FileRefused as refusal:
            words = filled(refusal.problem.template, refusal.problem.values)
            messages.error(request, _("%(file)s: %(reason)s") % {"file": file.name, "reason": words})
    if received:
        done = ngettext("%(count)s file was received.", "%(count)s files were received.", len(received))
        messages.success(request, done % {"count": len(received)})
    if len(received) == 1:
        return redirect("settlement:import", pk=received[0].pk)
    return redirect("settlement:imports")


@capability_required(VIEW)
@require_safe
def file_import(request: HttpRequest, pk: int) -> HttpResponse:
    """What a file holds, before and after it is posted."""
    try:
        found = import_detail(pk)
    except FileImport.DoesNotExist:
        raise Http404 from None
    context = {"found": found, "badge": labels.IMPORT_BADGES[found.row.state]}
    context["findings"] = findings_of_import(found.row) if found.is_waiting else []
    return render(request, "settlement/import.html", context)


@capability_required(VIEW)
@require_safe
def import_state(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import is, for htmx: a progress line, and a reload of the page when it is done."""
    row = get_object_or_404(_rows(), pk=pk)
    template = "settlement/import_badge.html" if "badge" in request.GET else "settlement/import_progress.html"
    context = {"row": row, "is_running": is_running(row), "badge": labels.IMPORT_BADGES[row.state]}
    response = render(request, template, context)
    if not is_running(row) and "badge" not in request.GET:
        response.headers["HX-Refresh"] = "true"
    return response


@capability_required(IMPORT)
@require_POST
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Post a previewed import."""
    row = get_object_or_404(FileImport, pk=pk)
    try:
        row = services.commit(row, by=actor(request))
    except services.NotCommittable:
        messages.warning(request, _("This import no longer waits for a decision."))
        return redirect("settlement:import", pk=pk)
    if row.state == ImportState.POSTED:
        messages.success(request, _("The file is posted; reconciliation follows."))
    elif row.state == ImportState.DUPLICATE:
        messages.info(request, _("The same file was posted meanwhile; nothing changed."))
    elif row.state == ImportState.REJECTED:
        messages.error(request, _("The file is refused; nothing of it was posted."))
    else:
        messages.info(request, _("The file is being posted; you can leave this page."))
    return redirect("settlement:import", pk=pk)


@capability_required(IMPORT)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget an import that is not posted."""
    row = get_object_or_404(FileImport, pk=pk)
    try:
        services.discard(row, by=actor(request))
    except services.NotDiscardable:
        messages.warning(request, _("This import is finished already and can’t be discarded."))
    else:
        messages.success(request, _("The file is discarded; nothing of it was posted."))
    return redirect("settlement:import", pk=pk)


def _rows() -> QuerySet[FileImport]:
    return FileImport.objects.select_related("provider", "bank_account", "stored_file", "created_by")
