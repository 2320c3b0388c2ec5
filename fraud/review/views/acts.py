"""What people do with one case; after what ends their work on it they are led to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from fraud.review.forms import AskForm, DecideForm, EscalateForm, NoteForm, OpenForm, RestForm
from fraud.review.models import Case, Decision, DecisionState, Verdict
from fraud.review.permissions import DECIDE, SECOND
from fraud.review.selectors.queue import next_awaiting_second
from fraud.review.services import claiming, deciding, escalating, opening, resting, writing
from fraud.review.views.cases import case_page, ids_in, queue_in
from payments.ledger.models import Payment
from payments.web import actor, capability_required
from payments.web.display import instant_text
from payments.web.words import CARD_DATA

REFUSALS: Final[Mapping[type[Exception], Promise]] = {
    writing.CaseNotOpen: gettext_lazy("This case is not open any more."),
    writing.CaseTaken: gettext_lazy("Somebody else took this case meanwhile."),
    writing.OwnSecondLook: gettext_lazy("This is about a decision of yours: somebody else looks at it."),
    writing.CardDataTold: CARD_DATA,
    writing.WordsMissing: gettext_lazy("Say why in words."),
    deciding.ReasonNotOfVerdict: gettext_lazy("This reason does not go with this decision."),
    deciding.TicketUsed: gettext_lazy("This form was sent before. Look at the case as it is now."),
    deciding.NothingToDecide: gettext_lazy("Everything you saw was decided meanwhile."),
    deciding.TooLate: gettext_lazy("It is in effect already, or was taken back."),
    deciding.NotTheirDecision: gettext_lazy("Only who decided takes it back."),
    deciding.OwnDecision: gettext_lazy("Nobody is the second person of their own decision."),
    deciding.NotAwaitingSecond: gettext_lazy("Somebody agreed or refused meanwhile."),
    escalating.NowhereToGo: gettext_lazy("Cases of this queue are not handed on."),
    opening.NotAssessed: gettext_lazy("Nothing is known of this payment yet: it was not assessed."),
    opening.NothingLeft: gettext_lazy("There is nothing to decide: the payment failed or was given back."),
    opening.AskedBefore: gettext_lazy("Somebody had this payment looked at before, and it was decided."),
    resting.NotAhead: gettext_lazy("This time has passed already."),
    resting.NotForCustomers: gettext_lazy("In a blind case nobody is asked."),
}


@capability_required(DECIDE)
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the most urgent free case of a queue; with a case left aside, the next below it, and that one is free."""
    after = Case.objects.filter(pk__in=ids_in(request, "after")[:1]).first()
    return onward(request, queue_in(request.POST), after)


def onward(request: HttpRequest, queue: int, after: Case | None = None) -> HttpResponse:
    """Lead to the next case, else to the queue."""
    found = claiming.claim_next(queue, by=actor(request), after=after)
    if found is not None:
        return redirect("review:case", pk=found.pk)
    if after is not None:
        messages.success(request, _("No free case below that one. The queue begins anew here."))
    return redirect(f"{reverse('review:queue')}?queue={queue}")


@capability_required(DECIDE)
@require_POST
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one case."""
    return _act(request, pk, lambda case: claiming.claim(case, by=actor(request)))


@capability_required(DECIDE)
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a case back."""
    case = get_object_or_404(Case, pk=pk)
    claiming.release(case, by=actor(request))
    return redirect(f"{reverse('review:queue')}?queue={case.queue}")


@capability_required(DECIDE)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or reject what was shown of a case."""
    verdict = Verdict.REJECT if request.POST.get("verdict") == str(Verdict.REJECT.value) else Verdict.APPROVE
    form = DecideForm(request.POST, verdict=verdict)
    case = get_object_or_404(Case, pk=pk)
    if not form.is_valid():
        name = "approve_form" if verdict == Verdict.APPROVE else "reject_form"
        return case_page(request, pk, {name: form}, status=422)
    given = form.cleaned_data
    in_view = tuple(ids_in(request, "payment"))
    choice = deciding.Choice(verdict, given["reason_code"], given["ticket"], given["note"], in_view)

    def decide_now(row: Case) -> None:
        made = deciding.decide(row, choice, by=actor(request))
        if made.state == DecisionState.AWAITING_SECOND:
            messages.warning(request, _("The amount wants two people: a second person has to agree first."))

    return _act(request, pk, decide_now, lambda: onward(request, case.queue))


@capability_required(SECOND)
@require_POST
def second(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to somebody's decision, which leads to the next that waits, or refuse it: the case is open again."""
    decision = get_object_or_404(Decision.objects.select_related("case"), case=pk, state=DecisionState.AWAITING_SECOND)
    is_agreed = request.POST.get("agrees") == "yes"
    return _act(
        request, pk, lambda case: deciding.second(decision, is_agreed, by=actor(request)),
        (lambda: _to_next_second(request)) if is_agreed else None,
    )  # fmt: skip


