"""Keeps what a customer answered to the question about a case, as the shop passes it on, and ends the wait for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from fraud.labels.models import LabelSource
from fraud.labels.services.telling import Told, tell
from fraud.review.models import Alert, Case, CaseEvent, CaseState
from fraud.review.services.resting import wake
from fraud.review.services.writing import checked, happened, locked
from fraud.review.verbs import CaseVerb
from payments.ledger.models import Payment
from payments.ledger.services.homes import lock_payments
from payments.records.services import audit

_ANSWERS: Final = (CaseVerb.CONFIRMED, CaseVerb.DENIED)


class NotAsked(Exception):
    """Nobody asked the customer about this case."""


class NotAskedAbout(Exception):
    """The question was about other orders."""


class AnsweredDifferently(Exception):
    """The shop gave another answer of this name before, which stands."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer said."""

    is_confirmed: bool
    """True: it was them."""
    text: str
    answered_at: datetime
    reference: str
    """The shop's own name of the answer: the same one again is the same answer."""
    orders: tuple[str, ...] = ()
    """Merchant references; () is all that was asked about."""


@transaction.atomic
def answer(case: Case, told: Answer, *, key_prefix: str) -> bool:
    """Write an answer into the history of its case, and let a case that waited for it come back; whether it is new.

    Who denies an order says that it was fraud: a label of the customer. Who confirms one says nothing as surely, for
    whoever took the account over may confirm too: it takes an earlier denial back and is no label otherwise.

    Raises:
        NotAsked, NotAskedAbout, AnsweredDifferently: the answer belongs to no question, or was another one.
        CardDataTold.
    """
    words = checked(told.text)
    row = locked(case)
    asked = CaseEvent.objects.filter(case=row, verb=CaseVerb.ASKED).order_by("-pk").first()
    if asked is None:
        raise NotAsked
    orders = _orders(row, asked, told.orders)
    answers = CaseEvent.objects.filter(case=row, verb__in=_ANSWERS)
    verb = CaseVerb.CONFIRMED if told.is_confirmed else CaseVerb.DENIED
    if before := answers.filter(detail__reference=told.reference).first():
        if (before.verb, before.detail["orders"]) != (verb, sorted(orders)):
            raise AnsweredDifferently
        return False
    _label(row, told, orders, is_taken_back=told.is_confirmed and answers.filter(verb=CaseVerb.DENIED).exists())
    detail = {
        "reference": told.reference, "orders": sorted(orders), "answered_at": told.answered_at.isoformat(),
        "key": key_prefix,
    }  # fmt: skip
    happened(row, verb, by=None, note=words, detail=detail)
    if row.state == CaseState.WAITING:
        wake(row, by=None)
    audit.record("case.answered", by=None, about=("fraud_case", row.pk), detail=detail | {"answer": verb.value})
    return True


def _orders(row: Case, asked: CaseEvent, chosen: Collection[str]) -> dict[str, int]:
    """The payments that are answered for, by reference; a question of before they were kept was about all of them."""
    ids = asked.detail.get("payments") or Alert.objects.filter(case=row).values_list("payment_id", flat=True)
    known = dict(Payment.objects.filter(pk__in=list(ids)).values_list("merchant_reference", "pk"))
    if not known.keys() >= set(chosen):
        raise NotAskedAbout
    return {reference: known[reference] for reference in chosen or known}


def _label(row: Case, told: Answer, orders: dict[str, int], *, is_taken_back: bool) -> None:
    if told.is_confirmed and not is_taken_back:
        return
    lock_payments(sorted(orders))  # as the ledger does: their keys stand still while the label is counted for them
    name = f"case/{row.pk}/{told.reference}"
    tell(
        [Told(pk, LabelSource.CUSTOMER, not told.is_confirmed, told.answered_at, name) for pk in orders.values()],
        by=None,
    )
