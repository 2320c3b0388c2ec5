"""The list of deliveries, one of them, and trying again."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from payments.intake.inbox import labels
from payments.intake.inbox.doors import REPLAY, VIEW
from payments.intake.inbox.filters import DeliveryFilter
from payments.intake.inbox.page import body_text, payments_told_of, refusals
from payments.intake.inbox.tables import DeliveryTable, ReplayingDeliveryTable
from payments.intake.models import InboxDelivery
from payments.intake.services.replay import REPLAYABLE, replay_these
from payments.ledger.addresses import payment_url
from payments.web import ListSpec, actor, capability_required, list_page

DELIVERIES = ListSpec(
    name="inbox",
    title=_("Inbox"),
    template="intake/inbox.html",
    table=DeliveryTable,
    filters=DeliveryFilter,
    keyset="received_at",
    keeps_views=True,
)


@capability_required(VIEW)
@require_safe
def deliveries(request: HttpRequest) -> HttpResponseBase:
    """What providers delivered, the newest first, and what the door refused in the last day."""
    may_replay = request.user.has_perm(REPLAY)
    spec = replace(DELIVERIES, table=ReplayingDeliveryTable) if may_replay else DELIVERIES
    refused, refused_count = refusals()
    context = {
        "refused": [(each, labels.REFUSALS[each.reason]) for each in refused],
        "refused_count": refused_count,
        "may_replay": may_replay,
        "query": request.GET.urlencode(),
    }
    rows = InboxDelivery.objects.select_related("provider").defer("body", "headers")
    return list_page(request, spec, rows, context)


@capability_required(VIEW)
@require_safe
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery: verdict, tries, error, and the masked body behind a fold."""
    row = get_object_or_404(InboxDelivery.objects.select_related("provider"), pk=pk)
    text, is_cut = body_text(row)
    context = {
        "delivery": row,
        "badge": labels.STATES[row.state],
        "body": text,
        "is_cut": is_cut,
        "payments": [(each, payment_url(each)) for each in payments_told_of(row)],
        "may_replay": request.user.has_perm(REPLAY) and row.state in REPLAYABLE,
    }
    return render(request, "intake/inbox_delivery.html", context)


@capability_required(REPLAY)
@require_POST
def replay_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Try one delivery again."""
    _say(request, replay_these([pk], by=actor(request)))
    return redirect("inbox:delivery", pk=pk)


@capability_required(REPLAY)
@require_POST
def replay_chosen(request: HttpRequest) -> HttpResponse:
    """Try the chosen deliveries again."""
    ids = [int(text) for text in request.POST.getlist("delivery")[:1000] if text.isascii() and text.isdigit()]
    _say(request, replay_these(ids, by=actor(request)) if ids else 0)
    query = request.POST.get("query", "")
    return redirect(f"{redirect('inbox:deliveries').url}{'?' if query else ''}{query}")


def _say(request: HttpRequest, count: int) -> None:
    if count:
        words = ngettext("%(count)d delivery is tried again.", "%(count)d deliveries are tried again.", count)
        messages.success(request, words % {"count": count})
    else:
        messages.warning(request, _("Nothing to try again: it was done, or waits anyway."))
