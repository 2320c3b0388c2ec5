"""Opens a case on a payment because a person wants it looked at, though nothing asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from fraud.assessments.models import Assessment
from fraud.review.models import Alert, AlertKind, Case, CaseState, Queue
from fraud.review.selectors.unraised import Unraised
from fraud.review.services.raising import put_into_cases
from fraud.review.services.writing import WordsMissing, checked, happened, wait_until_alone
from fraud.review.verbs import CaseVerb
from payments.acts.models import PaymentHold
from payments.ledger.models import Payment
from payments.records.services import audit

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

_OVER: Final = ("failed", "voided", "expired", "refunded")


class AlreadyOpen(Exception):
    """The payment is in an open case; `case_id` names it."""

    def __init__(self, case_id: int) -> None:
        super().__init__(case_id)
        self.case_id = case_id


class NotAssessed(Exception):
    """The payment has no assessment that a case could show."""


class NothingLeft(Exception):
    """The payment failed or was given back: there is nothing to decide."""


class AskedBefore(Exception):
    """A person asked for it before, and it was decided."""


@transaction.atomic
def open_by_hand(payment: Payment, reason: str, *, by: AbstractBaseUser) -> Case:
    """Put a payment into the first queue, into the case of its customer where one stands; nothing is held by that.

    Raises:
        WordsMissing, CardDataTold: it does not say why, or says what may not be kept.
        NotAssessed, NothingLeft, AlreadyOpen, AskedBefore: there is nothing to open.
    """
    if not (words := checked(reason)):
        raise WordsMissing
    wait_until_alone("raising")
    alert = put_into_cases([_wanted(payment)])[0]
    happened(alert.case, CaseVerb.ASKED_FOR, by=by, note=words, detail={"payments": [payment.pk]})
    about = {"case": alert.case_id, "payment": payment.merchant_reference}
    audit.record("case.asked_for", by=by, about=("payment", payment.pk), detail=about, reason=words)
    return alert.case


def _wanted(payment: Payment) -> Unraised:
    row = Payment.objects.get(pk=payment.pk)
    if row.status in _OVER:
        raise NothingLeft
    alerts = Alert.objects.filter(payment_id=row.pk)
    in_people = alerts.filter(case__queue__in=[Queue.REVIEW, Queue.ESCALATED]).exclude(case__state=CaseState.CLOSED)
    if standing := in_people.filter(settled_by=None).values_list("case_id", flat=True).first():
        raise AlreadyOpen(standing)
    if alerts.filter(kind=AlertKind.MANUAL).exists():
        raise AskedBefore
    found = Assessment.objects.filter(payment_id=row.pk).order_by("as_of", "pk").last()
    if found is None:
        raise NotAssessed
    hold = PaymentHold.objects.filter(payment=row, ended_at=None).first()
    return Unraised(
        found.pk, AlertKind.MANUAL, row.pk, row.amount, row.currency, found.score_ppm, row.customer_id,
        hold.until if hold else None,
    )  # fmt: skip
