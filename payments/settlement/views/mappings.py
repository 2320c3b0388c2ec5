"""Mappings: describe a file nobody knows, try it on the page, keep what it means, and look at what was kept before."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from payments.facts import FileRefused
from payments.intake.adapters import MAPPED, Owner, latest_version, owner_of
from payments.intake.models import FileImport, ImportKind, MappingOrigin, MappingVersion
from payments.intake.services.mappings import keep_mapping
from payments.methods.models import BankAccount, Provider
from payments.settlement import mapping_labels as labels
from payments.settlement.forms import NoteForm
from payments.settlement.mapping_desk import Desk, desk_of
from payments.settlement.permissions import DESCRIBE, IMPORT, VIEW
from payments.settlement.selectors.imports import filled
from payments.settlement.selectors.mappings import kept_mappings, latest_file, versions_of
from payments.settlement.services import imports as services
from payments.web import actor, capability_required

MOST_JSON = 200_000
"""Characters of a mapping brought as JSON."""


@capability_required(DESCRIBE)
@require_http_methods(["GET", "HEAD", "POST"])
def editor(request: HttpRequest, pk: int) -> HttpResponse:
    """Describe a file: GET proposes or shows what is kept, POST tries what is typed, and keeps it when asked to."""
    row = get_object_or_404(_imports(), pk=pk)
    if row.kind == ImportKind.MOVEMENTS:
        raise Http404
    post = request.POST if request.method == "POST" else None
    try:
        desk = desk_of(row, post, fresh="fresh" in request.GET, setting=request.GET.get("set", ""))
    except FileRefused as refusal:
        messages.error(request, filled(refusal.problem.template, refusal.problem.values))
        return redirect("settlement:import", pk=pk)
    context = _context(row, desk, request)
    must_keep = post is not None and post.get("act") == "keep"
    if must_keep:
        context |= _kept_meanwhile(owner_of(row), context["seen"])
    if must_keep and desk.bench.is_keepable and not context["note_refusal"] and not context["meanwhile"]:
        return _keep(request, row, desk)
    template = "settlement/mapping_work.html" if request.htmx else "settlement/mapping.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=422 if must_keep else 200)


def _kept_meanwhile(owner: Owner, seen: str) -> dict[str, Any]:
    """The version that somebody has kept since the page was opened: it is shown, and a second press replaces it."""
    newest = latest_version(owner)
    if newest is None or str(newest.number) == seen:
        return {}
    return {"meanwhile": newest, "seen": str(newest.number)}


def _keep(request: HttpRequest, row: FileImport, desk: Desk) -> HttpResponse:
    """Keep the mapping, and read the file again with it where that is for this person to do."""
    assert desk.bench.mapping is not None  # is_keepable
    note = request.POST.get("note", "").strip()
    version = keep_mapping(owner_of(row), desk.bench.mapping, by=actor(request), note=note)
    kept = _("Version %(number)s of the mapping is kept.") % {"number": version.number}
    if not request.user.has_perm(IMPORT):
        messages.success(request, kept)
        return redirect("settlement:mapping_version", pk=version.pk)
    try:
        terms = services.Terms(adapter=MAPPED, mapping_version=version)
        again = services.read_again(row, terms, by=actor(request))
    except services.NotDiscardable:
        messages.success(request, kept)
        return redirect("settlement:mapping_version", pk=version.pk)
    messages.success(request, kept + " " + _("The file is being read with it."))
    return redirect("settlement:import", pk=again.pk)


@capability_required(IMPORT)
@require_POST
def read_as(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a file again in the format a person chooses."""
    row = get_object_or_404(_imports(), pk=pk)
    try:
        again = services.read_again(
            row, services.Terms(adapter=str(request.POST.get("adapter", ""))), by=actor(request)
        )
    except services.NotDiscardable:
        messages.warning(request, _("This import is finished already: its format stays."))
        return redirect("settlement:import", pk=pk)
    except FileRefused as refusal:
        messages.error(request, filled(refusal.problem.template, refusal.problem.values))
        return redirect("settlement:import", pk=pk)
    return redirect("settlement:import", pk=again.pk)


@capability_required(VIEW)
@require_safe
def mappings(request: HttpRequest) -> HttpResponse:
    """Whose files are read by a mapping."""
    return render(request, "settlement/mappings.html", {"rows": kept_mappings()})


@capability_required(VIEW)
@require_safe
def history(request: HttpRequest, side: str, code: str) -> HttpResponse:
    """Every version of one owner's mapping."""
    return _history(request, side, _owner(side, code), {})


