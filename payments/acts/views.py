"""Pages of acts: asking on a payment, the list, and the second person's word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from payments.acts.filters import ActFilters, InquiryFilters
from payments.acts.forms import ActForm, RejectForm
from payments.acts.labels import KINDS, REFUSALS, STATES
from payments.acts.models import ActKind, ActState, Inquiry, PaymentAct
from payments.acts.panels import keep_typed
from payments.acts.permissions import APPROVE, REQUEST, VIEW
from payments.acts.selectors import attempts_for
from payments.acts.services import decisions, wishes
from payments.acts.services.refusals import ActRefused, NotAwaitingApproval, OwnAct, ReasonMissing
from payments.acts.services.wishes import Author, Wish
from payments.acts.tables import ActTable, InquiryTable, author_of
from payments.ledger.addresses import payment_url
from payments.ledger.models import Payment
from payments.web import ListSpec, actor, capability_required, list_page

ACTS: Final = ListSpec(
    name="acts", title=gettext_lazy("Acts"), template="acts/acts.html", table=ActTable, filters=ActFilters
)
INQUIRIES: Final = ListSpec(
    name="inquiries",
    title=gettext_lazy("Questions to providers"),
    template="acts/inquiries.html",
    table=InquiryTable,
    filters=InquiryFilters,
)


@capability_required(VIEW)
@require_safe
def acts(request: HttpRequest) -> HttpResponseBase:
    """Every act, the newest first."""
    return list_page(request, ACTS, PaymentAct.objects.select_related("payment", "provider", "requested_by"))


@capability_required(VIEW)
@require_safe
def inquiries(request: HttpRequest) -> HttpResponseBase:
    """What providers were asked about attempts whose result nobody knew."""
    return list_page(request, INQUIRIES, Inquiry.objects.select_related("payment", "provider"))


@capability_required(VIEW)
@require_safe
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """One act: who asked for what, what became of it, and for a second person the two buttons."""
    rows = PaymentAct.objects.select_related("payment", "provider", "requested_by", "decided_by")
    row = get_object_or_404(rows, pk=pk)
    is_waiting = row.state == ActState.AWAITING_APPROVAL
    context = {
        "act": row,
        "kind": KINDS[row.kind],
        "badge": STATES[row.state],
        "author": author_of(row),
        "payment_url": payment_url(row.payment),
        "is_own": decisions.is_own(row, actor(request)),
        "is_decidable": is_waiting and request.user.has_perm(APPROVE),
        "form": RejectForm(),
    }
    return render(request, "acts/act.html", context)


def _say_problems(request: HttpRequest, form: ActForm) -> None:
    for field, problems in form.errors.items():
        words = {
            "field": form.fields[field].label if field in form.fields else "",
            "problem": " ".join(map(str, problems)),
        }
        messages.error(request, _("%(field)s: %(problem)s") % words)


@capability_required(REQUEST)
@require_POST
def request_act(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Ask for an act on a payment."""
    payment = get_object_or_404(Payment, pk=pk)
    if kind not in ActKind.values:
        raise Http404
    wanted = ActKind(kind)
    attempts = [attempt.provider_reference for attempt in attempts_for(payment, wanted)]
    form = ActForm(request.POST, prefix=kind, currency=payment.currency, attempts=attempts)
    if not form.is_valid():
        _say_problems(request, form)
        keep_typed(request, payment, form)
        return redirect(payment_url(payment))
    given = form.cleaned_data
    wish = Wish(given["amount"], given["reason"], given["attempt_reference"], given["ticket"])
    try:
        made = wishes.request(payment, wanted, wish, by=Author(actor(request)))
    except ActRefused as refused:
        messages.error(request, str(REFUSALS[refused.code.value]))
        keep_typed(request, payment, form)
        return redirect(payment_url(payment))
    if made.state == ActState.AWAITING_APPROVAL:
        messages.warning(request, _("The amount is above the limit: a second person has to approve."))
    else:
        messages.success(request, _("It is on its way to the provider."))
    return redirect(payment_url(payment))


@capability_required(APPROVE)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an act go."""
    return _decide(request, pk, lambda row: decisions.approve(row, by=actor(request)), _("The act is approved."))


@capability_required(APPROVE)
@require_POST
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse an act."""
    reason = request.POST.get("reason", "")
    return _decide(request, pk, lambda row: decisions.reject(row, reason, by=actor(request)), _("The act is rejected."))


def _decide(request: HttpRequest, pk: int, decide: Callable[[PaymentAct], object], done: str) -> HttpResponse:
    row = get_object_or_404(PaymentAct.objects.select_related("payment"), pk=pk)
    try:
        decide(row)
    except OwnAct:
        messages.error(request, _("Nobody approves their own act. Ask another person."))
    except NotAwaitingApproval:
        messages.warning(request, _("Somebody decided this meanwhile."))
    except ReasonMissing:
        messages.error(request, _("Say why in words."))
    except ActRefused as refused:
        messages.error(request, str(REFUSALS[refused.code.value]))
    else:
        messages.success(request, done)
    return redirect("acts:act", pk=pk)