def _to_next_second(request: HttpRequest) -> HttpResponse:
    following = next_awaiting_second(by=actor(request))
    if following is not None:
        return redirect("review:case", pk=following)
    return redirect(f"{reverse('review:queue')}?list=second")


@capability_required(DECIDE)
@require_POST
def open_by_hand(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Have a payment looked at that nothing asked for; leads to its case, or back to the payment with words."""
    payment = get_object_or_404(Payment, pk=payment_id)
    form = OpenForm(request.POST)
    back = redirect("payments:payment_by_id", payment.pk)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors["note"]))))
        return back
    try:
        case = opening.open_by_hand(payment, form.cleaned_data["note"], by=actor(request))
    except opening.AlreadyOpen as standing:
        messages.info(request, _("This payment is in a case already."))
        return redirect("review:case", pk=standing.case_id)
    except tuple(REFUSALS) as refused:
        _refuse(request, refused)
        return back
    return redirect("review:case", pk=case.pk)


@capability_required(DECIDE)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a decision back, which opens its case again."""
    decision = get_object_or_404(Decision.objects.select_related("case"), pk=pk)
    return _act(request, decision.case_id, lambda case: deciding.undo(decision, by=actor(request)))


@capability_required(DECIDE)
@require_POST
def escalate(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a case on to those who decide what a reviewer cannot."""
    form = EscalateForm(request.POST, auto_id="escalate_%s")
    return _filled_in(
        request, pk, ("escalate_form", form),
        lambda case, given: escalating.escalate(case, given["note"], by=actor(request)),
    )  # fmt: skip


@capability_required(DECIDE)
@require_POST
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a case off."""
    form = RestForm(request.POST, auto_id="rest_%s")
    return _filled_in(
        request, pk, ("rest_form", form), lambda case, given: resting.snooze(case, given["until"], by=actor(request))
    )


@capability_required(DECIDE)
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the customer by way of the shop."""
    form = AskForm(request.POST, auto_id="ask_%s")
    return _filled_in(
        request, pk, ("ask_form", form),
        lambda case, given: resting.ask_customer(case, by=actor(request), note=given["note"]),
    )  # fmt: skip


@capability_required(DECIDE)
@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what the next reader should know."""
    form = NoteForm(request.POST, auto_id="note_%s")
    return _filled_in(
        request, pk, ("note_form", form),
        lambda case, given: resting.add_note(case, given["note"], by=actor(request)), is_onward=False,
    )  # fmt: skip


def _filled_in(
    request: HttpRequest,
    pk: int,
    named: tuple[str, Form],
    act: Callable[[Case, Mapping[str, Any]], Any],
    *,
    is_onward: bool = True,
) -> HttpResponse:
    """Do what a form says, which stands on the page of the case by its name, or show there what is wrong with it."""
    name, form = named
    case = get_object_or_404(Case, pk=pk)
    if not form.is_valid():
        return case_page(request, pk, {name: form}, status=422)
    lead_on = (lambda: onward(request, case.queue)) if is_onward else None
    return _act(request, pk, lambda row: act(row, form.cleaned_data), lead_on)


def _act(
    request: HttpRequest, pk: int, act: Callable[[Case], Any], lead_on: Callable[[], HttpResponse] | None = None
) -> HttpResponse:
    """Do it and lead on, or to this case again; back to this one with words when it is refused."""
    case = get_object_or_404(Case, pk=pk)
    try:
        act(case)
    except resting.TooLong as refused:
        words = _("No longer than until %(time)s: then a hold of its payments ends.")
        messages.error(request, words % {"time": instant_text(refused.latest)})
    except tuple(REFUSALS) as refused:
        _refuse(request, refused)
    else:
        if lead_on is not None:
            return lead_on()
    return redirect("review:case", pk=pk)


def _refuse(request: HttpRequest, refused: Exception) -> None:
    """Say why nothing was done, and give back what somebody wrote, which would be lost with its form."""
    messages.warning(request, str(REFUSALS[type(refused)]))
    written = request.POST.get("note", "").strip()
    if written and not isinstance(refused, writing.CardDataTold):
        messages.info(request, _("You wrote: %(words)s") % {"words": written})
