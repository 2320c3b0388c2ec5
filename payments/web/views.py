"""Saving and forgetting a view of a list; both lead back to the list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from payments.web.access import actor, any_signed_in
from payments.web.services import CardDataToldByView, ViewRefused, forget_view, keep_view
from payments.web.words import CARD_DATA


@any_signed_in
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the state of a list under a name."""
    path, query = request.POST.get("path", ""), request.POST.get("query", "")
    try:
        view = keep_view(request.POST.get("list", "")[:40], request.POST.get("name", ""), query, by=actor(request))
    except CardDataToldByView:
        messages.error(request, str(CARD_DATA))
        return _back(path, "")
    except ViewRefused:
        messages.error(request, _("The view was not saved: it needs a name, and there may be thirty of them."))
        return _back(path, query)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return _back(path, view.query)


@any_signed_in
@require_POST
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one of one's own views."""
    if forget_view(pk, by=actor(request)):
        messages.success(request, _("The view is gone."))
    return _back(request.POST.get("path", ""), "")


def _back(path: str, query: str) -> HttpResponse:
    """To a path of this site, whatever the form said."""
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return redirect(f"{path.partition('?')[0]}?{query}".rstrip("?") if is_ours else "/")
