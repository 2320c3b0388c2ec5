"""Pages of rules: the list, writing one, and a version with what it would have done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fraud.rules.ast import Node
from fraud.rules.backtesting import LONGEST_SECONDS, Backtest, TookTooLong, backtest, within_time
from fraud.rules.composing import from_node
from fraud.rules.filters import RuleFilters
from fraud.rules.forms import PeriodForm, ReasonForm, TrialForm, Writing, grown
from fraud.rules.labels import ACTIONS, HEADS, ON_TRIAL, STATES, is_on_trial
from fraud.rules.models import RuleAction, RuleState, RuleVersion
from fraud.rules.permissions import EDIT, PUBLISH, VIEW
from fraud.rules.selectors import hits_on_trial, node_of
from fraud.rules.sentences import said
from fraud.rules.services import drafting, publishing
from fraud.rules.services.refusals import AlreadyOver, DraftStands, MustExpire, NameTaken, NotInState, NotYours, OwnRule
from fraud.rules.starters import words_of
from fraud.rules.tables import RuleTable
from payments.web import ListSpec, actor, capability_required, list_page

RULES: Final = ListSpec(
    name="rules", title=gettext_lazy("Rules"), template="fraud/rules/rules.html", table=RuleTable, filters=RuleFilters
)
_USUAL_DAYS: Final = 90
_REFUSALS: Final[dict[type[Exception], Promise]] = {
    NameTaken: gettext_lazy("There is a rule of this name already."),
    DraftStands: gettext_lazy("There is a draft of this rule already."),
    MustExpire: gettext_lazy("A rule that allows must end, and not in the past."),
    NotInState: gettext_lazy("Somebody was faster: the version does not stand there any more."),
    NotYours: gettext_lazy("Only who began a draft changes it."),
    OwnRule: gettext_lazy("Nobody publishes their own rule. Ask another person."),
    AlreadyOver: gettext_lazy("A trial ends on a day to come, within 90 days."),
}
REFUSED: Final = tuple(_REFUSALS)


@capability_required(VIEW)
@require_safe
def rules(request: HttpRequest) -> HttpResponseBase:
    """Every version of every rule."""
    return list_page(request, RULES, RuleVersion.objects.select_related("rule", "written_by"))


@capability_required(VIEW)
@require_safe
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """What a version says, who wrote and published it, and when asked what it would have done."""
    row = _version(pk)
    node = node_of(row)
    period = PeriodForm(request.GET or None, initial={"days": _USUAL_DAYS})
    tried, on_trial = _tried(row, node, period)
    context = {
        "version": row,
        "name": words_of(row.rule.name),
        "description": words_of(row.description),
        "said": said(node),
        "head": HEADS[RuleAction(row.action)],
        "state": STATES[RuleState(row.state)],
        "action": ACTIONS[RuleAction(row.action)],
        "trial": ON_TRIAL if is_on_trial(row, timezone.now()) else None,
        "others": RuleVersion.objects.filter(rule=row.rule_id).exclude(pk=row.pk).order_by("-number"),
        "is_own": row.written_by_id == actor(request).pk,
        "is_open": row.state in (RuleState.DRAFT, RuleState.SUBMITTED),
        "period": period,
        "tried": tried,
        "overlaps": [(words_of(each.name), each.hits) for each in tried.overlaps if each.name != row.rule.name]
        if tried
        else [],
        "on_trial": on_trial,
        "trial_form": TrialForm(),
        "reason_form": ReasonForm(),
    }
    return render(request, "fraud/rules/version.html", context)


def _tried(row: RuleVersion, node: Node, period: PeriodForm) -> tuple[Backtest | None, int | None]:
    """What a version would have done and what it was true of on trial; None when not asked, or not answered in time."""
    days = int(period.cleaned_data["days"] or 0) if period.is_bound and period.is_valid() else 0
    if not days:
        return None, None
    now = timezone.now()
    since = now - timedelta(days=days)
    try:
        tried = backtest(node, RuleAction(row.action), since, now)
        if not row.shadow_until:
            return tried, None
        with within_time():
            return tried, hits_on_trial(row, since)
    except TookTooLong:
        words = _("This was stopped after %(seconds)s seconds, and nothing was counted. Try fewer days.")
        period.add_error("days", words % {"seconds": LONGEST_SECONDS})
        return None, None


@capability_required(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Write a new rule."""
    return _written(
        request, lambda: Writing(None, {}, None),
        lambda w: drafting.create(w.rule.cleaned_data["name"], w.draft(), by=actor(request)),
    )  # fmt: skip


