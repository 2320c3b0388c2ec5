"""Keys of the merchant API: who has one, and a new one shown this once."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from payments.intake.filters import KeyFilter
from payments.intake.forms import NewKeyForm, RotateForm
from payments.intake.models import ApiKey
from payments.intake.permissions import MANAGE_KEYS, VIEW_KEYS
from payments.intake.services import keys as services
from payments.intake.views.tables import KeyTable, beginning_of, key_badge, scope_words
from payments.web import ListSpec, actor, capability_required, list_page

KEYS: Final = ListSpec(
    name="api-keys",
    title=gettext_lazy("API keys"),
    template="intake/keys.html",
    table=KeyTable,
    filters=KeyFilter,
)


@capability_required(VIEW_KEYS)
@require_safe
def keys(request: HttpRequest) -> HttpResponseBase:
    """Every key, also those that hold no more."""
    return list_page(request, KEYS, ApiKey.objects.select_related("use"))


@capability_required(VIEW_KEYS)
@require_safe
def key(request: HttpRequest, pk: int) -> HttpResponse:
    """One key: what it may do, from where, and how long."""
    return _key_page(request, _found(pk))


@capability_required(MANAGE_KEYS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Make a key, and show it this once."""
    form = NewKeyForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "intake/key_new.html", {"form": form}, status=422 if form.is_bound else 200)
    return _show_once(request, services.issue(form.wanted(), by=actor(request)))


@capability_required(MANAGE_KEYS)
@never_cache
@require_POST
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a successor; the old key goes on to hold for a while."""
    found = _found(pk)
    form = RotateForm(request.POST)
    if not form.is_valid():
        return _key_page(request, found, form, status=422)
    try:
        issued = services.rotate(found, overlap=timedelta(hours=form.cleaned_data["hours"]), by=actor(request))
    except services.KeyRefused:
        messages.warning(request, _("This key holds no more; create a new one."))
        return redirect("keys:key", pk=pk)
    return _show_once(request, issued)


@capability_required(MANAGE_KEYS)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a key at once."""
    services.revoke(_found(pk), by=actor(request))
    messages.success(request, _("The key is revoked. Whoever shows it is refused from now on."))
    return redirect("keys:key", pk=pk)


def _found(pk: int) -> ApiKey:
    return get_object_or_404(ApiKey.objects.select_related("use", "created_by", "replaces"), pk=pk)


def _show_once(request: HttpRequest, issued: services.Issued) -> HttpResponse:
    """The whole key, which is stored nowhere: a reload of this page makes another."""
    return render(request, "intake/key_shown.html", {"key": issued.key, "secret": issued.secret})


def _key_page(request: HttpRequest, found: ApiKey, form: RotateForm | None = None, status: int = 200) -> HttpResponse:
    context = {
        "key": found,
        "badge": key_badge(found),
        "beginning": beginning_of(found.prefix),
        "replaced_beginning": beginning_of(found.replaces.prefix) if found.replaces else "",
        "is_in_force": services.is_in_force(found, timezone.now()),
        "use": getattr(found, "use", None),
        "scopes": list(zip(found.scopes, scope_words(found), strict=True)),
        "form": form or RotateForm(),
    }
    return render(request, "intake/key.html", context, status=status)
