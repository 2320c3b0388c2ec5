"""The payments of a case with all that is known of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.db.models import F, Max

from fraud.review.models import Alert, Case, Queue
from fraud.review.pictures import AlertShown, AttemptShown, HoldShown
from fraud.review.queues import promise_of
from fraud.review.selectors.judgements import Judgement, judgements
from payments.acts.models import PaymentHold
from payments.ledger.labels import method_name
from payments.ledger.models import Attempt, Dispute, Payment
from payments.ledger.states import AttemptStatus, PaymentStatus
from payments.settlement.models import ComparedMovement, Match

MOST: Final = 50
"""Of the alerts of one case that its page shows: those still to decide first, of these the dearest."""
MOST_ATTEMPTS: Final = 20
"""Of one payment, the newest."""

# What a second look is blind to: the state that a payment had before anybody acted on the first decision.
_BEFORE: Final = {
    PaymentStatus.REFUNDED.value: PaymentStatus.CAPTURED.value,
    PaymentStatus.PARTIALLY_REFUNDED.value: PaymentStatus.CAPTURED.value,
    PaymentStatus.CHARGED_BACK.value: PaymentStatus.CAPTURED.value,
    PaymentStatus.VOIDED.value: PaymentStatus.AUTHORIZED.value,
}
_ATTEMPT_BEFORE: Final = {AttemptStatus.VOIDED.value: AttemptStatus.AUTHORIZED.value}


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the payments of some alerts, by payment."""

    payments: Mapping[int, Payment]
    attempts: Mapping[int, list[Attempt]]
    holds: Mapping[int, PaymentHold]
    disputes: Mapping[int, list[str]]
    settled: Mapping[int, date]


def alerts_of(case: Case) -> tuple[AlertShown, ...]:
    """The alerts of a case in the order of what is to be decided; nine queries, whatever their number."""
    rows = list(
        Alert.objects.filter(case=case).order_by(F("settled_by").asc(nulls_first=True), "-expected_loss", "pk")[:MOST]
    )
    known = _known({row.payment_id for row in rows})
    if case.queue == Queue.QUALITY:
        return tuple(_second_look(row, known) for row in rows)
    if promise_of(case.queue).is_blind:
        return tuple(_shown(row, known, None) for row in rows)
    said = judgements(row.assessment_id for row in rows)
    return tuple(_shown(row, known, said.get(row.assessment_id)) for row in rows)


def _known(payment_ids: Iterable[int]) -> _Known:
    ids = list(payment_ids)
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.filter(payment_id__in=ids).select_related("method").order_by("requested_at", "pk"):
        attempts[attempt.payment_id].append(attempt)
    disputes: dict[int, list[str]] = defaultdict(list)
    told = Dispute.objects.filter(payment_id__in=ids).order_by("opened_at", "pk")
    for payment_id, status in told.values_list("payment_id", "status"):
        disputes[payment_id or 0].append(status)
    return _Known(
        payments=Payment.objects.in_bulk(ids),
        attempts=attempts,
        holds={hold.payment_id: hold for hold in PaymentHold.objects.filter(payment_id__in=ids, ended_at=None)},
        disputes=disputes,
        settled=_settled(ids),
    )


def _settled(payment_ids: Sequence[int]) -> dict[int, date]:
    """The last day on which a line settled each payment: a line of its own, or a total that agrees with our ledger."""
    alone = Match.objects.filter(movement__payment_id__in=payment_ids).values_list("movement__payment_id")
    found: dict[int, date] = dict(alone.annotate(last=Max("line__booked_on")))
    equal = ComparedMovement.objects.filter(movement__payment_id__in=payment_ids, comparison__is_equal=True)
    of_totals = equal.values_list("movement__payment_id").annotate(last=Max("comparison__lines__line__booked_on"))
    for payment_id, last in of_totals:
        found[payment_id] = max(last, found.get(payment_id, last))
    return found


def _shown(row: Alert, known: _Known, said: Judgement | None) -> AlertShown:
    """One alert; without a judgement nothing of one is told."""
    payment = known.payments.get(row.payment_id)
    hold = known.holds.get(row.payment_id)
    return AlertShown(
        payment_id=row.payment_id,
        reference=payment.merchant_reference if payment else "",
        amount=row.amount,
        currency=row.currency,
        status=payment.status if payment else PaymentStatus.CREATED.value,
        expected_loss=row.expected_loss if said else None,
        score_ppm=said.score_ppm if said else None,
        outcome=said.outcome if said else None,
        basis=said.basis if said else None,
        rules=said.rules if said else (),
        lists=said.lists if said else (),
        reasons=said.reasons if said else None,
        hold=HoldShown(hold.effect, hold.until, hold.at_deadline) if hold else None,
        attempts=tuple(_attempt(each) for each in known.attempts.get(row.payment_id, [])[-MOST_ATTEMPTS:]),
        dispute_statuses=tuple(known.disputes.get(row.payment_id, ())),
        settled_on=known.settled.get(row.payment_id),
        is_settled_by_decision=row.settled_by_id is not None,
        seen=said.seen if said else (),
        created_at=payment.created_at if payment else None,
    )


def _second_look(row: Alert, known: _Known) -> AlertShown:
    """One alert of a blind second look: nothing that came of the first decision, nor of what was learned later."""
    shown = _shown(row, known, None)
    attempts = tuple(replace(each, status=_ATTEMPT_BEFORE.get(each.status, each.status)) for each in shown.attempts)
    return AlertShown(
        payment_id=shown.payment_id, reference=shown.reference, amount=shown.amount, currency=shown.currency,
        status=_BEFORE.get(shown.status, shown.status), expected_loss=None, score_ppm=None, outcome=None, basis=None,
        rules=(), lists=(), reasons=None, hold=None, attempts=attempts, dispute_statuses=(), settled_on=None,
        is_settled_by_decision=shown.is_settled_by_decision,
    )  # fmt: skip


def _attempt(row: Attempt) -> AttemptShown:
    return AttemptShown(
        requested_at=row.requested_at,
        status=row.status,
        result=row.result,
        method=method_name(row.method) or row.method_name,
        brand=row.brand,
        last4=row.last4,
        three_d_secure=row.three_d_secure,
    )
