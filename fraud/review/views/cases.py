"""The queue and one case, to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from fraud.review import labels
from fraud.review.drawing import drawn
from fraud.review.forms import AskForm, BulkForm, DecideForm, EscalateForm, NoteForm, RestForm
from fraud.review.models import Case, CaseState, Queue, Verdict
from fraud.review.permissions import BULK, DECIDE, SECOND, VIEW
from fraud.review.pictures import CaseShown, QueuePage, QueueRow
from fraud.review.queues import promise_of
from fraud.review.selectors import queue as selectors
from fraud.review.selectors.case_page import case_shown
from fraud.review.selectors.stuck import stuck
from fraud.review.selectors.undoable import undoable
from fraud.review.timeline import parts_of, timeline_of
from payments.web import Badge, actor, capability_required

MINE: Final = "mine"
SECONDS: Final = "second"
RESTING: Final = "resting"
STUCK: Final = "stuck"
_SIDE_LISTS: Final[Mapping[str, tuple[Promise, Promise]]] = {
    MINE: (_("Mine"), _("Open cases that you have in hand.")),
    SECONDS: (_("Second decisions"), _("Decided by somebody else above the amount from which two people decide.")),
    RESTING: (_("Resting"), _("Put off, or waiting for the customer; they come back by themselves.")),
    STUCK: (
        _("Rejected, still held"),
        _(
            "Rejected, but the provider could not be asked: give the money back where the provider lets you. A payment "
            "leaves this list when that is known; it is tried again every hour from the deadline of its hold on."
        ),
    ),
}


@dataclass(frozen=True)
class Tab:
    """One list of cases, with how many wait where that is counted."""

    label: str | Promise
    query: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True)
class Row:
    """One case of the list with its badges."""

    shown: QueueRow
    due: Badge | None
    """None of a closed one."""
    state: Badge | None


@dataclass(frozen=True, slots=True)
class Refilled:
    """What was sent about many cases and could not be done: shown again as it was."""

    form: BulkForm
    chosen: frozenset[int]


@capability_required(VIEW)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """One queue, or one of the lists beside the queues, the most urgent first."""
    return queue_listed(request, request.GET)


def queue_listed(request: HttpRequest, query: Mapping[str, Any], sent: Refilled | None = None) -> HttpResponse:
    """The queue that a query names; with what was sent and refused, as it was."""
    number, side, after = queue_in(query), str(query.get("list", "")), str(query.get("after", ""))
    side = side if side in _side_lists(request) else ""
    page = selectors.queue_page(number, by=actor(request), after=after)
    rows = _beside(side)(by=actor(request)) if side else page.rows
    may_bulk = request.user.has_perm(BULK) and not side and number in (Queue.REVIEW, Queue.ESCALATED)
    context = {
        "queue": number,
        "side": side,
        "lead": _SIDE_LISTS[side][1] if side else labels.QUEUE_LEADS[number],
        "tabs": list(_tabs(request, page, number, side)),
        "rows": [_row(each) for each in rows],
        "page": page,
        "after": after,
        "undo": undoable(by=actor(request)),
        "bulk_form": (sent.form if sent else BulkForm()) if may_bulk and rows else None,
        "chosen": sent.chosen if sent else (),
        "may_decide": request.user.has_perm(DECIDE),
        "promised": labels.promised(promise_of(number)),
    }
    return render(request, "fraud/review/queue.html", context, status=422 if sent else 200)


def queue_in(query: Mapping[str, Any]) -> int:
    """The queue an address or form names; the first where it names none that is known."""
    text = str(query.get("queue", ""))
    return int(text) if text in map(str, Queue.values) else Queue.REVIEW.value


def ids_in(request: HttpRequest, name: str) -> list[int]:
    """The ids that a form sends under a name; what is no id is passed over."""
    return [int(text) for text in request.POST.getlist(name) if text.isascii() and text.isdigit() and len(text) < 18]


def _side_lists(request: HttpRequest) -> Sequence[str]:
    if not request.user.has_perm(DECIDE):
        return (RESTING, STUCK)
    return (MINE, SECONDS, RESTING, STUCK) if request.user.has_perm(SECOND) else (MINE, RESTING, STUCK)


def _beside(side: str) -> Callable[..., tuple[QueueRow, ...]]:
    return {
        MINE: selectors.claimed_by, SECONDS: selectors.awaiting_second, RESTING: selectors.resting, STUCK: stuck,
    }[side]  # fmt: skip


def _tabs(request: HttpRequest, page: QueuePage, number: int, side: str) -> Sequence[Tab]:
    queues = [
        Tab(label, f"queue={value}", not side and value == number, page.counts.get(value, 0))
        for value, label in labels.QUEUES.items()
    ]
    return queues + [Tab(_SIDE_LISTS[name][0], f"list={name}", name == side) for name in _side_lists(request)]


def _row(row: QueueRow) -> Row:
    due = None if row.state == CaseState.CLOSED else labels.due_badge(row.due_at)
    return Row(row, due, None if row.state == CaseState.OPEN else labels.STATES[row.state])


@capability_required(VIEW)
@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: why it is here, what is known, and what can be done."""
    return case_page(request, pk)


def case_page(
    request: HttpRequest, pk: int, forms: Mapping[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    """Render one case, with forms as they were sent by their names. Raises Http404."""
    try:
        shown = case_shown(pk, by=actor(request))
    except Case.DoesNotExist:
        raise Http404 from None
    context = {
        "case": shown,
        "name": name_of(shown),
        "queue_name": labels.QUEUES[shown.queue],
        "state": labels.STATES[shown.state],
        "due": None if shown.state == CaseState.CLOSED else labels.due_badge(shown.due_at),
        "payments": parts_of(shown),
        "moments": timeline_of(shown),
        "links": drawn(shown.linked),
        "earlier": [(each, labels.VERDICTS[each.verdict]) for each in shown.earlier],
        "decision": shown.open_decision,
        "decision_badge": labels.VERDICTS[shown.open_decision.verdict] if shown.open_decision else None,
        "undo": undoable(by=actor(request)),
        "may_decide": request.user.has_perm(DECIDE),
        **_forms(forms or {}),
    }
    return render(request, "fraud/review/case.html", context, status=status)


def _forms(sent: Mapping[str, Form]) -> dict[str, Form]:
    fresh: dict[str, Form] = {
        "approve_form": DecideForm(verdict=Verdict.APPROVE),
        "reject_form": DecideForm(verdict=Verdict.REJECT),
        "rest_form": RestForm(auto_id="rest_%s"),
        "escalate_form": EscalateForm(auto_id="escalate_%s"),
        "ask_form": AskForm(auto_id="ask_%s"),
        "note_form": NoteForm(auto_id="note_%s"),
    }
    return fresh | dict(sent)


def name_of(case: CaseShown) -> str:
    """Whom the case is about: the customer, else the one payment."""
    if case.customer:
        return case.customer.merchant_customer_id
    return case.alerts[0].reference if case.alerts else ""