@capability_required(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a draft anew, or the next version of what was published."""
    row = _version(pk)

    def save(writing: Writing) -> RuleVersion:
        if row.state == RuleState.DRAFT:
            return drafting.change(row, writing.draft(), by=actor(request))
        return drafting.revise(row.rule, writing.draft(), by=actor(request))

    return _written(request, lambda: _rewriting(row), save, row)


@capability_required(EDIT)
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft to a second person."""
    return _done(request, pk, lambda row: drafting.submit(row, by=actor(request)), _("It waits for a second person."))


@capability_required(EDIT)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """End a draft without publishing it."""
    return _done(request, pk, lambda row: drafting.discard(row, by=actor(request)), _("The draft was discarded."))


@capability_required(PUBLISH)
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a version into force."""
    return _done(request, pk, lambda row: publishing.publish(row, by=actor(request)), _("The rule is live."))


@capability_required(PUBLISH)
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a live version out of force."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why."))
        return redirect("rules:version", pk=pk)
    reason = form.cleaned_data["reason"]
    return _done(
        request, pk, lambda row: publishing.retire(row, by=actor(request), reason=reason), _("The rule is retired.")
    )


@capability_required(EDIT)
@require_POST
def start_trial(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a draft run beside the live rules."""
    form = TrialForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say until when."))
        return redirect("rules:version", pk=pk)
    until = form.cleaned_data["until"]
    return _done(
        request, pk, lambda row: publishing.start_trial(row, until, by=actor(request)),
        _("It runs beside the live rules and decides nothing."),
    )  # fmt: skip


@capability_required(EDIT)
@require_POST
def end_trial(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a trial before its time."""
    return _done(request, pk, lambda row: publishing.end_trial(row, by=actor(request)), _("The trial is over."))


def _version(pk: int) -> RuleVersion:
    return get_object_or_404(RuleVersion.objects.select_related("rule", "written_by", "published_by"), pk=pk)


def _rewriting(row: RuleVersion) -> Writing:
    ends_on = timezone.localtime(row.expires_at - timedelta(seconds=1)).date() if row.expires_at else None
    initial: dict[str, Any] = {
        "name": row.rule.name, "action": row.action, "description": words_of(row.description), "ends_on": ends_on,
    }  # fmt: skip
    return Writing(None, initial, from_node(node_of(row)))


def _written(
    request: HttpRequest,
    begin: Callable[[], Writing],
    save: Callable[[Writing], RuleVersion],
    row: RuleVersion | None = None,
) -> HttpResponse:
    """The form as it begins, with more room, with what is wrong, or on to the version that was written."""
    status = 200
    if request.method != "POST":
        writing = begin()
    elif "more" in request.POST:
        writing = grown(request.POST, by_group=request.POST["more"] == "group")
    else:
        writing = Writing(request.POST, {}, None)
        status = 422
        if writing.is_valid():
            try:
                return redirect("rules:version", pk=save(writing).pk)
            except REFUSED as refusal:
                writing.rule.add_error(None, str(_REFUSALS[type(refusal)]))
    context = {"writing": writing, "version": row, "name": words_of(row.rule.name) if row else ""}
    return render(request, "fraud/rules/write.html", context, status=status)


def _done(request: HttpRequest, pk: int, act: Callable[[RuleVersion], object], words: str) -> HttpResponse:
    try:
        act(_version(pk))
    except REFUSED as refusal:
        messages.error(request, str(_REFUSALS[type(refusal)]))
    else:
        messages.success(request, words)
    return redirect("rules:version", pk=pk)
