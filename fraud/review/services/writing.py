"""What every act on a case begins and ends with: the case locked, in the right hands, and its history written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Min, Q, Sum
from django.utils import timezone

from fraud.features.reference import reference_amount
from fraud.review.models import Alert, Case, CaseEvent, CaseState
from fraud.review.ordering import rank
from fraud.review.queues import CLAIM, promise_of
from fraud.review.selectors.case_page import is_own_second_look
from fraud.review.selectors.queue import is_claimed_at
from fraud.review.verbs import CaseVerb
from payments.acts.models import PaymentHold
from payments.cards import holds_card_data

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class CaseTaken(Exception):
    """Somebody else has it in hand; the message is their name."""


class CaseNotOpen(Exception):
    """It is decided, rests or is closed."""


class OwnSecondLook(Exception):
    """Nobody looks at their own decision a second time."""


class CardDataTold(Exception):
    """The words hold a card number or a security code, which is kept nowhere."""


class WordsMissing(Exception):
    """This is not done without saying why."""


def locked(case: Case) -> Case:
    """The case as it is now, held until the transaction ends: always before its decision and its payments."""
    return Case.objects.select_for_update(of=("self",)).select_related("claimed_by").get(pk=case.pk)


def in_hand(case: Case, by: AbstractBaseUser) -> Case:
    """The open case, locked and this person's: one that is nobody's becomes theirs by being worked on. Not saved yet.

    Raises:
        CaseNotOpen, CaseTaken, OwnSecondLook.
    """
    row = locked(case)
    if row.state != CaseState.OPEN:
        raise CaseNotOpen(row.get_state_display())
    now = timezone.now()
    if is_claimed_at(row, now) and row.claimed_by_id != by.pk:
        raise CaseTaken(str(row.claimed_by))
    if is_own_second_look(row, by):
        raise OwnSecondLook
    row.claimed_by_id, row.claimed_until = by.pk, now + CLAIM
    return row


def let_go(row: Case) -> None:
    """Take a case out of everybody's hands; not saved yet."""
    row.claimed_by, row.claimed_until = None, None


def checked(words: str) -> str:
    """Words of a person as they are kept.

    Raises:
        CardDataTold: they hold card data.
    """
    if holds_card_data(words):
        raise CardDataTold
    return words.strip()


def happened(
    row: Case, verb: CaseVerb, *, by: AbstractBaseUser | None, note: str = "", detail: dict[str, Any] | None = None
) -> CaseEvent:
    """Write one line of a case's history."""
    pk = by.pk if by is not None else None
    return CaseEvent.objects.create(case=row, verb=verb.value, by_id=pk, note=note[:1000], detail=detail or {})


def first_deadline(payment_ids: Iterable[int]) -> datetime | None:
    """When the clock decides about the first of some held payments."""
    open_holds = PaymentHold.objects.filter(payment_id__in=list(payment_ids), ended_at=None)
    found: datetime | None = open_holds.aggregate(first=Min("until"))["first"]
    return found


def undecided(row: Case) -> Q:
    """Alerts of a case that nobody has decided about."""
    return Q(case=row, settled_by=None)


def undecided_payments(row: Case) -> list[int]:
    """Payments of a case that nobody has decided about."""
    return list(Alert.objects.filter(undecided(row)).values_list("payment_id", flat=True))


def placed(row: Case, due_at: datetime) -> None:
    """Give a case its deadline, not after that of its holds, and its place in the queue; not saved yet. What was late
    is late no more when the new deadline is to come."""
    deadline = first_deadline(undecided_payments(row))
    row.due_at = min(due_at, deadline) if deadline else due_at
    if row.due_at > timezone.now():
        row.breached_at = None
    row.rank = rank(expected_loss(row), row.due_at)


def expected_loss(row: Case) -> int:
    """What can be lost with a case, hundredths of the reference currency; nothing where the order must not tell."""
    if promise_of(row.queue).is_blind:
        return 0
    sums = Alert.objects.filter(undecided(row)).values_list("currency").annotate(loss=Sum("expected_loss"))
    return sum(reference_amount(loss, currency) for currency, loss in sums)


def wait_until_alone(name: str) -> None:
    """As `is_alone`, for work that must be done now: wait for whoever does it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"jeongsan.review.{name}"])


def is_alone(name: str) -> bool:
    """Whether this transaction is the only one that does this work now; held until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"jeongsan.review.{name}"])
        return bool(cursor.fetchone()[0])
