"""Lets a case rest: put off until a time, or until the customer has answered; and wakes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from fraud.review.models import Case, CaseEvent, CaseState
from fraud.review.queues import promise_of
from fraud.review.services.writing import (
    WordsMissing,
    checked,
    first_deadline,
    happened,
    in_hand,
    let_go,
    locked,
    placed,
    undecided_payments,
)
from fraud.review.verbs import CaseVerb
from payments.ledger.models import Payment
from payments.notices.services import messages

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

LONGEST: Final = timedelta(days=7)
ANSWER: Final = timedelta(hours=24)
"""So long a customer has for an answer, or less where a hold ends before."""
BEFORE_DEADLINE: Final = timedelta(hours=1)
"""So long before the clock decides a case is open again."""
AT_LEAST: Final = timedelta(minutes=5)
AT_ONCE: Final = 500
_FIELDS: Final = ["state", "wakes_at", "claimed_by", "claimed_until"]


class NotAhead(Exception):
    """The time has passed already."""


class TooLong(Exception):
    """Nothing rests so long; `latest` is how long it may: a week, and no longer than its first hold stands."""

    def __init__(self, latest: datetime) -> None:
        super().__init__(latest.isoformat())
        self.latest = latest


class NotForCustomers(Exception):
    """A blind case asks nobody."""


@transaction.atomic
def snooze(case: Case, until: datetime, *, by: AbstractBaseUser, note: str = "") -> Case:
    """Put a case off; its holds stand, and its deadline does not move.

    Raises:
        NotAhead, TooLong: the time is not one a case can rest until.
        CaseNotOpen, CaseTaken, OwnSecondLook, CardDataTold.
    """
    words = checked(note)
    row = in_hand(case, by)
    now = timezone.now()
    if until <= now:
        raise NotAhead
    latest = min(filter(None, (now + LONGEST, first_deadline(undecided_payments(row)))))
    if until > latest:
        raise TooLong(latest)
    _rest(row, CaseState.SNOOZED, until)
    happened(row, CaseVerb.SNOOZED, by=by, note=words, detail={"until": until.isoformat()})
    return row


@transaction.atomic
def ask_customer(case: Case, *, by: AbstractBaseUser, note: str) -> Case:
    """Ask the customer, by way of the shop, and wait a day or until shortly before the first hold ends.

    The message `case.question` names the payments and the question; the promise of the queue waits with the case.

    Raises:
        WordsMissing: no question.
        NotForCustomers: the case is blind.
        CaseNotOpen, CaseTaken, OwnSecondLook, CardDataTold.
    """
    if not (words := checked(note)):
        raise WordsMissing
    row = in_hand(case, by)
    if promise_of(row.queue).is_blind:
        raise NotForCustomers
    now = timezone.now()
    payment_ids = undecided_payments(row)
    deadline = first_deadline(payment_ids)
    latest = now + ANSWER if deadline is None else min(now + ANSWER, deadline - BEFORE_DEADLINE)
    answer_by = max(latest, now + AT_LEAST)
    _rest(row, CaseState.WAITING, answer_by)
    detail = {"until": answer_by.isoformat(), "payments": payment_ids}
    event = happened(row, CaseVerb.ASKED, by=by, note=words, detail=detail)
    payments = Payment.objects.filter(pk__in=payment_ids).order_by("pk").select_related("customer")
    customers = {payment.customer.merchant_customer_id for payment in payments if payment.customer}
    payload = {
        "case": row.pk, "question": words, "answer_by": answer_by.isoformat(), "customer": min(customers, default=""),
        "references": [payment.merchant_reference for payment in payments],
    }  # fmt: skip
    messages.write([messages.Told("case.question", (str(row.pk), str(event.pk)), payload)])
    return row


def wake(row: Case, *, by: AbstractBaseUser | None) -> None:
    """Open a locked case that rests; what the customer took to answer is not counted against its deadline."""
    if row.state == CaseState.WAITING:
        asked = CaseEvent.objects.filter(case=row, verb=CaseVerb.ASKED).order_by("-pk").values_list("at", flat=True)
        now = timezone.now()
        placed(row, promise_of(row.queue).put_off(row.due_at, asked.first() or now, now))
    row.state, row.wakes_at = CaseState.OPEN, None
    row.save(update_fields=["state", "wakes_at", "due_at", "rank", "breached_at"])
    happened(row, CaseVerb.WOKEN, by=by)


@transaction.atomic
def wake_due() -> int:
    """Open every case whose time has come; how many. Cases that somebody has in hand at this instant come next time."""
    due = Case.objects.select_for_update(skip_locked=True).filter(wakes_at__lte=timezone.now())
    rows = list(due.order_by("wakes_at", "pk")[:AT_ONCE])
    for row in rows:
        wake(row, by=None)
    return len(rows)


@transaction.atomic
def add_note(case: Case, note: str, *, by: AbstractBaseUser) -> None:
    """Keep what the next reader should know, whatever state the case is in.

    Raises:
        WordsMissing, CardDataTold.
    """
    if not (words := checked(note)):
        raise WordsMissing
    happened(locked(case), CaseVerb.NOTED, by=by, note=words)


def _rest(row: Case, state: CaseState, until: datetime) -> None:
    row.state, row.wakes_at = state, until
    let_go(row)
    row.save(update_fields=_FIELDS)
