"""One case with everything that its page says, in a number of queries that does not grow with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from fraud.features.models import KeyKind
from fraud.labels.selectors import truth_of
from fraud.review.models import Case, CaseEvent, CaseState, Decision, DecisionState, Queue
from fraud.review.pictures import AlertShown, CaseMoment, CaseShown, OpenDecision
from fraud.review.queues import promise_of
from fraud.review.reasons import words_of
from fraud.review.selectors.alerts import alerts_of
from fraud.review.selectors.customers import customer_of, earlier_decisions
from fraud.review.selectors.links import graph_of, links_of, shown_in
from fraud.review.selectors.outcomes import told_of
from fraud.review.selectors.queue import is_claimed_at
from fraud.review.verbs import words_of as words_of_verb
from payments.ledger.models import Payment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.base_user import AbstractBaseUser

DECIDE: Final = "cases.decide"
SECOND: Final = "cases.second"
MOST_MOMENTS: Final = 200
"""Of a case's history, the newest."""


def case_shown(case_id: int, *, by: AbstractBaseUser) -> CaseShown:
    """One case as this person may see it; nothing of the first judgement where the queue is blind.

    Raises:
        Case.DoesNotExist: there is none.
    """
    case = Case.objects.select_related("claimed_by").get(pk=case_id)
    promise = promise_of(case.queue)
    alerts = alerts_of(case)
    own = [alert.payment_id for alert in alerts]
    customer_id = _customer_id(case, own)
    links = links_of(own)
    truths = truth_of({*own, *shown_in(links)})
    decision = _open_decision(case)
    is_claimed = is_claimed_at(case, timezone.now())
    return CaseShown(
        case_id=case.pk,
        queue=case.queue,
        state=case.state,
        is_blind=promise.is_blind,
        due_at=case.due_at,
        claimed_by=str(case.claimed_by) if is_claimed else "",
        claimed_until=case.claimed_until if is_claimed else None,
        is_mine=is_claimed and case.claimed_by_id == by.pk,
        alerts=alerts
        if promise.is_blind
        else tuple(replace(each, truth=truths.get(each.payment_id)) for each in alerts),
        customer=customer_of(customer_id, own),
        linked=graph_of(links, truths, is_blind=promise.is_blind),
        earlier=() if promise.is_blind else earlier_decisions({*own, *links.others}, customer_id),
        moments=_moments(case),
        open_decision=_as_open(decision),
        can=_can(case, decision, alerts, by),
    )


def _customer_id(case: Case, own: Sequence[int]) -> int | None:
    if case.group_kind == KeyKind.CUSTOMER:
        return case.group_key
    known = Payment.objects.filter(pk__in=own[:1], customer__isnull=False)
    return known.values_list("customer_id", flat=True).first()


def _open_decision(case: Case) -> Decision | None:
    states = [DecisionState.PENDING, DecisionState.AWAITING_SECOND]
    return Decision.objects.filter(case=case, state__in=states).select_related("decided_by").first()


def _as_open(row: Decision | None) -> OpenDecision | None:
    if row is None:
        return None
    return OpenDecision(
        decision_id=row.pk,
        verdict=row.verdict,
        reason=words_of(row.reason_code),
        note=row.note,
        decided_by=str(row.decided_by),
        leaves_at=row.leaves_at,
        is_awaiting_second=row.state == DecisionState.AWAITING_SECOND,
    )


def _moments(case: Case) -> tuple[CaseMoment, ...]:
    events = CaseEvent.objects.filter(case=case).select_related("by").order_by("-at", "-pk")[:MOST_MOMENTS]
    return tuple(
        CaseMoment(
            event.at, words_of_verb(event.verb), str(event.by) if event.by else "", event.note, told_of(event.detail)
        )
        for event in reversed(events)
    )


def _can(case: Case, decision: Decision | None, alerts: Sequence[AlertShown], by: AbstractBaseUser) -> frozenset[str]:
    """What this person may do with the case as it stands; the services hold the same when it is done."""
    found: set[str] = set()
    if by.has_perm(DECIDE):  # type: ignore[attr-defined]
        found |= {"note"} | _of_decider(case, decision, by)
    is_for_second = decision is not None and decision.state == DecisionState.AWAITING_SECOND
    if is_for_second and decision.decided_by_id != by.pk and by.has_perm(SECOND):  # type: ignore[union-attr, attr-defined]
        found.add("second")
    return frozenset(found)


def _of_decider(case: Case, decision: Decision | None, by: AbstractBaseUser) -> set[str]:
    if decision is not None:
        return {"undo"} if by.pk in (decision.decided_by_id, decision.second_by_id) else set()
    if case.state in (CaseState.SNOOZED, CaseState.WAITING):
        return {"claim"}
    if case.state != CaseState.OPEN or is_own_second_look(case, by):
        return set()
    is_claimed = is_claimed_at(case, timezone.now())
    if is_claimed and case.claimed_by_id != by.pk:
        return set()
    if not is_claimed:
        return {"claim"}
    more = {"escalate"} if promise_of(case.queue).escalates_to else set()
    return {"decide", "snooze"} | more | (set() if promise_of(case.queue).is_blind else {"ask"})


def is_own_second_look(case: Case, by: AbstractBaseUser) -> bool:
    """Whether the first decision, which a blind second look is about, was this person's."""
    if case.queue != Queue.QUALITY:
        return False
    first = Decision.objects.filter(case=case.looks_again_at_id, state=DecisionState.DONE)
    return first.filter(decided_by=by.pk).exists() or first.filter(second_by=by.pk).exists()
