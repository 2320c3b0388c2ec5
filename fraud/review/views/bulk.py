"""One decision about many cases at once, for those who may."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from fraud.review.forms import BulkForm
from fraud.review.models import Case, DecisionState, Queue
from fraud.review.permissions import BULK
from fraud.review.services.deciding import Choice, InBulk, decide_in_bulk
from fraud.review.views.cases import Refilled, ids_in, queue_in, queue_listed
from payments.web import actor, capability_required

MOST_AT_ONCE: Final = 100


@capability_required(BULK)
@require_POST
def decide_many(request: HttpRequest) -> HttpResponse:
    """Decide the same about the chosen cases; those of others and those above the amount are told apart."""
    queue = queue_in(request.POST)
    form = BulkForm(request.POST)
    keys = ids_in(request, "case")
    rows = Case.objects.filter(pk__in=keys[:MOST_AT_ONCE], queue__in=[Queue.REVIEW, Queue.ESCALATED])
    if not form.is_valid() or not keys:
        refused = str(form.errors["note"][0]) if "note" in form.errors else _("Choose cases and a reason first.")
        messages.error(request, refused)
        return queue_listed(request, request.POST, Refilled(form, frozenset(keys)))
    verdict, code = form.cleaned_data["choice"]
    choice = Choice(verdict, code, form.cleaned_data["ticket"], form.cleaned_data["note"])
    _say(request, decide_in_bulk(list(rows), choice, by=actor(request)))
    return redirect(f"{reverse('review:queue')}?queue={queue}")


def _say(request: HttpRequest, done: InBulk) -> None:
    waiting = sum(made.state == DecisionState.AWAITING_SECOND for made in done.decided)
    decided = len(done.decided) - waiting
    if decided:
        said = ngettext("%(count)s case is decided.", "%(count)s cases are decided.", decided)
        messages.success(request, said % {"count": decided})
    if waiting:
        said = ngettext(
            "%(count)s case waits for a second person.", "%(count)s cases wait for a second person.", waiting
        )
        messages.warning(request, said % {"count": waiting})
    if done.passed:
        count = len(done.passed)
        said = ngettext(
            "%(count)s case was left as it is: somebody else has it, or it is not open any more.",
            "%(count)s cases were left as they are: somebody else has them, or they are not open any more.", count,
        )  # fmt: skip
        messages.warning(request, said % {"count": count})
