"""Puts what should be looked at into cases: all undecided payments of one customer into one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from fraud.features.models import KeyKind
from fraud.features.reference import reference_amount
from fraud.review.models import Alert, AlertKind, Case, CaseEvent, CaseState, Queue
from fraud.review.ordering import rank
from fraud.review.queues import promise_of
from fraud.review.selectors.unraised import Unraised, unraised
from fraud.review.services.resting import wake
from fraud.review.services.writing import is_alone
from fraud.review.verbs import CaseVerb

AT_ONCE: Final = 500
Group = tuple[int, int | None, int]
"""(queue, kind of key, key). A random sample is one payment a case: its order and its neighbours tell nothing."""


def raise_alerts() -> int:
    """Raise everything that is not raised yet, 500 at a time; how many alerts. Two that run at once do it once."""
    count = 0
    while raised := _raise_some():
        count += raised
        if raised < AT_ONCE:
            break
    return count


@transaction.atomic
def _raise_some() -> int:
    if not is_alone("raising"):
        return 0
    return len(put_into_cases(unraised(AT_ONCE)))


def put_into_cases(found: Sequence[Unraised]) -> list[Alert]:
    """Raise each as an alert of the case of its group, a new one where none stands; the caller is the only one that
    raises in this transaction."""
    by_group: dict[Group, list[Unraised]] = defaultdict(list)
    for each in found:
        by_group[_group(each)].append(each)
    if not by_group:
        return []
    now = timezone.now()
    standing = _standing(by_group)
    fresh = [_opened(group, by_group[group], now) for group in by_group if group not in standing]
    cases = standing | {_group_of(case): case for case in Case.objects.bulk_create(fresh)}
    for case in standing.values():
        if case.state in (CaseState.SNOOZED, CaseState.WAITING):
            wake(case, by=None)
    raised = [_alert(cases[group], each) for group, found in by_group.items() for each in found]
    Alert.objects.bulk_create(raised)
    _lift(standing, by_group)
    CaseEvent.objects.bulk_create(
        CaseEvent(
            case=cases[group], verb=CaseVerb.JOINED if group in standing else CaseVerb.OPENED,
            detail={"payments": [each.payment_id for each in found]},
        )
        for group, found in by_group.items()
    )  # fmt: skip
    return raised


def _group(each: Unraised) -> Group:
    if each.kind == AlertKind.SAMPLE:
        return Queue.SAMPLE, None, each.payment_id
    return (
        (Queue.REVIEW, KeyKind.CUSTOMER, each.customer_id)
        if each.customer_id
        else (Queue.REVIEW, None, each.payment_id)
    )


def _group_of(case: Case) -> Group:
    """An escalated case takes what comes in as the one in the first queue would."""
    queue = Queue.REVIEW if case.queue == Queue.ESCALATED else Queue(case.queue)
    return queue, case.group_kind, case.group_key


def _standing(groups: Iterable[Group]) -> dict[Group, Case]:
    """The cases that are not closed yet, locked in one order."""
    keys = {key for queue, _kind, key in groups if queue == Queue.REVIEW}
    found = Case.objects.select_for_update().filter(queue__in=[Queue.REVIEW, Queue.ESCALATED], group_key__in=keys)
    cases = {_group_of(case): case for case in found.exclude(state=CaseState.CLOSED).order_by("pk")}
    return {group: case for group, case in cases.items() if group in set(groups)}


def _opened(group: Group, found: Sequence[Unraised], now: datetime) -> Case:
    queue, kind, key = group
    promise = promise_of(queue)
    due_at = min([promise.due_at(now), *_deadlines(found)])
    loss = 0 if promise.is_blind else sum(reference_amount(each.expected_loss, each.currency) for each in found)
    return Case(queue=queue, group_kind=kind, group_key=key, due_at=due_at, rank=rank(loss, due_at))


def _deadlines(found: Iterable[Unraised]) -> list[datetime]:
    return [each.held_until for each in found if each.held_until]


def _alert(case: Case, each: Unraised) -> Alert:
    return Alert(
        case=case, kind=each.kind, assessment_id=each.assessment_id, payment_id=each.payment_id, amount=each.amount,
        currency=each.currency, expected_loss=each.expected_loss,
    )  # fmt: skip


def _lift(standing: Mapping[Group, Case], by_group: Mapping[Group, Sequence[Unraised]]) -> None:
    """What joins a case may make it more urgent, never less."""
    losses: dict[int, int] = defaultdict(int)
    open_alerts = Alert.objects.filter(Q(settled_by=None), case__in=[case.pk for case in standing.values()])
    for case_id, currency, loss in open_alerts.values_list("case_id", "currency").annotate(loss=Sum("expected_loss")):
        losses[case_id] += reference_amount(loss, currency)
    for group, case in standing.items():
        case.due_at = min([case.due_at, *_deadlines(by_group[group])])
        case.rank = max(case.rank, rank(losses[case.pk], case.due_at))
    Case.objects.bulk_update(standing.values(), ["due_at", "rank"])
