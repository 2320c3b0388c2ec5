"""The panel of assessments on the page of a payment: what was decided, on what, and what is held since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fraud.assessments.models import Assessment, Origin, Outcome
from fraud.assessments.selectors import current
from fraud.decisions.labels import AT_DEADLINE, BASES, EFFECTS, ENDED, HELD, LISTS, OUTCOMES, percent
from fraud.decisions.permissions import VIEW
from fraud.decisions.selectors import rule_names
from fraud.features.catalogue import CATALOGUE
from fraud.features.labels import show, words_of
from fraud.labels.selectors import truth_of
from fraud.labels.words import turned_out
from fraud.rules import starters
from fraud.scoring.sentences import sentence
from payments.acts.models import PaymentHold
from payments.ledger.panels import Moment, Panel
from payments.ledger.selectors.payment_page import PaymentDetail
from payments.web import Badge

_KINDS_PER_LIST = 16


@dataclass(frozen=True, slots=True)
class Assessed:
    """The assessment that counts, in words."""

    row: Assessment
    count: int
    badge: Badge
    basis: str | Promise
    score: str
    rules: list[str]
    lists: list[str | Promise]
    reasons: list[Promise] | None
    """None while the worker has not worked them out."""
    features: list[tuple[Promise, Promise]]
    is_from_history: bool


@dataclass(frozen=True, slots=True)
class Held:
    """One hold, in words."""

    row: PaymentHold
    badge: Badge
    effect: Promise
    at_deadline: Promise


def assessed(detail: PaymentDetail, request: HttpRequest) -> Panel | None:
    """What people who may see assessments are shown; None for a payment that has none."""
    if not request.user.has_perm(VIEW):
        return None
    found = current(detail.row.pk)
    if found is None:
        return None
    holds = PaymentHold.objects.filter(payment=detail.row).select_related("placed_by", "ended_by").order_by("-pk")
    held = [_held(hold) for hold in holds]
    said = turned_out(truth_of([detail.row.pk]).get(detail.row.pk), detail.row.created_at)
    context = {"found": _assessed(found.row, found.count), "holds": held, "said": said}
    return Panel(_("Risk assessment"), "fraud/assessment_panel.html", context, _moments(found.row, held))


def _assessed(row: Assessment, count: int) -> Assessed:
    values: dict[int, Any] = dict(enumerate(row.features, 1))
    is_allowed = row.outcome == Outcome.ALLOW
    return Assessed(
        row=row,
        count=count,
        badge=OUTCOMES[row.outcome],
        basis=BASES[row.basis],
        score="" if row.score_ppm is None else percent(row.score_ppm),
        rules=[starters.words_of(name) for name in rule_names(row.rule_ids)],
        lists=[LISTS[each] for each in sorted({code // _KINDS_PER_LIST for code in row.list_hits})],
        reasons=[] if is_allowed or row.model_id is None else _reasons(row),
        features=[(words_of(each.name), show(each, values.get(each.position))) for each in CATALOGUE],
        is_from_history=row.origin == Origin.HISTORY,
    )


def _reasons(row: Assessment) -> list[Promise] | None:
    return None if row.reasons is None else [sentence(each) for each in row.reasons]


def _held(hold: PaymentHold) -> Held:
    badge = ENDED[hold.ending] if hold.ended_at else HELD
    return Held(hold, badge, EFFECTS[hold.effect], AT_DEADLINE[hold.at_deadline])


def _moments(row: Assessment, held: list[Held]) -> tuple[Moment, ...]:
    """What the timeline says: when something stopped it, and when holds began and ended."""
    moments = []
    if row.outcome != Outcome.ALLOW:
        moments.append(Moment(row.assessed_at, OUTCOMES[row.outcome], _("Risk assessment"), detail=BASES[row.basis]))
    for each in held:
        by = str(each.row.placed_by) if each.row.placed_by else _("Risk assessment")
        moments.append(Moment(each.row.placed_at, HELD, by, detail=each.effect))
        if each.row.ended_at:
            moments.append(Moment(each.row.ended_at, ENDED[each.row.ending], _ended_by(each.row)))
    return tuple(moments)


def _ended_by(hold: PaymentHold) -> str | Promise:
    if hold.ended_by:
        return str(hold.ended_by)
    return _("The deadline") if hold.is_ended_by_clock else _("Risk assessment")
