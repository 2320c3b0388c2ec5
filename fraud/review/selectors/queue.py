"""Pages of the queue: the most urgent first, read from the index that hands cases out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from fraud.features.models import KeyKind
from fraud.review.models import Alert, Case, CaseState, Decision, DecisionState
from fraud.review.pictures import QueuePage, QueueRow, Words
from fraud.review.queues import promise_of
from fraud.review.selectors.judgements import judgements
from payments.ledger.models import Customer, Payment

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

PAGE: Final = 50
UNDECIDED: Final = Q(settled_by__isnull=True) | Q(
    settled_by__state__in=[DecisionState.PENDING, DecisionState.AWAITING_SECOND]
)
"""Alerts that no decision in effect has dealt with."""


@dataclass(slots=True)
class _Sums:
    """What the alerts of one case come to."""

    amounts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    losses: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    count: int = 0
    largest: int = -1
    assessment_id: int = 0
    """Of the alert with the largest expected loss."""

    def add(self, alert: Alert) -> None:
        """Count one more."""
        self.amounts[alert.currency] += alert.amount
        self.losses[alert.currency] += alert.expected_loss
        self.count += 1
        if alert.expected_loss > self.largest:
            self.largest, self.assessment_id = alert.expected_loss, alert.assessment_id


def queue_page(queue: int, *, by: AbstractBaseUser, after: str = "") -> QueuePage:
    """The open cases of one queue, 50 from the place `after` on; a number of queries that does not grow.

    A place that cannot be read is the beginning.
    """
    found = Case.objects.filter(queue=queue, state=CaseState.OPEN).order_by("-rank", "pk")
    if place := _place(after):
        rank, pk = place
        found = found.filter(rank__lte=rank).exclude(rank=rank, pk__lte=pk)
    cases = list(found.select_related("claimed_by")[: PAGE + 1])
    last = cases[PAGE - 1] if len(cases) > PAGE else None
    of_queues = Case.objects.filter(state=CaseState.OPEN).values_list("queue").annotate(Count("pk"))
    oldest = Case.objects.filter(queue=queue, state=CaseState.OPEN).aggregate(at=Min("opened_at"))["at"]
    return QueuePage(
        rows=rows_of(cases[:PAGE], by=by),
        next_key=f"{last.rank}.{last.pk}" if last else "",
        counts=dict(of_queues),
        oldest_at=oldest,
    )


def awaiting_second(*, by: AbstractBaseUser) -> tuple[QueueRow, ...]:
    """Decided cases that wait for the word of a second person: not of this one's own, the most urgent first, 50."""
    return _first(_for_second(by), by)


def next_awaiting_second(*, by: AbstractBaseUser) -> int | None:
    """The first of them; one query."""
    return _for_second(by).order_by("-rank", "pk").values_list("pk", flat=True).first()


def _for_second(by: AbstractBaseUser) -> QuerySet[Case]:
    own = Decision.objects.filter(case=OuterRef("pk"), state=DecisionState.AWAITING_SECOND, decided_by=by.pk)
    return Case.objects.filter(~Exists(own), state=CaseState.AWAITING_SECOND)


def claimed_by(*, by: AbstractBaseUser) -> tuple[QueueRow, ...]:
    """The open cases that this person has in hand."""
    return _first(Case.objects.filter(state=CaseState.OPEN, claimed_by=by.pk, claimed_until__gt=timezone.now()), by)


def resting(*, by: AbstractBaseUser) -> tuple[QueueRow, ...]:
    """Cases put off or waiting for the customer, the most urgent first, 50."""
    return _first(Case.objects.filter(state__in=[CaseState.SNOOZED, CaseState.WAITING]), by)


def _first(cases: QuerySet[Case], by: AbstractBaseUser) -> tuple[QueueRow, ...]:
    return rows_of(list(cases.select_related("claimed_by").order_by("-rank", "pk")[:PAGE]), by=by)


def _place(after: str) -> tuple[int, int] | None:
    rank, _, pk = after.partition(".")
    is_number = pk.isascii() and pk.isdigit() and rank.removeprefix("-").isascii() and rank.removeprefix("-").isdigit()
    return (int(rank), int(pk)) if is_number and len(after) < 38 else None


def rows_of(cases: Sequence[Case], *, by: AbstractBaseUser, counted: Q = UNDECIDED) -> tuple[QueueRow, ...]:
    """Cases as rows of a list, in their order, with what the alerts that are counted come to; six queries at most."""
    sums: dict[int, _Sums] = defaultdict(_Sums)
    for alert in Alert.objects.filter(counted, case_id__in=[case.pk for case in cases]):
        sums[alert.case_id].add(alert)
    shown = [sums[case.pk].assessment_id for case in cases if not promise_of(case.queue).is_blind]
    said = judgements(shown)
    reasons = {pk: judgement.top_reason for pk, judgement in said.items()}
    names = names_of(cases)
    now = timezone.now()
    return tuple(_row(case, sums[case.pk], names, reasons, (by.pk, now)) for case in cases)


def _row(
    case: Case, sums: _Sums, names: Mapping[int, str], reasons: Mapping[int, Words], seen: tuple[int, datetime]
) -> QueueRow:
    person, now = seen
    is_blind = promise_of(case.queue).is_blind
    is_claimed = is_claimed_at(case, now)
    return QueueRow(
        case_id=case.pk,
        queue=case.queue,
        state=case.state,
        customer=names.get(case.pk, ""),
        amounts=tuple((amount, currency) for currency, amount in sorted(sums.amounts.items())),
        expected_losses=() if is_blind else tuple((loss, currency) for currency, loss in sorted(sums.losses.items())),
        alert_count=sums.count,
        top_reason="" if is_blind else reasons.get(sums.assessment_id, ""),
        opened_at=case.opened_at,
        due_at=case.due_at,
        claimed_by=str(case.claimed_by) if is_claimed else "",
        is_mine=is_claimed and case.claimed_by_id == person,
    )


def is_claimed_at(case: Case, now: datetime) -> bool:
    """Whether somebody has a case in hand; claims end by time alone."""
    return case.claimed_until is not None and case.claimed_until > now


def names_of(cases: Iterable[Case]) -> dict[int, str]:
    """Whom each case is about: the merchant's id of the customer, else the reference of the payment; two queries."""
    customers = {case.group_key for case in cases if case.group_kind == KeyKind.CUSTOMER}
    payments = {case.group_key for case in cases if case.group_kind is None}
    names = dict(Customer.objects.filter(pk__in=customers).values_list("pk", "merchant_customer_id"))
    references = dict(Payment.objects.filter(pk__in=payments).values_list("pk", "merchant_reference"))
    return {
        case.pk: (names if case.group_kind == KeyKind.CUSTOMER else references).get(case.group_key, "")
        for case in cases
    }