@capability_required(DESCRIBE)
@require_POST
def bring(request: HttpRequest, side: str, code: str) -> HttpResponse:
    """Keep a mapping that is brought as JSON; what is wrong with it is said beside it."""
    owner = _owner(side, code)
    text, note = _brought(request), request.POST.get("note", "").strip()
    reason = NoteForm(request.POST).refusal
    if reason:
        return _history(request, side, owner, {"typed": text, "note": note, "refusal": reason})
    try:
        version = _keep_brought(request, owner, text, note)
    except FileRefused as refusal:
        reason = filled(refusal.problem.template, refusal.problem.values)
    except (ValueError, RecursionError) as error:
        reason = _("This is not a JSON object: %(reason)s") % {"reason": str(error)[:200]}
    else:
        messages.success(request, _("Version %(number)s of the mapping is kept.") % {"number": version.number})
        return redirect("settlement:mapping_history", side=side, code=code)
    return _history(request, side, owner, {"typed": text, "note": note, "refusal": reason})


def _history(request: HttpRequest, side: str, owner: Owner, more: dict[str, str]) -> HttpResponse:
    context: dict[str, Any] = {
        "owner": owner,
        "side": side,
        "versions": versions_of(owner),
        "file": latest_file(owner),
        **more,
    }
    context["origins"] = labels.ORIGINS
    return render(request, "settlement/mapping_history.html", context, status=422 if more else 200)


@capability_required(VIEW)
@require_safe
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version, readable and as JSON; `?json` downloads it."""
    found = get_object_or_404(_versions(), pk=pk)
    name = f"{found.owner.code}-mapping-{found.number}.json"
    if "json" in request.GET:
        response = JsonResponse(found.mapping, json_dumps_params={"ensure_ascii": False, "indent": 2})
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    is_bank = found.bank_account is not None
    words = labels.meaning_words(is_bank=is_bank)
    columns = [
        (words.get(meaning, meaning), "/".join(map(str, column if isinstance(column, list) else [column])))
        for meaning, column in found.mapping.get("columns", {}).items()
    ]
    context = {
        "version": found,
        "side": _side(found.owner),
        "columns": columns,
        "text": json.dumps(found.mapping, ensure_ascii=False, indent=2),
        "origin": labels.ORIGINS[found.origin],
        "imports": _imports().filter(mapping_version=found).order_by("-pk")[:10],
    }
    return render(request, "settlement/mapping_version.html", context)


@capability_required(DESCRIBE)
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep an earlier version again, as the newest."""
    found = get_object_or_404(_versions(), pk=pk)
    note = _("Brings version %(number)s back.") % {"number": found.number}
    try:
        kept = keep_mapping(found.owner, found.mapping, by=actor(request), note=note)
    except FileRefused as refusal:
        messages.error(request, filled(refusal.problem.template, refusal.problem.values))
        return redirect("settlement:mapping_version", pk=pk)
    messages.success(request, _("Version %(number)s of the mapping is kept.") % {"number": kept.number})
    return redirect("settlement:mapping_version", pk=kept.pk)


def _brought(request: HttpRequest) -> str:
    """The JSON of a file that was sent, else what was typed."""
    sent = request.FILES.get("file")
    if sent is not None:
        return str(sent.read(MOST_JSON), "utf-8-sig", errors="replace")
    return str(request.POST.get("mapping", ""))[:MOST_JSON]


def _keep_brought(request: HttpRequest, owner: Owner, text: str, note: str) -> MappingVersion:
    mapping = json.loads(text)
    if not isinstance(mapping, dict):
        raise ValueError("{…}")
    return keep_mapping(owner, mapping, by=actor(request), note=note, origin=MappingOrigin.JSON)


def _context(row: FileImport, desk: Desk, request: HttpRequest) -> dict[str, Any]:
    is_bank = row.bank_account_id is not None
    newest = latest_version(owner_of(row))
    return {
        "row": row,
        "seen": request.POST.get("seen", str(newest.number) if newest else ""),
        "meanwhile": None,
        "owner": owner_of(row),
        "side": _side(owner_of(row)),
        "bench": desk.bench,
        "desk": desk,
        "meanings": labels.BANK_MEANINGS if is_bank else labels.STATEMENT_MEANINGS,
        "nothing": labels.NOTHING,
        "kinds": labels.KINDS,
        "sides": labels.SIDES,
        "note": request.POST.get("note", ""),
        "note_refusal": NoteForm(request.POST).refusal,
        "reads_again": request.user.has_perm(IMPORT),
    }


def _owner(side: str, code: str) -> Owner:
    if side == "provider":
        return get_object_or_404(Provider, code=code)
    if side == "account":
        return get_object_or_404(BankAccount, code=code)
    raise Http404


def _side(owner: Owner) -> str:
    return "provider" if isinstance(owner, Provider) else "account"


def _versions() -> Any:
    return MappingVersion.objects.select_related("provider", "bank_account", "created_by")


def _imports() -> Any:
    return FileImport.objects.select_related("provider", "bank_account", "stored_file", "mapping_version", "created_by")
