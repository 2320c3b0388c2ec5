"""What can be done about breaks: each act is one POST and one call of a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from payments.settlement.filters import BreakFilters, people_who_work
from payments.settlement.forms import ResolveForm
from payments.settlement.models import Break
from payments.settlement.permissions import WORK
from payments.settlement.services import breaks as services
from payments.settlement.tables import WorkingBreakTable
from payments.settlement.views.breaks import break_page
from payments.settlement.views.keys import key_of
from payments.web import actor, capability_required
from payments.web.words import CARD_DATA

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

MOST_AT_ONCE = 2000
"""A bulk act on more rows than this would hold the request too long; filters make it smaller."""


@capability_required(WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row of the queue, for htmx: GET as a form (or with `?plain` as it was), POST assigns and comments."""
    broken = get_object_or_404(_rows(), pk=pk)
    problem = _assign_and_comment(request, broken) if request.method == "POST" else ""
    if request.method == "POST" and not request.htmx:  # type: ignore[attr-defined]
        if problem:
            messages.error(request, problem)
        return redirect(_back(request, pk))
    if problem or (request.method != "POST" and "plain" not in request.GET):
        context = {"broken": broken, "people": people_who_work(), "problem": problem}
        return render(request, "settlement/breaks_row_form.html", context, status=422 if problem else 200)
    table = WorkingBreakTable(_rows().filter(pk=pk))
    return render(request, "settlement/breaks_row.html", {"table": table})


@capability_required(WORK)
@require_POST
def bulk_assign(request: HttpRequest) -> HttpResponse:
    """Give the chosen rows, or all that fit the filters, one owner."""
    chosen = _chosen(request)
    if len(chosen) > MOST_AT_ONCE:
        most = {"most": f"{MOST_AT_ONCE:,}"}
        messages.error(request, _("These are more than %(most)s breaks: filter them first.") % most)
        return redirect(_queue(request))
    if not chosen:
        messages.warning(request, _("Choose at least one break."))
        return redirect(_queue(request))
    try:
        changed = services.assign_many(chosen, to=_person(request), by=actor(request))
    except (services.UnableToOwn, LookupError):
        messages.error(request, _("Choose who takes the breaks."))
        return redirect(_queue(request))
    done = ngettext("%(count)s break has a new owner.", "%(count)s breaks have a new owner.", changed)
    messages.success(request, done % {"count": changed})
    return redirect(_queue(request))


@capability_required(WORK)
@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one break an owner and a comment, both optional."""
    broken = get_object_or_404(_rows(), pk=pk)
    problem = _assign_and_comment(request, broken)
    if problem:
        messages.error(request, problem)
    return redirect("settlement:break", pk=pk)


@capability_required(WORK)
@require_POST
def investigate(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a break and start working on it."""
    seen = _seen_owner(request)
    return _act(request, pk, lambda broken: services.investigate(broken, by=actor(request), seen_owner=seen))


@capability_required(WORK)
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an explanation back."""
    words = request.POST.get("explanation", "")
    return _act(request, pk, lambda broken: services.reopen(broken, words, by=request.user))  # type: ignore[arg-type]


@capability_required(WORK)
@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain a break."""
    broken = get_object_or_404(_rows(), pk=pk)
    form = ResolveForm(request.POST, kind=broken.kind)
    if not form.is_valid():
        return break_page(request, pk, form, status=422)
    given = form.cleaned_data
    try:
        services.resolve(broken, given["reason"], given["explanation"], by=actor(request))
    except services.BreakIsResolved:
        messages.warning(request, _("Somebody resolved this break meanwhile."))
    else:
        messages.success(request, _("The break is resolved."))
    return redirect("settlement:break", pk=pk)


def _chosen(request: HttpRequest) -> list[Break]:
    """The breaks of a bulk act: the ticked ones, or all that fit the filters the list was shown with."""
    if request.POST.get("scope") == "all":
        filters = BreakFilters(QueryDict(request.POST.get("query", "")), queryset=Break.objects.all(), request=request)
        return list(filters.qs[: MOST_AT_ONCE + 1]) if filters.form.is_valid() else []
    keys = [key for key in map(key_of, request.POST.getlist("break")) if key is not None]
    return list(Break.objects.filter(pk__in=keys[:MOST_AT_ONCE]))


def _act(request: HttpRequest, pk: int, act: Callable[[Break], object]) -> HttpResponse:
    broken = get_object_or_404(Break, pk=pk)
    try:
        act(broken)
    except services.BreakIsResolved:
        messages.warning(request, _("Somebody resolved this break meanwhile."))
    except services.OwnerChanged:
        messages.warning(request, _owner_changed(pk))
    except services.BreakIsNotResolved:
        messages.warning(request, _("This break is not resolved."))
    except services.CommentMissing:
        messages.error(request, _("Say why in words."))
    except services.CardDataTold:
        messages.error(request, str(CARD_DATA))
    return redirect("settlement:break", pk=pk)


def _assign_and_comment(request: HttpRequest, broken: Break) -> str:
    """Do what the form asks for; why not, in words, when it can't be done. A comment is kept in any case but one."""
    problem = _assign(request, broken)
    if request.POST.get("comment", "").strip():
        try:
            services.comment(broken, request.POST["comment"][:2000], by=actor(request))
        except services.CardDataTold:
            return str(CARD_DATA)
    return problem


def _assign(request: HttpRequest, broken: Break) -> str:
    """An owner left as the form showed it is no wish to give the break back to that owner."""
    if "owner" not in request.POST or request.POST["owner"] == request.POST.get("seen_owner"):
        return ""
    try:
        services.assign(broken, to=_person(request), by=actor(request), seen_owner=_seen_owner(request))
    except services.OwnerChanged:
        return _owner_changed(broken.pk)
    except (services.UnableToOwn, LookupError):
        return _("This person may not work on breaks.")
    except services.BreakIsResolved:
        return _("Somebody resolved this break meanwhile.")
    return ""


def _seen_owner(request: HttpRequest) -> services.SeenOwner:
    """The owner whom the form was shown with; a form that doesn't say leaves it open."""
    text = request.POST.get("seen_owner")
    if text is None:
        return "any"
    return key_of(text)


def _owner_changed(pk: int) -> str:
    owner = Break.objects.select_related("owner").get(pk=pk).owner
    if owner is None:
        return _("Meanwhile nobody owns this break any more. Look again before you decide.")
    return _("Meanwhile this break belongs to %(name)s. Look again before you decide.") % {"name": owner}


def _person(request: HttpRequest) -> AbstractBaseUser | None:
    """Whom the form names; None for nobody. LookupError for somebody who is not there."""
    text = request.POST.get("owner", "")
    if not text:
        return None
    found = get_user_model().objects.filter(pk=key_of(text) or 0).first()
    if found is None:
        raise LookupError(text)
    return found  # type: ignore[no-any-return]


def _rows() -> QuerySet[Break]:
    return Break.objects.select_related("provider", "account", "owner")


def _queue(request: HttpRequest) -> str:
    query = request.POST.get("query", "")
    return f"{reverse('settlement:breaks')}?{query}" if query else reverse("settlement:breaks")


def _back(request: HttpRequest, pk: int) -> str:
    here = request.POST.get("next", "")
    if here and url_has_allowed_host_and_scheme(here, allowed_hosts={request.get_host()}):
        return here
    return reverse("settlement:break", args=[pk])
