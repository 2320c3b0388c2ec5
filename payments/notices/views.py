"""Pages of outgoing webhooks: the addresses, their secrets, and every delivery with its replay."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from payments.notices.addresses import AddressRefused
from payments.notices.filters import DeliveryFilters, EndpointFilters
from payments.notices.forms import EndpointForm, ReplayForm
from payments.notices.labels import DELIVERIES, ENDPOINTS, KINDS, delivery_state, endpoint_state
from payments.notices.models import WebhookDelivery, WebhookEndpoint
from payments.notices.permissions import MANAGE, VIEW
from payments.notices.services import endpoints as services
from payments.notices.services.delivering import name_of
from payments.notices.tables import DeliveryTable, EndpointTable
from payments.web import ListSpec, actor, capability_required, list_page

ENDPOINT_LIST: Final = ListSpec(
    name="webhook-endpoints",
    title=gettext_lazy("Outgoing webhooks"),
    template="notices/endpoints.html",
    table=EndpointTable,
    filters=EndpointFilters,
)
DELIVERY_LIST: Final = ListSpec(
    name="webhook-deliveries",
    title=gettext_lazy("Deliveries"),
    template="notices/endpoint.html",
    table=DeliveryTable,
    filters=DeliveryFilters,
)


@capability_required(VIEW)
@require_safe
def endpoints(request: HttpRequest) -> HttpResponseBase:
    """Every address that is told what changed."""
    return list_page(request, ENDPOINT_LIST, WebhookEndpoint.objects.all())


@capability_required(MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Add an address; its secret is shown this once."""
    form = EndpointForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "notices/endpoint_new.html", {"form": form}, status=422 if form.is_bound else 200)
    given = form.cleaned_data
    try:
        made = services.create(given["url"], description=given["description"], kinds=given["kinds"], by=actor(request))
    except AddressRefused:
        form.add_error("url", _("Messages can’t go there: the address must be public and begin with https://."))
    except services.EndpointTaken:
        form.add_error("url", _("This address is there already."))
    else:
        return render(request, "notices/secret_shown.html", {"endpoint": made.endpoint, "secret": made.secret})
    return render(request, "notices/endpoint_new.html", {"form": form}, status=422)


@capability_required(VIEW)
@require_safe
def endpoint(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One address and its deliveries, the newest first."""
    row = get_object_or_404(WebhookEndpoint, pk=pk)
    context = {
        "endpoint": row,
        "badge": ENDPOINTS[endpoint_state(row)],
        "kinds": [KINDS[kind] for kind in row.kinds if kind in KINDS],
        "has_previous": row.previous_secret is not None,
        "form": ReplayForm(initial={"since": timezone.localtime() - timedelta(days=1)}),
    }
    rows = WebhookDelivery.objects.filter(endpoint=row).select_related("message")
    return list_page(request, DELIVERY_LIST, rows, context)


@capability_required(VIEW)
@require_safe
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """What one message says, and how its delivery went."""
    row = get_object_or_404(WebhookDelivery.objects.select_related("message", "endpoint"), pk=pk)
    context = {
        "delivery": row,
        "badge": DELIVERIES[delivery_state(row)],
        "kind": KINDS.get(row.message.kind, row.message.kind),
        "name": name_of(row.message),
        "body": json.dumps(row.message.payload, ensure_ascii=False, indent=2),
    }
    return render(request, "notices/delivery.html", context)


@capability_required(MANAGE)
@never_cache
@require_POST
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a new secret, shown this once; the one before signs beside it."""
    made = services.rotate(get_object_or_404(WebhookEndpoint, pk=pk), by=actor(request))
    return render(request, "notices/secret_shown.html", {"endpoint": made.endpoint, "secret": made.secret})


@capability_required(MANAGE)
@require_POST
def drop_previous(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign with the newest secret only."""
    services.drop_previous(get_object_or_404(WebhookEndpoint, pk=pk), by=actor(request))
    messages.success(request, _("Only the newest secret signs now."))
    return redirect("notices:endpoint", pk=pk)


@capability_required(MANAGE)
@require_POST
def enable(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell an address again."""
    services.set_enabled(get_object_or_404(WebhookEndpoint, pk=pk), True, by=actor(request))
    return redirect("notices:endpoint", pk=pk)


@capability_required(MANAGE)
@require_POST
def disable(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop telling an address."""
    services.set_enabled(get_object_or_404(WebhookEndpoint, pk=pk), False, by=actor(request))
    return redirect("notices:endpoint", pk=pk)


@capability_required(MANAGE)
@require_POST
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one delivery again."""
    row = get_object_or_404(WebhookDelivery.objects.select_related("endpoint"), pk=pk)
    services.replay(row, by=actor(request))
    messages.success(request, _("It is sent again."))
    return redirect("notices:endpoint", pk=row.endpoint_id)


@capability_required(MANAGE)
@require_POST
def replay_since(request: HttpRequest, pk: int) -> HttpResponse:
    """Send everything since an instant again."""
    row = get_object_or_404(WebhookEndpoint, pk=pk)
    form = ReplayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say since when."))
        return redirect("notices:endpoint", pk=pk)
    count = services.replay_since(row, form.cleaned_data["since"], by=actor(request))
    done = ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", count)
    messages.success(request, done % {"count": f"{count:,}"})
    return redirect("notices:endpoint", pk=pk)
